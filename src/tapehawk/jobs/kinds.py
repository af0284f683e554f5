"""What a kind of job is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from tapehawk.jobs.run import Run
from tapehawk.records.jobs import Job
from tapehawk.records.records import Records

Work: TypeAlias = Callable[[Mapping[str, Any], Run, Callable[[], bool]], object]
"""From what was asked for, with how to say its progress and how to know that it shall end, to a plain result."""


def _records_nothing(_records: Records, _job: Job) -> None:
    pass


def _tells_nobody(_job: Job) -> None:
    pass


@dataclass(frozen=True)
class Kind:
    """A kind of job: `at_once` of all processes, `timeout` seconds an attempt, `attempts` at most.

    `recorded` is called in the transaction in which a job's state changes, `told` after it.
    """

    work: Work
    at_once: int = 1
    timeout: float = 3600.0
    attempts: int = 3
    recorded: Callable[[Records, Job], None] = _records_nothing
    told: Callable[[Job], None] = _tells_nobody
