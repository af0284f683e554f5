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
from typing import TYPE_CHECKING, Final

from tapehawk.accounts.tokens import Tokens
from tapehawk.accounts.who import Who
from tapehawk.app.broadcast import Broadcast
from tapehawk.app.settings import Settings
from tapehawk.core.errors import TryAgain
from tapehawk.records.database import Database, sqlite_url

if TYPE_CHECKING:
    from tapehawk.app.market_bars import MarketBars
    from tapehawk.app.market_data import MarketData
    from tapehawk.app.quick import TwoPhase
    from tapehawk.app.standing import Standing

SERVICES: Final = ("scanner", "records", "notifications", "market-data", "auth")


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


@dataclass
class House:
    """The parts of a service process. `services`: those it runs; `now`: its clock."""

    known: Settings
    services: Collection[str] = SERVICES
    now: Callable[[], dt.datetime] = _now
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
    def broadcast(self) -> Broadcast:
        """What says events on the bus, from any thread, and never waits."""
        return Broadcast()

    @cached_property
    def quick(self) -> TwoPhase:
        """The two-phase scanner; its second phase leaves a core to who asks."""
        from tapehawk.app.quick import two_phase
        from tapehawk.scan.deepening import Limits

        limits = Limits(threads=max(1, (os.cpu_count() or 1) - 1))
        made = two_phase(self.known, self.broadcast.say, limits=limits, now=self.now)
        self._closing.append(made.close)
        return made

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
    def who(self) -> Who:
        """Who asks."""
        return Who(self.database, self.tokens)

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
