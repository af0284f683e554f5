"""The quick scan's desk: a question in, rows at once, from a market's warm state; stale bars are labelled, not refused.

What a market's last closed bars come to is kept per timeframe for as long as the store's data version stays and no
stored bar closes. Named symbols of a market that is not warm are judged by themselves: that is quicker than all.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Protocol

import numpy as np

from tapehawk.core.errors import NoData
from tapehawk.core.instants import microseconds
from tapehawk.core.panel import Panel
from tapehawk.data.freshness import SIMULATED, late
from tapehawk.data.panels import PanelQuestion, open_panel, panel_series
from tapehawk.data.versions import panel_versions
from tapehawk.scan.quick_latest import Latest, latest
from tapehawk.scan.quick_question import CRYPTO, Judged, QuickAnswer, QuickQuestion, stored_names
from tapehawk.scan.quick_rows import rows_of, strongest_first


class Reference(Protocol):
    """What is known about a market's symbols besides their bars."""

    def exchanges(self, market: str, symbols: Sequence[str]) -> Sequence[str | None]:
        """Return where each symbol trades, None where that is not known."""

    def members(self, universe: str, day: int) -> Collection[str]:
        """Return the symbols of a universe on a day. Raises UnknownName, NoData."""


@dataclass(frozen=True, eq=False)
class Warm(Judged):
    """A market's warm state. `version`: of the data; `exchange`: of each of its symbols; `stale`: since when it is."""

    version: str
    exchange: Sequence[str | None]
    stale: str | None

    @classmethod
    def of(cls, found: Latest, version: str, exchange: Sequence[str | None], now: dt.datetime) -> Warm:
        """Make the rows, labelled as of an instant."""
        stale = _stale(found, now)
        labels = [*found.panel.labels, *([f"stale since {stale}"] if stale else [])]
        return cls(found, rows_of(found, exchange, labels), version, exchange, stale)

    def at(self, version: str, now: dt.datetime) -> Warm | None:
        """Return it as of an instant, its labels renewed; None where the data or the clock have brought a newer bar."""
        if self.version != version or microseconds(now) >= self.latest.good_until:
            return None
        return self if self.stale == _stale(self.latest, now) else Warm.of(self.latest, version, self.exchange, now)


class QuickDesk:
    """Answers quick scans from one bar store. `prefer`: whose bars answer, by market; `now`: the clock."""

    def __init__(
        self,
        store: Path,
        reference: Reference,
        *,
        now: Callable[[], dt.datetime],
        prefer: Mapping[str, str | None] | None = None,
        threads: int = 2,
    ) -> None:
        self._store, self._reference, self._now = store, reference, now
        self._prefer, self._threads = prefer or {}, threads
        self._warm: dict[tuple[str, str], Warm] = {}
        self._warming = Lock()

    def answer(self, question: QuickQuestion, *, on_build: Callable[[], None] | None = None) -> QuickAnswer:
        """Judge the last closed bar of every symbol asked for. `on_build` is called before a panel is built.

        A symbol that is missing is said and does not keep the others. Raises NoData where none can be answered.
        """
        began = time.perf_counter()
        parts = [self._of_market(market, symbols, question, on_build) for market, symbols in question.markets.items()]
        answer = QuickAnswer(
            rows=strongest_first(row for part in parts for row in part.rows),
            missing={symbol: why for part in parts for symbol, why in part.missing.items()},
            ended=sum(part.ended for part in parts),
            latest={market: found for part in parts for market, found in part.latest.items()},
            elapsed_ms=round((time.perf_counter() - began) * 1000, 3),
        )
        if not answer.rows:
            raise answer.nothing()
        return answer

    def warm(self, market: str, timeframe: str, *, on_build: Callable[[], None] | None = None) -> Warm:
        """Return a market's warm state, brought up to date. Raises what opening a panel does."""
        with self._warming:  # two that ask at once wait for one evaluation
            kept = self._kept(market, timeframe) or self._judged(market, timeframe, (), on_build)
            self._warm[market, timeframe] = kept
            return kept

    def _of_market(
        self, market: str, symbols: tuple[str, ...], question: QuickQuestion, on_build: Callable[[], None] | None
    ) -> QuickAnswer:
        timeframe = question.timeframe_of(market)
        if not symbols:
            whole = self.warm(market, timeframe, on_build=on_build)
            return whole.everyone(self._among(question, whole.latest))
        try:
            some = self._kept(market, timeframe) or self._judged(market, timeframe, symbols, on_build)
        except NoData as error:  # of this market; another one's symbols may be there
            return QuickAnswer([], dict.fromkeys(symbols, error.message))
        return some.named(symbols, self._among(question, some.latest))

    def _kept(self, market: str, timeframe: str) -> Warm | None:
        kept = self._warm.get((market, timeframe))
        return kept and kept.at(self._version(timeframe), self._now())

    def _judged(
        self, market: str, timeframe: str, symbols: tuple[str, ...], on_build: Callable[[], None] | None
    ) -> Warm:
        """Judge some symbols, or all, as the store is now."""
        version, now, about = self._version(timeframe), self._now(), self._about(market, timeframe)
        panel = open_panel(self._store, about, on_build=on_build)
        asked = np.isin(np.array(panel.symbols), list(stored_names(panel, symbols).values())) if symbols else None
        found = latest(panel, microseconds(now), asked=asked, threads=self._threads)
        return Warm.of(found, version, self._exchanges(panel, about), now)

    def _exchanges(self, panel: Panel, about: PanelQuestion) -> Sequence[str | None]:
        """Return where the panel's symbols trade: what is known of each, else for coins whose bars they are."""
        known = self._reference.exchanges(about.market, panel.symbols)
        if about.market != CRYPTO:
            return known
        feed = panel_series(self._store, about).feed
        return [one or feed for one in known]

    def _about(self, market: str, timeframe: str) -> PanelQuestion:
        return PanelQuestion(timeframe, market, prefer=self._prefer.get(market))

    def _version(self, timeframe: str) -> str:
        return "|".join(panel_versions(self._store, timeframe).values())

    def _among(self, question: QuickQuestion, found: Latest) -> Collection[str] | None:
        """Return the universe that is asked for, None for everyone."""
        if question.universe in (None, "all", CRYPTO):
            return None
        return self._reference.members(str(question.universe), found.newest.session)


def _stale(found: Latest, now: dt.datetime) -> str | None:
    """Say since when a market's bars are behind their contract; simulated ones never are."""
    return None if SIMULATED in found.panel.labels or found.newest.session < 0 else late(found.newest, now)
