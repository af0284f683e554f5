"""Joining the parts for live scanning: bars that come, from a provider or from a stored day, scanned as they close."""

from __future__ import annotations

import asyncio
import datetime as dt
import os
from collections.abc import Collection, Iterable
from contextlib import aclosing, nullcontext
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tapehawk.app.asking import ALL, CRYPTO, Asked, desk, questions
from tapehawk.app.beats import Beat, LiveTold, Watched, beat_of, events_of, standing
from tapehawk.app.broadcast import Silence, broadcasting
from tapehawk.app.keeping import Keeping
from tapehawk.app.phasing import day_plan, risk
from tapehawk.app.settings import Settings
from tapehawk.app.settling import settle
from tapehawk.app.switching import enabled, need_streaming
from tapehawk.catalog import scanner_type
from tapehawk.core.errors import BadInput, NoData, UnknownName
from tapehawk.core.instants import datetime_of
from tapehawk.core.scanner import Scanner
from tapehawk.core.series import SESSION_TIMEFRAMES, TIMEFRAMES, Series, check_timeframe
from tapehawk.core.sessions import day_number
from tapehawk.data.open_session import are_slots
from tapehawk.data.pacing import Pace
from tapehawk.data.panels import PanelQuestion
from tapehawk.data.played import played_series
from tapehawk.data.providers.door import Provider
from tapehawk.data.providers.registry import build
from tapehawk.data.providers.wire.budget import CallBudget, within
from tapehawk.data.providers.wire.clock import SYSTEM, Clock
from tapehawk.data.refill import series_of
from tapehawk.data.replay import Replay
from tapehawk.data.store import stored_symbols
from tapehawk.data.stream import LiveFeed
from tapehawk.scan.following import follow, to_its_end
from tapehawk.scan.history import Past
from tapehawk.scan.parameters import configured
from tapehawk.scan.phased import Minding, PhasedScan
from tapehawk.scan.phases import Enabled, PhaseClock
from tapehawk.scan.question import Days
from tapehawk.scan.universe import members


def replay(  # noqa: PLR0913 - what is played, and how
    known: Settings,
    asked: Asked,
    day: dt.date,
    told: LiveTold,
    *,
    speed: float | None = None,
    journals: Path | None = None,
    as_came: bool = False,
) -> None:
    """Play a stored session through the live path, `speed` times as fast as it was (None: as fast as it goes).

    Faster bars are played and folded where the day has them (`data/played.py`): what happens within a bar shows then.
    The journal and the states go to `journals`, by default a scratch folder; the store is only read. `as_came`: late
    and revised bars too, where the day was received live. Raises NoData for a day without bars.
    """
    prefer = known.providers.prefer_crypto if asked.market == CRYPTO else known.providers.prefer_us
    about = PanelQuestion(asked.timeframe, asked.market, asked.hours, prefer=prefer or None)
    series = played_series(known.store, about, day, symbols=asked.symbols)
    pace = Pace()
    names = _named(known, asked, series, day)
    source = Replay(known.store, series, day, symbols=names, speed=speed, pace=pace, as_came=as_came)

    def on_beat(beat: Beat) -> None:
        told.on_beat(beat)
        pace.scanned(beat.watermark)

    with TemporaryDirectory(prefix="tapehawk-replay-") as scratch:
        root, symbols = journals or Path(scratch), source.bars["symbol"].unique()
        feed = LiveFeed(source, root, symbols, series=series, clock=source.clock)
        asyncio.run(_run(known, asked, feed, LiveTold(told.on_start, on_beat, states=told.states), day=day))


def live(known: Settings, asked: Asked, provider: str | None, told: LiveTold, *, clock: Clock = SYSTEM) -> None:
    """Receive a provider's bars into the store's journal and scan them as they close, until interrupted.

    `provider` None: whom the settings name. Raises BadInput where they name nobody, or it has no stream.
    """
    need_streaming(known)
    named = provider or (known.providers.fetch_crypto if asked.market == CRYPTO else known.providers.fetch_us)
    if not named:
        raise BadInput(
            "nobody is named whose bars are scanned live", hint="--provider NAME; --provider sim needs no key"
        )
    asyncio.run(_live(known, asked, build(named, known.provider(named), clock=clock), told, clock))


