"""Training asked for by a user of the service: a job, done behind the requests."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tapehawk.app.asking import parameters
from tapehawk.app.house import House
from tapehawk.catalog import scanner_type
from tapehawk.core.errors import BadInput
from tapehawk.core.learned import LearnedScanner
from tapehawk.core.scanner import setups_for
from tapehawk.records.jobs import Job
from tapehawk.scan.parameters import configured

KIND = "train"


@dataclass(frozen=True)
class Training:
    """What is trained, on which bars; None: everything stored."""

    scanner: str
    timeframe: str = "1d"
    hours: str = "regular"
    universe: str | None = None
    start_date: dt.date | None = None
    end_date: dt.date | None = None
    config: Mapping[str, Any] = field(default_factory=dict)
    seed: int = 7

    @property
    def payload(self) -> dict[str, Any]:
        """Return it as plain values."""
        days = {name: day.isoformat() for name in ("start_date", "end_date") if (day := getattr(self, name))}
        return {**vars(self), "config": dict(self.config), "start_date": None, "end_date": None, **days}


def enqueue(house: House, training: Training, user_id: uuid.UUID) -> Job:
    """Ask for a training; return its job. Raises BadInput for what can't be trained, before anything is queued."""
    need_trainable(house, training)
    return house.queue.add(KIND, training.payload, user_id=user_id)


def need_trainable(house: House, training: Training) -> None:
    """Raise BadInput for a scanner that has no model, for parameters or a range that can't be used."""
    kind = scanner_type(training.scanner, house.known.scanners)
    if issubclass(kind, LearnedScanner):
        raise BadInput(f"{training.scanner} looks through a model itself", hint="name the scanner it is about")
    if training.start_date and training.end_date and training.start_date > training.end_date:
        raise BadInput(f"the range ends ({training.end_date}) before it starts ({training.start_date})")
    values = parameters(house.known, training.scanner, training.config, "config")
    setups_for(configured(kind, values), training.timeframe)
