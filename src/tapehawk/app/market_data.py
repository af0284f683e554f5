"""Joining the parts for market data: bars and expressions of one symbol, with what must be said of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

import polars as pl

from tapehawk.app.market_bars import MarketBars
from tapehawk.core.errors import NoData, NotFound
from tapehawk.core.panel import Panel
from tapehawk.core.sessions import date_of
from tapehawk.data.actions import splits_in
from tapehawk.data.freshness import SIMULATED, stale_since
from tapehawk.data.panels import PanelQuestion
from tapehawk.data.store import read_actions
from tapehawk.data.versions import table_version
from tapehawk.data.view import View
from tapehawk.scan.closed import Closed
from tapehawk.scan.expressions import expressions_of, values_of
from tapehawk.scan.still_open import notes_of
from tapehawk.scan.symbol_bars import Page, bars_of, check_adjust, on_basis, said_of, times_of


@dataclass(frozen=True)
class BarsWanted:
    """Which bars of a symbol: timeframe, hours, basis of prices, and the page. Raises UnknownName."""

    timeframe: str = "1d"
    hours: str = "regular"
    adjust: str = "none"
    page: Page = field(default_factory=Page)

    def __post_init__(self) -> None:
        PanelQuestion(self.timeframe, hours=self.hours)
        check_adjust(self.adjust)


class MarketData:
    """Answers for the bars of symbols, from any thread."""

    def __init__(self, bars: MarketBars) -> None:
        self._bars, self._reading = bars, Lock()
        self._actions: tuple[int | None, pl.DataFrame] | None = None

    def bars(self, symbol: str, wanted: BarsWanted) -> dict[str, Any]:
        """Return a page of a symbol's bars that have closed, and what must be said of them.

        Raises NotFound for a symbol that is not stored, NoData where no such bars are, or not on that basis.
        """
        view = self._bars.of(symbol, wanted.timeframe, wanted.hours)
        actions = self._known_actions()
        columns = on_basis(view.panel, view.series, wanted.adjust, actions)
        page = bars_of(view.panel, wanted.page, self._bars.instant, columns)
        return {**self._about(view, wanted), **page, "splits": _splits(view.panel, actions)}

    def batch(self, symbols: Sequence[str], wanted: BarsWanted) -> dict[str, Any]:
        """Return the bars of several symbols; one that has none is said and keeps no other."""
        items, missing = [], []
        for symbol in dict.fromkeys(symbols):
            try:
                items.append(self.bars(symbol, wanted))
            except (NotFound, NoData) as error:
                near = {"nearest": error.nearest} if isinstance(error, NotFound) else {}
                missing.append({"symbol": symbol, "reason": error.message, **near})
        return {"items": items, "missing": missing}

    def expressions(self, symbol: str, texts: Sequence[str], wanted: BarsWanted) -> dict[str, Any]:
        """Return the values of formulas over a page of a symbol's bars. Raises as `bars` does, and FormulaError."""
        asked = expressions_of(texts)
        view = self._bars.of(symbol, wanted.timeframe, wanted.hours)
        on_basis(view.panel, view.series, wanted.adjust, self._known_actions())
        rows, cursor = wanted.page.rows(view.panel, int(Closed.at(view.panel, self._bars.instant).ends[0]))
        times, ends, sessions = times_of(view.panel, rows)
        found = values_of(view.panel, rows, asked, as_traded=wanted.adjust == "none")
        return {
            **self._about(view, wanted),
            "times": times,
            "ends": ends,
            "sessions": sessions,
            "expressions": [{"expr": text, **one} for text, one in zip(texts, found, strict=True)],
            "next_cursor": cursor,
        }

    def _about(self, view: View, wanted: BarsWanted) -> Mapping[str, Any]:
        panel = view.panel
        return {
            "symbol": panel.symbols[0],
            "timeframe": panel.timeframe,
            "hours": panel.hours,
            "adjust": wanted.adjust,
            "adjusted_as_of": None if wanted.adjust == "none" else _last_session(panel),
            "series": view.series.id,
            "data_version": panel.data_version,
            "labels": [
                *said_of(panel, self._stale(panel)),
                *(f"session {date} so far" for date in view.reach),
            ],
            "notes": list(notes_of(view, self._bars.now())),
        }

    def _stale(self, panel: Panel) -> str | None:
        """Say since when a symbol's bars are behind what must be stored by now; simulated ones never are."""
        return None if SIMULATED in panel.labels else stale_since(panel, self._bars.now())

    def _known_actions(self) -> pl.DataFrame:
        with self._reading:
            version = table_version(self._bars.root, "actions")
            if self._actions is None or self._actions[0] != version:
                self._actions = version, read_actions(self._bars.root)
            return self._actions[1]


def _splits(panel: Panel, actions: pl.DataFrame) -> list[dict[str, Any]]:
    """Say which splits a symbol has had, those that prices are adjusted for."""
    known = splits_in(
        actions.filter(pl.col("symbol") == panel.symbols[0]), as_of=date_of(int(panel.columns["session"][-1]))
    )
    return [{"ex_date": str(date_of(one.ex_day)), "ratio": 1.0 / one.ratio} for one in known]


def _last_session(panel: Panel) -> str:
    return str(date_of(int(panel.columns["session"][-1])))
