"""Twelve Data's single prices and its batches (providers.md 2.3, 2.5)."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

from tests.fakes import twelvedata_shapes as shapes
from tests.fakes.twelvedata_errors import NO_DATA, error, is_error
from tests.fakes.twelvedata_series import FakeSeries

LASTING = {"exchange": "NASDAQ", "mic_code": "XNGS", "currency": "USD"}


class FakeQuotes(FakeSeries):
    """Beside the bars: what the adapter does not ask for, and the vendor's own client does."""

    async def price(self, request):
        """The last price of one symbol or of a list (2.5)."""
        return self.by_symbol(request, self._price)

    async def eod(self, request):
        """The last close (2.5)."""
        return self.by_symbol(request, self._eod)

    async def quote(self, request):
        """The day so far beside the day before; `timestamp` and `last_quote_at` in seconds (2.5)."""
        return self.by_symbol(request, self._quote)

    async def batch(self, request):
        """`POST /batch`: relative addresses in, an answer or an error of each out, as far as credits reach (2.3)."""
        data = {}
        for name, part in (await request.json()).items():
            where = urlsplit(part["url"])
            query = dict(parse_qsl(where.query))
            symbols = query.get("symbol", "").split(",")
            if len(symbols) > self.credits_left():
                break
            answer = self._part(where.path, symbols, query)
            self.spend(0 if is_error(answer) else len(symbols))
            data[name] = {"response": answer, "status": "error" if is_error(answer) else "success"}
        return self.json({"code": 200, "status": "success", "data": data})

    def _part(self, path: str, symbols: list[str], query) -> dict[str, object]:
        known = {"/time_series": self.series_of, "/price": self._price, "/quote": self._quote, "/eod": self._eod}
        if path not in known:
            return error(404, f"{path} is not to be had in a batch")
        if path == "/time_series" and query.get("interval") not in shapes.INTERVALS:
            return error(400)
        answers = {name: self.unknown(name) or known[path](name, query) for name in symbols}
        return answers if len(symbols) > 1 else answers[symbols[0]]

    def _last(self, symbol: str) -> dict[str, object]:
        """Return the last day of a symbol; empty where there is none."""
        days = self.truth.of("1d", symbol).sort("time").tail(1)
        return next(iter(days.to_dicts()), {})

    def _price(self, symbol: str, _query) -> dict[str, object]:
        last = self._last(symbol)
        return {"price": shapes.text(last["close"])} if last else error(400, NO_DATA)

    def _eod(self, symbol: str, _query) -> dict[str, object]:
        last = self._last(symbol)
        return {"symbol": symbol, **LASTING, **_day(last), **_texts(last, "close")} if last else error(400, NO_DATA)

    def _quote(self, symbol: str, _query) -> dict[str, object]:
        last, now = self._last(symbol), int(self.clock())
        if not last:
            return error(400, NO_DATA)
        times = {"timestamp": int(last["time"].timestamp()), "last_quote_at": now}
        numbers = _texts(last, *shapes.PRICES, "volume")
        return {"symbol": symbol, **LASTING, **_day(last), **times, **numbers, "is_market_open": shapes.is_open(now)}


def _day(bar: dict[str, object]) -> dict[str, str]:
    return {"datetime": f"{bar['time']:%Y-%m-%d}"}


def _texts(bar: dict[str, object], *names: str) -> dict[str, str]:
    return {name: shapes.text(bar[name]) for name in names}
