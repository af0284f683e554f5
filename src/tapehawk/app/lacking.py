"""A scan that fetches: the symbols it asks for and the store has not got, within the time that a scan may take.

A universe stands for its members, as the store's listings know them. They are fetched for the sessions that the store
has of the others, so that all of them end on the same one.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from tapehawk.app.asking import ALL, CRYPTO, Asked
from tapehawk.app.settings import Settings
from tapehawk.app.syncing import Errand, Told, coins, wish, with_provider
from tapehawk.core.errors import BadInput, NoData
from tapehawk.core.series import SESSION_TIMEFRAMES
from tapehawk.core.sessions import day_number
from tapehawk.data.providers.door import Wanted
from tapehawk.data.providers.registry import provider_names
from tapehawk.data.providers.wire.clock import SYSTEM, Clock
from tapehawk.data.shapes import EXCHANGE_ZONE
from tapehawk.data.store import Stored, preferred_series, stored_series, stored_symbols
from tapehawk.data.sync.planning import SyncPlan, last_final
from tapehawk.scan.question import Days
from tapehawk.scan.universe import members

MINUTE: Final = 60


@dataclass(frozen=True)
class Lacking:
    """The symbols of a question without bars, and what answers for the others (None: nothing is stored)."""

    symbols: tuple[str, ...]
    answers: Stored | None


def fetch(known: Settings, asked: Asked, told: Told, *, clock: Clock = SYSTEM) -> None:
    """Fetch what a scan lacks; asks nobody when it lacks nothing.

    Raises BadInput when it would take longer than a scan may (`default.timeout`), no provider is named, or neither
    symbols nor a universe is; NoData, UnknownName for a universe that the store does not know.
    """
    lacking = lacking_in(known, asked, now=clock.now())
    if lacking.symbols:
        name = _provider_name(known, asked, lacking)

        async def work(errand: Errand) -> None:
            plan = await errand.planned(_wanted(errand, asked, lacking))
            _need_time(known, plan)
            await errand.done(plan)

        with_provider(known, name, told, clock, work)


def lacking_in(known: Settings, asked: Asked, *, now: int) -> Lacking:
    """Return which symbols of a question have no bars in the series that answers it; `now` is µs UTC."""
    prefer = known.providers.prefer_crypto if asked.market == CRYPTO else known.providers.prefer_us
    try:
        chosen = preferred_series(known.store, asked.timeframe, market=asked.market, prefer=prefer or None)
        every = stored_series(known.store, asked.timeframe, market=asked.market)
    except NoData:
        return Lacking(_symbols(known, asked, last_final(asked.market, now)), None)
    answers = next(one for one in every if one.series.id == chosen.id)
    stored = set(stored_symbols(known.store, chosen))
    symbols = _symbols(known, asked, _session(answers.last, asked))
    return Lacking(tuple(one for one in symbols if one not in stored), answers)


def _symbols(known: Settings, asked: Asked, last: dt.date) -> tuple[str, ...]:
    """Return who is asked about: who is named, else a universe's members on the days, by default on the `last` one."""
    if asked.symbols:
        return tuple(dict.fromkeys(asked.symbols))
    if asked.universe in (None, ALL):
        raise BadInput(
            "--fetch is for symbols or a universe that are named",
            hint="--symbols AAPL,MSFT or --universe NAME; `scanner sync` fetches the whole market",
        )
    if asked.universe == CRYPTO:
        if not (listed := coins(known.store)):
            raise NoData("the store lists no coins", hint="scanner sync --provider ccxt --universe crypto lists them")
        return listed
    until = asked.date or asked.end_date or last
    days = Days(day_number(asked.start_date or until), day_number(until))
    return tuple(members(known.store, str(asked.universe), days))


def _provider_name(known: Settings, asked: Asked, lacking: Lacking) -> str:
    """Return who is asked: whom the settings name, else whose bars answer."""
    named = known.providers.fetch_crypto if asked.market == CRYPTO else known.providers.fetch_us
    answering = lacking.answers.series.provider if lacking.answers else ""
    if named or answering in provider_names():
        return named or answering
    hint = f"scanner config set providers.fetch_{asked.market} NAME, one of {', '.join(provider_names())}"
    raise BadInput(f"nobody is named who could be asked for {', '.join(lacking.symbols[:5])}", hint=hint)


def _wanted(errand: Errand, asked: Asked, lacking: Lacking) -> Wanted:
    offer = errand.provider.offer
    usual = wish(offer, asked.timeframe, lacking.symbols, None, now=errand.clock.now())
    if lacking.answers is None:
        return usual
    first, last = (_session(at, asked) for at in (lacking.answers.first, lacking.answers.last))
    since = max(first, offer.history_since or first)
    return Wanted(asked.timeframe, lacking.symbols, since, max(since, min(last, usual.end)))


def _session(at: dt.datetime, asked: Asked) -> dt.date:
    if asked.timeframe in SESSION_TIMEFRAMES:
        return at.date()
    from zoneinfo import ZoneInfo

    return at.astimezone(ZoneInfo(EXCHANGE_ZONE[asked.market])).date()


def _need_time(known: Settings, plan: SyncPlan) -> None:
    """Raise BadInput for a plan that takes longer than a scan may."""
    may = int(str(known.get("default", "timeout"))) / MINUTE
    if plan.minutes > may:
        raise BadInput(
            f"fetching {len(plan.wanted.symbols or ()):,} symbols takes about {plan.minutes:,.0f} minutes"
            f" on the plan {plan.plan!r} of {plan.provider}, and a scan may take {may:,.0f}",
            hint=f"`scanner sync --provider {plan.provider} --timeframe {plan.wanted.timeframe} --symbols …` may",
        )
