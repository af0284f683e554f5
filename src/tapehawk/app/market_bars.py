"""The bars that market data is made of: panels that stay open per data version, and the journals behind them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Final

from tapehawk.app.settings import Settings
from tapehawk.core.errors import NoData, NotFound
from tapehawk.core.instants import microseconds
from tapehawk.core.panel import Panel
from tapehawk.core.series import Series
from tapehawk.core.sessions import day_number
from tapehawk.data.panels import HOURS, PanelQuestion, panel_series
from tapehawk.data.so_far import SoFar
from tapehawk.data.view import View, journals_of, open_unstored_of, open_view, open_view_of
from tapehawk.scan.quick_question import CRYPTO, US, stored_names
from tapehawk.scan.stored_bars import StoredBars

MARKETS: Final = (US, CRYPTO)


@dataclass(frozen=True, eq=False)
class Tail:
    """The session that is behind a market's stored days, as far as its journal is written."""

    session: int
    so_far: SoFar
    version: str


def market_of(symbol: str) -> str:
    """Return the market that a symbol is of: coins have a slash."""
    return CRYPTO if "/" in symbol else US


def benchmark_of(known: Settings, market: str) -> str | None:
    """Return the symbol that stands for a market, None for the equal weight of everything stored."""
    named = known.providers.benchmark_us if market == US else known.providers.benchmark_crypto
    return named or None


class MarketBars:
    """Bars of both markets, from any thread. `now`: the clock that tells which bars have closed."""

    def __init__(self, known: Settings, now: Callable[[], dt.datetime]) -> None:
        prefer = {US: known.providers.prefer_us or None, CRYPTO: known.providers.prefer_crypto or None}
        self.root, self.now = known.store, now
        self._about = {
            (market, hours): PanelQuestion("1d", market, hours, prefer=prefer[market])
            for market in MARKETS
            for hours in HOURS
        }
        self._stored = {key: StoredBars(self.root, about) for key, about in self._about.items()}
        self._so_far: dict[Path, SoFar] = {}
        self._series: dict[tuple[str, ...], tuple[str, Series]] = {}
        self._joined: dict[str, tuple[str, Panel]] = {}
        self._lock = Lock()

    @property
    def instant(self) -> int:
        """What time it is, µs UTC."""
        return microseconds(self.now())

    def panel(self, timeframe: str, market: str, hours: str = "regular") -> Panel:
        """Return the stored bars of a market. Raises NoData where there are none."""
        return self._stored[market, hours](timeframe)

    def series(self, panel: Panel) -> Series:
        """Return whose bars a stored panel holds."""
        kind = panel.calendar, panel.hours, panel.timeframe
        kept = self._series.get(kind)
        if kept is None or kept[0] != panel.data_version:
            about = self._question(panel.timeframe, panel.calendar, panel.hours, panel.data_version)
            self._series[kind] = kept = panel.data_version, panel_series(self.root, about)
        return kept[1]

    def of(self, symbol: str, timeframe: str, hours: str) -> View:
        """Return the bars of one symbol, those of sessions that are not stored yet behind the others.

        Raises NotFound for a symbol without any, NoData where no bars of this timeframe are stored or received.
        """
        about = self._question(timeframe, market_of(symbol), hours)
        try:
            panel = self.panel(timeframe, market_of(symbol), hours)
        except NoData:
            view = open_unstored_of(self.root, about, (symbol,), self.read_on)
            if view is None:
                raise
            return view
        name = stored_names(panel, (symbol,)).get(symbol, symbol)
        view = open_view_of(self.root, about, View(panel, self.series(panel)), (name,), self.read_on)
        if name not in view.panel.symbols:
            raise NotFound("symbol", symbol, panel.symbols, place=f"{timeframe} bars stored")
        return view

    def days(self, market: str) -> Panel:
        """Return the daily bars of a market; of coins hourly ones, with those not stored yet, where no days are.

        Raises NoData where neither is stored.
        """
        try:
            return self.panel("1d", market)
        except NoData:
            if market != CRYPTO:
                raise
        return self._hourly()

    def tail(self, panel: Panel) -> Tail | None:
        """Return the newest session behind the days that are stored, None where there is none."""
        if panel.timeframe != "1d" or not panel.n_bars:
            return None
        newest = int(panel.columns["session"][panel.starts[1:] - 1].max())
        later = [
            one for one in journals_of(self.root, self.series(panel), sealed=True) if day_number(one.session) > newest
        ]
        if not later:
            return None
        one = later[-1]
        so_far = self.read_on(self.root / "journal" / one.folder / f"{one.session}.journal")
        return Tail(day_number(one.session), so_far, f"+journal_{one.session:%Y%m%d}@{so_far.offset}")

    def read_on(self, journal: Path) -> SoFar:
        """Return what a journal has by now."""
        with self._lock:
            if journal not in self._so_far:
                self._so_far = {path: one for path, one in self._so_far.items() if path.parent != journal.parent}
            so_far = self._so_far.setdefault(journal, SoFar(journal))
        return so_far.read_on()

    def _hourly(self) -> Panel:
        stored = self.panel("1h", CRYPTO)
        journals = journals_of(self.root, self.series(stored))
        written = [(one.session, (self.root / "journal" / one.folder / f"{one.session}.journal")) for one in journals]
        version = stored.data_version + "".join(f"+{day}@{path.stat().st_size}" for day, path in written)
        kept = self._joined.get(CRYPTO)
        if kept is None or kept[0] != version:
            upto = dt.date.max if journals else None
            view = open_view(self.root, self._question("1h", CRYPTO, "regular"), upto)
            self._joined[CRYPTO] = kept = version, view.panel
        return kept[1]

    def _question(self, timeframe: str, market: str, hours: str, version: str | None = None) -> PanelQuestion:
        about = self._about[market, hours]
        return PanelQuestion(timeframe, market, hours, prefer=about.prefer, version=version)
