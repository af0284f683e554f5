"""ccxt's exchange, asked our way: our pace, retries and breaker, and errors of our own.

    ask → turn (the exchange's pace) → ccxt: sign, send, parse, judge → value, or a trouble
                                             └── every answer is heard here: status, waits, JSON or not

Of ccxt's own seams four are used here: `throttle` waits on our clock, `on_rest_response` hears answers, `urls` says
where, `set_markets` hands on what was learned. One instance is kept for questions; a stream takes instances of its own.
"""

from __future__ import annotations

import asyncio
import importlib
import importlib.util
from collections.abc import Awaitable, Callable, Mapping
from contextvars import ContextVar
from functools import cached_property
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

import msgspec

from tapehawk.core.errors import BadInput, UnknownName
from tapehawk.data.providers.ccxt.config import CcxtConfig
from tapehawk.data.providers.ccxt.exchange import Exchange
from tapehawk.data.providers.ccxt.reading import Candle, Market, candles_of, trouble_of
from tapehawk.data.providers.door import Health
from tapehawk.data.providers.wire.asking import Asking
from tapehawk.data.providers.wire.bucket import Bucket
from tapehawk.data.providers.wire.clock import Clock
from tapehawk.data.providers.wire.ledger import Ledger
from tapehawk.data.providers.wire.trouble import Answer, Trouble

T = TypeVar("T")
NAME: Final = "ccxt"
TIMEOUT_MS: Final = 30_000
USUAL_PAGE: Final = 500
SPOT: Final = {"defaultType": "spot", "fetchMarkets": {"types": ["spot"]}}
"""Nothing but spot markets: the others are on hosts of their own."""


class Pace(Bucket):
    """No two calls nearer to each other than the exchange wants; a bucket without burst."""

    async def turn(self, seconds: float) -> None:
        """Wait for a turn, and let nobody else have one for some seconds after it."""
        now = self._clock.tick()
        at = max(now, self._not_before)
        self._not_before = at + seconds
        if at > now:
            self.waited += at - now
            await self._clock.sleep(at - now)


