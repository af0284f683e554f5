"""Twelve Data's lists, calendars and account (providers.md 2.5, 2.7)."""

from __future__ import annotations

import datetime as dt

import polars as pl

from tests.fakes import twelvedata_shapes as shapes
from tests.fakes.twelvedata_quotes import FakeQuotes


class FakeLists(FakeQuotes):
    """Calendars come in pages of at most `most_a_page`; `factors_swapped`: see `twelvedata`."""

    most_a_page = 500
    factors_swapped = False

    async def stocks(self, request):
        """Without filters everything at once (2.5)."""
        rows = self.truth.symbols.filter(pl.col("type").fill_null("common") != "etf")
        return self._listed(rows, request)

    async def etfs(self, request):
        """Likewise (2.5)."""
        return self._listed(self.truth.symbols.filter(pl.col("type") == "etf"), request)

    def _listed(self, rows: pl.DataFrame, request):
        if request.query.get("include_delisted") != "true":
            rows = rows.filter("active")
        data = [shapes.listed(row) for row in rows.to_dicts()]
        return self.json({"data": data, "count": len(data), "status": "ok"})

    async def splits_calendar(self, request):
        """A bare array; the days are included. The page has no such route: as the vendor's reference has it."""
        return self._calendar(request, "split", lambda row: shapes.split(row, swapped=self.factors_swapped))

    async def dividends_calendar(self, request):
        """A bare array, by ex date. The page has no such route: as the vendor's reference has it."""
        return self._calendar(request, "dividend", shapes.dividend)

    def _calendar(self, request, kind: str, shape):
        query = request.query
        rows = self.truth.actions.filter(pl.col("type") == kind).sort("ex_date", "symbol").to_dicts()
        since, until = query.get("start_date", ""), query.get("end_date", "9999")
        rows = [row for row in rows if since <= str(row["ex_date"]) <= until]
        size, page = min(int(query.get("outputsize", 100)), self.most_a_page), int(query.get("page", 1))
        return self.json([shape(row) for row in rows[(page - 1) * size : page * size]])

    async def api_usage(self, request):
        """It costs a credit itself (2.5)."""
        now = dt.datetime.fromtimestamp(self.clock(), dt.UTC)
        return self.json({"timestamp": f"{now:%Y-%m-%d %H:%M:%S}", **self.usage()})

    async def market_state(self, request):
        """A bare array (2.5)."""
        place = {"name": "NASDAQ", "code": "XNGS", "country": "United States"}
        return self.json([{**place, "is_market_open": shapes.is_open(int(self.clock()))}])

    async def technical_indicators(self, request):
        """The official client asks for it when it is made (2.7)."""
        return self.json({"data": {}, "status": "ok"})
