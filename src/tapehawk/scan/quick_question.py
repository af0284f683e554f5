"""What a quick scan is asked and answers, and how a market's warm rows become an answer."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from tapehawk.core import quick_rule
from tapehawk.core.errors import NoData
from tapehawk.core.panel import Panel
from tapehawk.core.series import check_timeframe
from tapehawk.scan.quick_latest import Latest
from tapehawk.scan.quick_rows import Row

US, CRYPTO = "us", "crypto"
USUAL_TIMEFRAME: Final[Mapping[str, str]] = {US: "1d", CRYPTO: "1h"}
NOT_STORED: Final = "not stored"
MOST_SAID: Final = 5
NOT_A_MEMBER: Final = "not of the universe"


@dataclass(frozen=True)
class QuickQuestion:
    """Which symbols (none: every one of the market), on which bars (None: daily for stocks, hourly for crypto).

    `universe`: a type or exchange of the stored symbols, or "crypto". Raises UnknownName for no timeframe of ours.
    """

    symbols: tuple[str, ...] = ()
    timeframe: str | None = None
    universe: str | None = None

    def __post_init__(self) -> None:
        if self.timeframe is not None:
            check_timeframe(self.timeframe)

    @property
    def markets(self) -> Mapping[str, tuple[str, ...]]:
        """Return the markets that are asked, each with the symbols named of it; coins have a slash."""
        if not self.symbols:
            return {CRYPTO if self.universe == CRYPTO else US: ()}
        named = dict.fromkeys(self.symbols)
        split = {US: tuple(s for s in named if "/" not in s), CRYPTO: tuple(s for s in named if "/" in s)}
        return {market: symbols for market, symbols in split.items() if symbols}

    def timeframe_of(self, market: str) -> str:
        """Return the bars that are looked at in a market."""
        return self.timeframe or USUAL_TIMEFRAME[market]


@dataclass(frozen=True, eq=False)
class QuickAnswer:
    """Rows, strongest first, and what became of everyone else.

    `missing`: symbol → why there is no row of it. `ended`: how many of the market's symbols trade no longer. `latest`:
    what the rows are made of, by market. `elapsed_ms`: what it took to judge them.
    """

    rows: list[Row]
    missing: Mapping[str, str] = field(default_factory=dict)
    ended: int = 0
    latest: Mapping[str, Latest] = field(default_factory=dict)
    elapsed_ms: float = 0.0

    @property
    def as_of(self) -> str | None:
        """Return when the newest bar that was judged closed; None where there is no row."""
        return max((row["timestamp"] for row in self.rows), default=None)

    @property
    def data_version(self) -> str:
        """Return what the rows are made of, by the versions of its data."""
        return "|".join(found.panel.data_version for found in self.latest.values())

    def nothing(self) -> NoData:
        """Return the error that there is no row at all."""
        said = "; ".join(f"{symbol}: {why}" for symbol, why in list(self.missing.items())[:MOST_SAID])
        more = len(self.missing) - MOST_SAID
        said += f" and {more:,} more" if more > 0 else ""
        return NoData(
            f"no symbol has a row ({said or f'{self.ended:,} trade no longer'})",
            hint="scanner data status lists what is stored",
        )


@dataclass(frozen=True, eq=False)
class Judged:
    """A market's last closed bars, judged, and the row of every symbol that has one."""

    latest: Latest
    rows: Mapping[str, Row]

    def named(self, symbols: Iterable[str], among: Collection[str] | None) -> QuickAnswer:
        """Answer for named symbols; `among`: the universe they have to be of, None for any."""
        rows, missing = [], {}
        stored = stored_names(self.latest.panel, symbols)
        for symbol in symbols:
            name = stored.get(symbol)
            if name is None:
                missing[symbol] = NOT_STORED
            elif among is not None and name not in among:
                missing[symbol] = NOT_A_MEMBER
            elif name in self.rows:
                rows.append(self.rows[name])
            else:
                missing[symbol] = self._why_not(name)
        return QuickAnswer(rows, missing, latest=self._by_market())

    def everyone(self, among: Collection[str] | None) -> QuickAnswer:
        """Answer for a universe: those that trade no longer are counted, those that are late stay in, labelled."""
        late, newest = set(self.latest.panel.stale), self.latest.newest.session
        rows, missing, ended = [], {}, 0
        for name, session in zip(self.latest.panel.symbols, self.latest.session.tolist(), strict=True):
            if among is not None and name not in among:
                continue
            if 0 <= session < newest and name not in late:
                ended += 1
            elif name in self.rows:
                rows.append(self.rows[name])
            else:
                missing[name] = self._why_not(name)
        return QuickAnswer(rows, missing, ended, self._by_market())

    def _by_market(self) -> Mapping[str, Latest]:
        return {self.latest.panel.calendar: self.latest}

    def _why_not(self, symbol: str) -> str:
        """Say why a stored symbol has no row."""
        found, panel = self.latest, self.latest.panel
        place = found.place[symbol]
        if found.bar[place] < 0:
            return f"no {panel.timeframe} bar has closed"
        bars = int(found.bar[place] - panel.starts[place]) + 1
        needed = quick_rule.bars_needed(panel.timeframe)
        return f"not enough history: {bars} of {needed} bars" if bars < needed else "it has not moved"


def stored_names(panel: Panel, symbols: Iterable[str]) -> dict[str, str]:
    """Return what each symbol is stored as, by what was asked.

    A coin's settlement (BTC/USDT:USDT) need not be said, nor left out, where only one of its pair is stored.
    """
    names = set(panel.symbols)
    found = {symbol: symbol for symbol in symbols if symbol in names}
    for symbol in (s for s in symbols if s not in names and "/" in s):
        alike = [name for name in panel.symbols if name.partition(":")[0] == symbol.partition(":")[0]]
        found |= {symbol: alike[0]} if len(alike) == 1 else {}
    return found