async def _live(known: Settings, asked: Asked, provider: Provider, told: LiveTold, clock: Clock) -> None:
    try:
        need_stream(provider)
        if asked.market == CRYPTO:
            need_market(provider, CRYPTO)
        series, today = series_of(provider.offer), datetime_of(clock.now()).date()
        plan = day_plan(known, series.market)
        with within(CallBudget(lambda: plan.calls_at(clock.now()), clock=clock)):
            symbols = _named(known, asked, series, today) or await listed(provider, series)
            await _run(known, asked, LiveFeed(provider, known.store, symbols, clock=clock), told)
    finally:
        await provider.close()


def need_stream(provider: Provider) -> None:
    """Raise BadInput for a provider without a live stream."""
    if not provider.offer.streams:
        message = f"{provider.name} has no live stream on the plan {provider.offer.plan!r}"
        raise BadInput(message, hint=f"scanner sync --provider {provider.name} --watch fetches every session's end")


def need_market(provider: Provider, market: str, *, place: str = "fetch") -> None:
    """Raise BadInput for a provider whose bars are of another market; `place`: of the setting that named it."""
    if series_of(provider.offer).market != market:
        message = f"{provider.name} has no bars of the market {market!r}"
        raise BadInput(message, hint=f"scanner config set providers.{place}_{market} NAME")


async def _run(known: Settings, asked: Asked, feed: LiveFeed, told: LiveTold, *, day: dt.date | None = None) -> None:
    """Run a feed and the scan behind it to the feed's end. Raises what ended the feed."""
    running = asyncio.create_task(feed.run())
    try:
        with nullcontext(told.bus) if told.bus else broadcasting(known) as bus:
            await scanned(known, asked, feed, replace(told, bus=bus), day=day)
    finally:
        running.cancel()
        (ended,) = await asyncio.gather(running, return_exceptions=True)
    if isinstance(ended, Exception):
        raise ended


async def scanned(  # noqa: PLR0913 - what is scanned, and how it is told
    known: Settings,
    asked: Asked,
    feed: LiveFeed,
    told: LiveTold,
    *,
    day: dt.date | None = None,
    apart: Path | None = None,
    all_day: Collection[str] = (),
) -> None:
    """Scan what a feed that runs receives, to the feed's end, and say it on the bus that is told of.

    `apart`: where signals and what was told are kept, instead of beside the journals. `all_day`: scanners that are on
    in every phase, whoever else `all` stands for.
    """
    series, plan, now, bus = feed.series, day_plan(known, feed.series.market), feed.clock.now, told.bus or Silence()
    slower = _slower(series, asked.timeframe)
    on = enabled(known, [*asked.scanners, *all_day], asked.timeframe, (series.market, asked.hours))
    scanners = _scanners(known, _switched(replace(asked, scanners=[*asked.scanners, *all_day]), on), asked.timeframe)
    names = tuple(one.type() for one in scanners)
    told.on_start(Watched(series, asked.timeframe, asked.hours, len(feed.symbols), names, plan, now, day))
    minding = Minding(plan, on if ALL in asked.scanners else None, on_scan=told.on_scan)
    account, clock = risk(known), PhaseClock(series.market)
    keeping = Keeping(apart or feed.root, series.labels, minding.metrics, since=told.since)

    def begin(session: dt.date) -> PhasedScan:
        past = Past(known.store, series, session, tuple(sorted(feed.symbols)), asked.hours, slower)
        threads = os.cpu_count() or 1
        scan = PhasedScan(scanners, past, minding, journals=feed.root, risk=account, threads=threads)
        scan.told_root = apart or feed.root
        settle()
        return scan

    closed, reached, now_so = 0, 0, dict[str, Any]()
    wait = known.streaming.wait_seconds if day is None else None  # a stored day is whole
    async with aclosing(follow(feed, begin, wait=wait, remember=day is None)) as every:
        async for one in every:
            news = one.known_since(told.since) if told.since else one
            beat = beat_of(feed, news, minding, clock, replayed=day is not None)
            if day is None:
                bus.say(*events_of(beat, news, closed=closed))
                closed = beat.watermark
            signals = tuple(await to_its_end(keeping.take, news))
            if day is None:
                bus.say(*signals)
            beat = replace(beat, signals=signals, metrics=minding.metrics.plain())
            if news.changes or news.scan.reached != reached:
                reached = news.scan.reached
                now_so = await to_its_end(partial(standing, news, replayed=day is not None, states=told.states))
            told.on_beat(replace(beat, **now_so, trouble=beat.trouble or bus.trouble))


