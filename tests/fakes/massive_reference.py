"""Massive's symbols, splits, dividends and the state of the market, and how its lists are paged (providers.md 1.6)."""

from __future__ import annotations

import datetime as dt

import polars as pl

from tests.fakes import massive_shapes as shapes
from tests.fakes.massive_stream import FakeStream

HOST = "https://api.massive.com"  # next_url names the vendor's host, whatever address was asked (1.4)
FOR_EVER = (("gte", "1900-01-01"), ("lte", "2100-01-01"))


class FakeReference(FakeStream):
    """Beside the bars: lists in pages of at most `most_a_page`."""

    most_a_page: int

    async def tickers(self, request):
        """Pages of at most 1000; the cursor carries all filters (1.6)."""
        query = self._query(request)
        rows = self.truth.symbols.filter(pl.col("active") == (query.get("active", "true") == "true")).sort("symbol")
        items = [shapes.ticker(row) for row in rows.to_dicts()]
        items = shapes.in_order(items, query.get("sort", "ticker"), query.get("order", "asc"))
        return self._page(request, query, items, most=1000, default=100)

    async def details(self, request):
        """One ticker; 404 for an unknown one (1.6)."""
        rows = self.truth.symbols.filter(pl.col("symbol") == request.match_info["ticker"]).to_dicts()
        return self.json({"status": "OK", "results": shapes.ticker(rows[-1])}) if rows else self.refused(404)

    async def splits(self, request):
        """New route or old; the newest first, though of the old one the page does not say it (1.6)."""
        return self._actions(request, "split", "execution_date", "execution_date.desc")

    async def dividends(self, request):
        """New route or old; by ticker, though of the old one the page does not say it (1.6)."""
        return self._actions(request, "dividend", "ex_dividend_date", "ticker.asc")

    def _actions(self, request, kind: str, day: str, usual: str):
        """New routes give up to 5000 a page, old ones up to 1000; an empty list is there, not absent (1.3)."""
        query = self._query(request)
        since, until = (dt.date.fromisoformat(query.get(f"{day}.{edge}", far)) for edge, far in FOR_EVER)
        rows = self.truth.actions.filter(pl.col("type") == kind, pl.col("ex_date").is_between(since, until))
        new = request.path.startswith("/stocks")
        shape = shapes.split if kind == "split" else shapes.dividend
        items = [shape(row, new=new) for row in rows.sort("ex_date", "symbol").to_dicts()]
        names = query.get("ticker.any_of", query.get("ticker", ""))
        items = [one for one in items if not names or one["ticker"] in names.split(",")]
        items = shapes.in_order(items, query.get("sort", usual), query.get("order", "asc"))
        return self._page(request, query, items, most=5000 if new else 1000, default=100 if new else 10)

    def _page(self, request, query, items, *, most: int, default: int):
        at, limit = int(query.get("at", 0)), min(int(query.get("limit", default)), most, self.most_a_page)
        body: dict[str, object] = {"status": "OK", "request_id": "9f", "results": items[at : at + limit]}
        if at + limit < len(items):
            body["next_url"] = f"{HOST}{request.path}?cursor={shapes.cursor({**query, 'at': at + limit})}"
        return self.json(body)

    def _query(self, request) -> dict[str, str]:
        """What was asked, which a cursor carries along; keys are never in it (1.2)."""
        query = {name: value for name, value in request.query.items() if name != "apiKey"}
        return shapes.read_cursor(query["cursor"]) if "cursor" in query else query

    async def market_now(self, request):
        """By the vendor's clock, in local time with its offset (1.6)."""
        return self.json(shapes.market_state(int(self.clock())))

    async def market_upcoming(self, request):
        """A bare array (1.6)."""
        return self.json([{"date": "2026-11-26", "exchange": "NYSE", "name": "Thanksgiving", "status": "closed"}])