class Venue:
    """One exchange. Raises the errors of the core."""

    def __init__(self, config: CcxtConfig, clock: Clock) -> None:
        if importlib.util.find_spec(NAME) is None:
            hint = "pip install 'tapehawk[crypto]'"
            raise BadInput(f"the provider {NAME} needs the package ccxt, which is not installed", hint=hint)
        self._config, self._clock = config, clock
        self._pace = Pace(None, clock=clock)
        self._asking = Asking(NAME, bucket=self._pace, clock=clock)
        self._heard: ContextVar[list[Answer] | None] = ContextVar("heard", default=None)
        self._loading = asyncio.Lock()
        self._markets: dict[str, Market] = {}
        self._open: Exchange | None = None

    @property
    def ledger(self) -> Ledger:
        """The counts, which a stream shares."""
        return self._asking.ledger

    @cached_property
    def described(self) -> Exchange:
        """An instance that is only read: what the exchange has, without a connection."""
        return self._kind()

    @cached_property
    def between_calls(self) -> float:
        """Seconds between two calls."""
        return self.described.rateLimit / 1000

    @cached_property
    def page(self) -> int:
        """The most candles of one call."""
        features: Any = getattr(self.described, "features", None) or {}
        spot = features.get("spot") or {}
        return int((spot.get("fetchOHLCV") or {}).get("limit") or USUAL_PAGE)

    async def markets(self) -> Mapping[str, Market]:
        """Return the spot markets by symbol; asked for once."""
        async with self._loading:
            if not self._markets:
                found = await self._asked(lambda: self._instance().load_markets(), "the list of markets")
                self._markets = {name: one for name, one in found.items() if one.get("spot")}
        return self._markets

    async def market(self, symbol: str) -> Market:
        """Return one spot market. Raises UnknownName."""
        markets = await self.markets()
        if symbol not in markets:
            raise UnknownName("symbol", symbol, markets, place=f"{NAME}, {self._config.exchange}")
        return markets[symbol]

    async def candles(self, symbol: str, timeframe: str, since: int, until: int) -> list[Candle]:
        """Return candles that start from `since` on and before `until` (milliseconds), as many as one call brings."""

        async def ask() -> list[Candle]:
            exchange = self._instance()
            rows = candles_of(await exchange.fetch_ohlcv(symbol, timeframe, since, self.page, {"until": until - 1}))
            if not rows and self._said_something():
                raise Trouble("unreadable", "an answer that holds rows, and no candle among them")
            return [one for one in rows if since <= one[0] < until]

        return await self._asked(ask, symbol=symbol)

    async def fresh(self) -> Exchange:
        """Return an instance for a stream, which knows the markets; whoever takes it closes it."""
        markets = await self.markets()
        made = self._made()
        made.set_markets(markets)
        return made

    def health(self) -> Health:
        """Return how it fares."""
        return self._asking.health()

    async def close(self) -> None:
        """Give connections back; the next call opens new ones."""
        instance, self._open = self._open, None
        if instance is not None:
            await instance.close()

    async def _asked(self, ask: Callable[[], Awaitable[T]], about: str = "", symbol: str = "") -> T:
        async def once() -> T:
            return await self.judged(ask())

        return await self._asking.ask(once, credits=0, about=about, symbol=symbol)

    async def judged(self, answer: Awaitable[T]) -> T:
        """Return what ccxt answers; its errors become troubles that are not chained to its frames."""
        answers: list[Answer] = []
        token = self._heard.set(answers)
        try:
            return await answer
        except self._error as error:
            found = trouble_of(error, answers[-1] if answers else None)
        finally:
            self._heard.reset(token)
        raise found

    @cached_property
    def _error(self) -> type[Exception]:
        error: type[Exception] = importlib.import_module(NAME).BaseError
        return error

    def _instance(self) -> Exchange:
        if self._open is None:
            self._open = self._made()
            if self._markets:
                self._open.set_markets(self._markets)
        return self._open

    def _made(self) -> Exchange:
        """Return an exchange of ccxt's with our pace, our ear and the settings' addresses."""
        made = self._kind()
        made.urls["api"] = moved(made.urls["api"], self._config)
        made.has["fetchCurrencies"] = False  # it would be asked for with the markets, and nothing here needs it
        if self._config.base_url.startswith("http://"):
            made.timeout_on_exit = 0  # ccxt gives TLS a quarter of a second to say goodbye

        async def throttle(cost: float | None = None) -> None:
            await self._pace.turn(self.between_calls * max(1.0, cost or 1.0))

        made.throttle, made.on_rest_response = throttle, self._hear
        return made

    def _kind(self) -> Exchange:
        """Return a new instance of the exchange's class; the ones that can stream are in ccxt.pro."""
        pro, rest = importlib.import_module(f"{NAME}.pro"), importlib.import_module(f"{NAME}.async_support")
        name = self._config.exchange
        if name not in rest.exchanges:
            raise UnknownName("exchange", name, rest.exchanges, place=f"providers.{NAME}.exchange")
        made: Exchange = getattr(pro if name in pro.exchanges else rest, name)(
            {"enableRateLimit": True, "timeout": TIMEOUT_MS, "options": SPOT}
        )
        if made.has.get("fetchOHLCV") is not True:  # else there are none, or ccxt would make them of trades
            raise BadInput(f"{NAME}: {name} has no candles", hint="choose another exchange: providers.ccxt.exchange")
        return made

    def _said_something(self) -> bool:
        """Say whether the last answer was a list with something in it: ccxt leaves out what it can't read."""
        answers = self._heard.get()
        said = msgspec.json.decode(answers[-1].body) if answers else None
        return isinstance(said, list) and bool(said)

    def _hear(
        self, status: int, _reason: str, _url: str, _method: str, headers: Mapping[str, str], body: str, *_: object
    ) -> str:
        """Take note of an answer; one that should be JSON and is not can't be read."""
        text = body.strip()
        answer = Answer(status, {name.lower(): value for name, value in headers.items()}, text.encode())
        answers = self._heard.get()
        if answers is not None:
            answers.append(answer)
        if status < 300:
            try:
                msgspec.json.decode(answer.body)
            except msgspec.DecodeError as error:
                said = f"an unreadable answer ({error}): {answer.text()[:80]}"
            else:
                return text
            raise Trouble("unreadable", said)
        return text


def moved(urls: object, config: CcxtConfig) -> Any:  # noqa: ANN401 - ccxt's tree of addresses, any depth
    """Return addresses at the hosts that the settings name; their paths stay."""
    if isinstance(urls, Mapping):
        return {name: moved(one, config) for name, one in urls.items()}
    if not isinstance(urls, str):
        return urls
    place = config.stream_url if urls.startswith("ws") else config.base_url
    return place.rstrip("/") + urlsplit(urls).path if place else urls