def _slower(series: Series, timeframe: str) -> str | None:
    """Return the bars that those of a series are folded to, None where they are scanned as they come.

    Raises BadInput for bars that can't be made of those that come.
    """
    if check_timeframe(timeframe) == series.timeframe:
        return None
    slower = TIMEFRAMES[timeframe] > TIMEFRAMES[series.timeframe] and timeframe not in SESSION_TIMEFRAMES
    if slower and are_slots(series.timeframe):
        return timeframe
    up_to = " and can be scanned as any up to 4h" if are_slots(series.timeframe) else " and scanned as they are"
    hint = f"bars that come are of {series.timeframe},{up_to}"
    raise BadInput(f"{series.id} can't be scanned live as {timeframe} bars", hint=hint)


def _switched(asked: Asked, on: Enabled) -> Asked:
    """Return what is asked with `all` written out: whoever is on in any phase."""
    if ALL not in asked.scanners:
        return asked
    return replace(asked, scanners=sorted({name for names in on.values() for name in names}))


def _scanners(known: Settings, asked: Asked, timeframe: str) -> list[Scanner]:
    every = questions(known, asked)
    kinds = {one.scanner_type: scanner_type(one.scanner_type, known.scanners) for one in every}
    for name, kind in kinds.items():
        if timeframe not in kind.timeframes:
            hint = f"it looks at bars of {', '.join(kind.timeframes)}; `all` takes those that look at {timeframe}"
            raise BadInput(f"{name} does not look at {timeframe} bars", hint=hint)
    models = desk(known, asked.market).models(timeframe, asked.hours)
    return [models.ready(configured(kinds[one.scanner_type], one.parameters)) for one in every]


def _named(known: Settings, asked: Asked, series: Series, day: dt.date) -> list[str] | None:
    """Return the symbols that were asked for, else those of the universe, else those stored; None where none are."""
    stored = stored_of(known, series)
    if asked.symbols:
        unknown = [name for name in asked.symbols if stored and name not in stored]
        if unknown:
            raise UnknownName("symbol", unknown[0], stored, place=f"{series.timeframe} bars of {series.id}")
        return sorted(set(asked.symbols))
    if asked.universe in (None, ALL, CRYPTO):
        return stored or None
    number = day_number(day)
    among = members(known.store, str(asked.universe), Days(number, number))
    return [name for name in among if not stored or name in set(stored)]


def stored_of(known: Settings, series: Series) -> list[str]:
    """Return the symbols that have bars of a series, none where nothing is stored."""
    try:
        return stored_symbols(known.store, series)
    except NoData:
        return []


async def listed(provider: Provider, series: Series) -> Iterable[str]:
    """Return the provider's own list of what is traded now."""
    if "symbols" not in provider.offer.reference:
        raise BadInput(f"whose bars? nothing of {series.id} is stored", hint="name symbols: --symbols AAPL,MSFT")
    listed = await provider.symbols()
    return listed.filter(listed["active"] & (listed["market"] == series.market))["symbol"].to_list()
