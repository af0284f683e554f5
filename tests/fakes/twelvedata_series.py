"""Twelve Data's bars, and how a list of symbols is answered (providers.md 2.3, 2.4)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping

import polars as pl
from aiohttp import web

from tests.fakes import twelvedata_shapes as shapes
from tests.fakes.truth import Truth
from tests.fakes.twelvedata_errors import GATED, NO_DATA, error, is_error
from tests.fakes.twelvedata_stream import FakeStream

Query = Mapping[str, str]
Said = dict[str, object]
GOOD = web.RequestKey("good", int)
MOST = 5000
CSV = ("datetime", *shapes.PRICES, "volume")


class FakeSeries(FakeStream):
    """`longest`: symbols in one list. `gated`: symbols that the plan does not have. For the flags see `twelvedata`."""

    def __init__(self, truth: Truth) -> None:
        super().__init__()
        self.truth = truth
        self.cut_newest = self.end_included = self.minutes_as_traded = False
        self.longest = 120
        self.gated: set[str] = set()

    async def time_series(self, request):
        """Bars of one symbol or of a list, as JSON or CSV (2.3)."""
        if request.query.get("interval") not in shapes.INTERVALS:
            return self.refused(400)
        return self.by_symbol(request, self.series_of)

    def by_symbol(self, request: web.Request, one: Callable[[str, Query], Said]) -> web.Response:
        """Answer one symbol, or a list: keyed by symbol, each with an answer or an error, `Is_batch: true` (2.3).

        `GOOD` of the request says how many were, which is what is paid for (2.1).
        """
        symbols, query = request.query.get("symbol", "").split(","), request.query
        if len(symbols) > self.longest:
            return self.refused(414)
        answers = {name: self.unknown(name) or one(name, query) for name in symbols}
        request[GOOD] = sum(not is_error(answer) for answer in answers.values())
        if len(symbols) > 1:
            answer = self.json(answers)
            answer.headers["Is_batch"] = "true"
            return answer
        (alone,) = answers.values()
        if is_error(alone):
            return self.no(alone["code"], alone["message"])
        return _csv(alone["values"], query) if query.get("format") == "CSV" and "values" in alone else self.json(alone)

    def unknown(self, symbol: str) -> Said | None:
        """Return the error of a symbol that nobody knows, or that the plan does not have (2.2)."""
        known = {*self.truth.symbols["symbol"], *self.truth.daily["symbol"], *self.truth.minutes["symbol"]}
        if symbol not in known:
            return error(404)
        return error(404, GATED) if symbol in self.gated else None

    def series_of(self, symbol: str, query: Query) -> Said:
        """Return one symbol's bars, the newest first unless asked otherwise (2.3)."""
        interval = query["interval"]
        bars = self._within(symbol, query)
        if bars.is_empty():
            return error(400, NO_DATA)
        values = [shapes.value(row, interval, _zone(query)) for row in bars.to_dicts()]
        values = values if query.get("order", "desc").lower() == "asc" else values[::-1]
        return {"meta": shapes.meta(symbol, interval), "values": values, "status": "ok"}

    def _within(self, symbol: str, query: Query) -> pl.DataFrame:
        """The window and the size: at most 5000, which end is cut is not known."""
        interval = query["interval"]
        bars = self.truth.of("1d" if interval in shapes.DATED else "1m", symbol)
        if interval not in shapes.DATED:
            bars = shapes.regular(bars)
        bars = shapes.longer(self._adjusted(bars.sort("time"), query), interval)
        if "start_date" in query:
            bars = bars.filter(pl.col("time") >= shapes.instant_of(query["start_date"], _zone(query), interval))
        if "end_date" in query:
            end = shapes.instant_of(query["end_date"], _zone(query), interval)
            bars = bars.filter(pl.col("time") <= end if self.end_included else pl.col("time") < end)
        dated = "start_date" in query or "end_date" in query
        size = min(int(query.get("outputsize", MOST if dated else 30)), MOST)
        return bars.head(size) if self.cut_newest else bars.tail(size)

    def _adjusted(self, bars: pl.DataFrame, query: Query) -> pl.DataFrame:
        """`adjust` is splits by default (2.4)."""
        unasked = self.minutes_as_traded and query["interval"] not in shapes.DATED and "adjust" not in query
        if unasked or query.get("adjust", "splits") in {"none", "dividends"}:
            return bars
        for one in self.truth.actions.filter(pl.col("type") == "split").to_dicts():
            before = (pl.col("symbol") == one["symbol"]) & (pl.col("time").dt.date() < one["ex_date"])
            factor = pl.when(before).then(one["split_from"] / one["split_to"]).otherwise(1.0)
            prices = [pl.col(name) * factor for name in shapes.PRICES]
            bars = bars.with_columns(*prices, pl.col("volume") / factor)
        return bars


def _zone(query: Query) -> dt.tzinfo:
    return shapes.NEW_YORK if query.get("timezone", "Exchange") == "Exchange" else dt.UTC


def _csv(values: list[dict[str, str]], query: Query) -> web.Response:
    """`delimiter` is ";" by default (2.3); a header, then a bar a line."""
    between = query.get("delimiter", ";")
    lines = [between.join(CSV), *(between.join(value[name] for name in CSV) for value in values)]
    return web.Response(body="\n".join([*lines, ""]).encode(), headers={"Content-Type": "text/csv"})
