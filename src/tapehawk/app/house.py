"""What a process of the service holds: each part made when it is first used, all closed together.

A process runs one or several of the `SERVICES`. What only one of them needs is made only there, so that `scanner serve
auth` compiles no kernel and opens no market.
"""

from __future__ import annotations

import datetime as dt
import os
import secrets
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from threading import Event
from typing import Final

from tapehawk.accounts.tokens import Tokens
from tapehawk.accounts.who import Who
from tapehawk.app.gauges import Gauges
from tapehawk.app.health import Health, checks_of
from tapehawk.app.settings import Settings
from tapehawk.app.telemetry import Telemetry
from tapehawk.core.errors import TryAgain
from tapehawk.records.database import Database, sqlite_url

PORTS: Final = {"scanner": 3001, "records": 3002, "notifications": 3003, "market-data": 3004, "auth": 3005}
"""The services, each with the port it listens on where it runs alone."""
SERVICES: Final = tuple(PORTS)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


@dataclass
class House:
    """The parts of a service process. `services`: those it runs; `now`: its clock."""

    known: Settings
    services: Collection[str] = SERVICES
    now: Callable[[], dt.datetime] = _now
    ending: Event = field(default_factory=Event)
    """Set when the process is told to end: what streams without an end of its own ends then."""
    troubles: dict[str, str] = field(default_factory=dict)
    """Workers that fail, each with what ended it last."""
    _closing: list[Callable[[], None]] = field(default_factory=list)

    @cached_property
    def database(self) -> Database:
        """The records."""
        storage = self.known.storage
        url = storage.database_url.get_secret_value() or sqlite_url(self.known.store)
        made = Database(url, storage.database_url_read.get_secret_value())
        self._closing.append(made.close)
        return made

    @cached_property
    def tokens(self) -> Tokens:
        """What signs and reads access tokens."""
        written = self.known.api.jwt_secret.get_secret_value()
        keys = tuple(key.strip() for key in written.split(",") if key.strip())
        return Tokens(keys or (kept_secret(self.known.store / "jwt_secret"),), self.now)

    @cached_property
    def gauges(self) -> Gauges:
        """What is measured when somebody looks: `house.gauges.add("jobs_queued", "jobs that wait", count)`."""
        return Gauges()

    @cached_property
    def telemetry(self) -> Telemetry:
        """What is counted as it happens."""
        return Telemetry(self.gauges)

    @cached_property
    def health(self) -> Health:
        """How each thing that the process depends on is."""
        return Health(checks_of(self), self.now)

    @cached_property
    def who(self) -> Who:
        """Who asks."""
        return Who(self.database, self.tokens)

    def close_last(self, closing: Callable[[], None]) -> None:
        """Have something closed after everything else."""
        self._closing.insert(0, closing)

    def close(self) -> None:
        """Close what was opened, the last first."""
        while self._closing:
            self._closing.pop()()


def kept_secret(path: Path) -> str:
    """Return the secret of this machine's service, made at first use and readable by its user only."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(aside, path)  # one of two that start at once wins, with a whole file
        except FileExistsError:
            pass
        finally:
            aside.unlink()
        return path.read_text().strip()
    except OSError as error:
        raise TryAgain(f"the service's secret can't be kept in {path}: {error.strerror}") from error
