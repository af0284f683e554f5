"""Alpaca's newest bars, trades and quotes, and all of them in one: snapshots (providers.md 3.5).

What the exchange's clock has not reached is not there: today's bar is made of the minutes so far.
"""

from __future__ import annotations

import datetime as dt

import polars as pl
from aiohttp import web

from tests.fakes import alpaca_shapes as shapes
from tests.fakes.alpaca_reference import FakeReference

FEEDS = {"sip", "iex", "boats", "otc", "delayed_sip", "overnight"}


class FakeQuotes(FakeReference):
    """A symbol that nobody knows is left out; one that can be none is an error."""

    async def latest_bars(self, request):
        """The newest minute of each symbol (3.5)."""
        return self._of_each(request, "bars", self._minute)

    async def latest_trades(self, request):
        """The newest trade of each symbol (3.5)."""
        return self._of_each(request, "trades", lambda name: shapes.trade(self._minute(name)))

    async def latest_quotes(self, request):
        """The newest quote of each symbol (3.5)."""
        return self._of_each(request, "quotes", lambda name: shapes.quote(self._minute(name)))

    async def snapshots(self, request):
        """A map at the top level (3.5)."""
        return self._of_each(request, "", self._snapshot)

    async def crypto_latest_bars(self, request):
        """The same envelope (3.5)."""
        return self._of_each(request, "bars", self._minute)

    async def crypto_snapshots(self, request):
        """Below "snapshots" (3.5)."""
        return self._of_each(request, "snapshots", self._snapshot)

    def _of_each(self, request, under: str, of) -> web.Response:
        names, feed = request.query.get("symbols", "").split(","), request.query.get("feed", "sip")
        wrong = next((name for name in names if not shapes.SYMBOL.fullmatch(name)), None)
        if wrong is not None or feed not in FEEDS:
            return self.no(400, f"invalid symbol: {wrong}" if wrong is not None else f"invalid feed: {feed}")
        if self.plan == "basic" and request.query.get("feed") == "sip":
            return self.refused_recent()
        found = {name: of(name) for name in names if self._minute(name)}
        return self.json({under: found} if under else found)

    def _so_far(self, symbol: str) -> pl.DataFrame:
        now = dt.datetime.fromtimestamp(self.clock(), dt.UTC)
        return self.truth.of("1m", symbol).filter(pl.col("time") <= now).sort("time")

    def _minute(self, symbol: str) -> dict[str, object] | None:
        last = self._so_far(symbol).tail(1).to_dicts()
        return shapes.bar(last[0], "1m", dt.UTC) if last else None

    def _snapshot(self, symbol: str) -> dict[str, object]:
        """Return everything of a symbol; what there is not is null (3.5)."""
        zone = dt.UTC if "/" in symbol else shapes.NEW_YORK
        today = dt.datetime.fromtimestamp(self.clock(), zone).date()
        minute = self._minute(symbol)
        so_far = self._so_far(symbol).filter(pl.col("time").dt.convert_time_zone(str(zone)).dt.date() == today)
        before = self.truth.of("1d", symbol).filter(pl.col("time").dt.date() < today).sort("time").tail(1).to_dicts()
        newest = {"latestTrade": shapes.trade(minute), "latestQuote": shapes.quote(minute), "minuteBar": minute}
        days = {"dailyBar": shapes.day_so_far(so_far, today, zone)}
        return newest | days | {"prevDailyBar": shapes.bar(before[0], "1d", zone) if before else None}
