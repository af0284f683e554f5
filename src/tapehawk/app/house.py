"""What a process of the service holds: each part made when it is first used, all closed together.

A process runs one or several of the `SERVICES`. What only one of them needs is made only there, so that `scanner serve
auth` compiles no kernel and opens no market.
"""

from __future__ import annotations

import datetime as dt
import os
import secrets
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Final

from tapehawk.accounts.tokens import Tokens
from tapehawk.accounts.who import Who
from tapehawk.app.accounts import Accounts
from tapehawk.app.broadcast import Broadcast
from tapehawk.app.gauges import Gauges
from tapehawk.app.health import Health, checks_of
from tapehawk.app.installation import checks_of_others
from tapehawk.app.performance import Performance
from tapehawk.app.scanner_health import NEEDED, scanner_checks
from tapehawk.app.settings import Settings
from tapehawk.app.telemetry import Telemetry
from tapehawk.app.waking import Waker
from tapehawk.bus.choosing import bus_at
from tapehawk.bus.door import Bus
from tapehawk.bus.shelf import Shelf, shelf_at
from tapehawk.core.errors import TryAgain
from tapehawk.jobs.queue import Queue
from tapehawk.records.database import Database, sqlite_url

if TYPE_CHECKING:
    from tapehawk.app.closed_rounds import ClosedRounds
    from tapehawk.app.market_bars import MarketBars
    from tapehawk.app.market_data import MarketData
    from tapehawk.app.quick import TwoPhase
    from tapehawk.app.scanning import Scanning
    from tapehawk.app.standing import Standing
    from tapehawk.app.symbol_list import SymbolList
    from tapehawk.scan.quick_board import Boards

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
    _began: float = field(default_factory=time.monotonic)
    _closing: list[Callable[[], None]] = field(default_factory=list)

    @property
    def uptime(self) -> float:
        """Seconds since the process began to serve."""
        return time.monotonic() - self._began

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
    def accounts(self) -> Accounts:
        """Signing in, joining, changing."""
        return Accounts(self.known, self.database, self.tokens, self.now)

    @cached_property
    def quick(self) -> TwoPhase:
        """The two-phase scanner; its second phase leaves a core to who asks."""
        from tapehawk.app.counted import Counted
        from tapehawk.app.quick import two_phase
        from tapehawk.scan.deepening import Limits

        limits = Limits(threads=max(1, (os.cpu_count() or 1) - 1))
        made = two_phase(
            self.known,
            self.broadcast.say,
            limits=limits,
            now=self.now,
            around=partial(Counted, telemetry=self.telemetry),
            boards=self.quick_boards,
        )
        self._closing.append(made.close)
        return made

    @cached_property
    def quick_boards(self) -> Boards:
        """What the two-phase scans show, those of other processes too."""
        from tapehawk.scan.quick_board import Boards

        return Boards(secrets.token_hex(2) if self.known.redis_url else "")

    @cached_property
    def closed_rounds(self) -> ClosedRounds:
        """What scans while the market is closed."""
        from tapehawk.app.closed_rounds import ClosedRounds

        return ClosedRounds(self)

    @cached_property
    def market_bars(self) -> MarketBars:
        """The bars that market data is made of."""
        from tapehawk.app.market_bars import MarketBars

        return MarketBars(self.known, self.now)

    @cached_property
    def market_data(self) -> MarketData:
        """Bars and expressions of symbols."""
        from tapehawk.app.market_data import MarketData

        return MarketData(self.market_bars)

    @cached_property
    def standing(self) -> Standing:
        """How markets stand: quotes, and each at a glance."""
        from tapehawk.app.market_bars import MARKETS, benchmark_of
        from tapehawk.app.standing import Standing

        return Standing(self.market_bars, {market: benchmark_of(self.known, market) for market in MARKETS})

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
    def others_health(self) -> Health:
        """How the services of the installation are that run in other processes."""
        return Health(checks_of_others(self, SERVICES), self.now, needed=frozenset())

    @cached_property
    def scanner_health(self) -> Health:
        """How each thing is that the scanner service depends on."""
        return Health(scanner_checks(self), self.now, needed=NEEDED)

    @cached_property
    def who(self) -> Who:
        """Who asks."""
        return Who(self.database, self.tokens, self.now, open_at_home=self.known.api.auth == "loopback-open")

    @cached_property
    def bus(self) -> Bus:
        """The news of this process and, at a Redis, of the others; of the event loop that first asks for it."""
        return bus_at(self.known.redis_url or None)

    @cached_property
    def shelf(self) -> Shelf:
        """What this process puts down for the others."""
        made = shelf_at(self.known.redis_url or None)
        self._closing.append(made.close)
        return made

    @cached_property
    def broadcast(self) -> Broadcast:
        """What says events on the bus, from any thread, and never waits."""
        return Broadcast()

    @cached_property
    def waker(self) -> Waker:
        """What wakes workers when there is news for them."""
        return Waker()

    @property
    def hears_all(self) -> bool:
        """Say whether its bus carries what every process says: at a Redis, or where there is no other process."""
        return bool(self.known.redis_url) or set(SERVICES) <= set(self.services)

    @cached_property
    def queue(self) -> Queue:
        """What is done behind the requests."""
        from tapehawk.app.job_kinds import kinds

        count = self.telemetry.job_ended
        return Queue(self.database, kinds(self), self.now, on_end=lambda job: count(job.kind, job.state))

    @cached_property
    def performance(self) -> Performance:
        """How this process does."""
        return Performance()

    @cached_property
    def scanning(self) -> Scanning:
        """Who answers scans, and keeps them for a while."""
        from tapehawk.app.scanning import Scanning  # compiles kernels, which other services need not load

        return Scanning(self.known, self.performance, self.telemetry, self.shelf, self.now)

    @cached_property
    def symbols(self) -> SymbolList:
        """The symbols that are known."""
        from tapehawk.app.symbol_list import SymbolList  # loads Polars

        return SymbolList(self.known.store)

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
        raise TryAgain(f"the service's secret can't be kept: {error.strerror}", path=path) from error
