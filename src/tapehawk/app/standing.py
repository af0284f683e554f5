"""How markets stand: quotes of their symbols, and each at a glance, kept until a bar comes, closes or is stored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from threading import Lock
from typing import Any

from tapehawk.app.market_bars import MARKETS, MarketBars, Tail, market_of
from tapehawk.core.errors import NoData, UnknownName
from tapehawk.core.instants import rfc3339, rfc3339_or_none
from tapehawk.core.panel import Panel
from tapehawk.core.phases import phase_at
from tapehawk.core.sessions import calendar_named, date_of
from tapehawk.data.freshness import SIMULATED, Newest, late
from tapehawk.data.health import read_health
from tapehawk.scan.closed import Closed
from tapehawk.scan.market_now import Now, now_of, with_session
from tapehawk.scan.market_overview import Floor, overview
from tapehawk.scan.quick_question import stored_names
from tapehawk.scan.quotes import aged, quotes_of
from tapehawk.scan.regimes import regime_of_market, regimes
from tapehawk.scan.track_record import Regime


@dataclass(frozen=True, eq=False)
class Stands:
    """A market as it stands, and what must be said of it. `version`: of its data, journals included."""

    now: Now
    version: str
    labels: tuple[str, ...]

    @property
    def state(self) -> tuple[object, ...]:
        """What all that is said of it is made of, but what passes by itself."""
        return self.version, self.now.good_until, self.labels

    @cached_property
    def quotes(self) -> list[dict[str, Any]]:
        """The quotes of all, without their age."""
        return quotes_of(self.now, self.labels)


class Standing:
    """Answers for whole markets, from any thread. `benchmarks`: market → the symbol that stands for it, or None."""

    def __init__(self, bars: MarketBars, benchmarks: Mapping[str, str | None]) -> None:
        self._bars, self._benchmarks, self._making = bars, benchmarks, Lock()
        self._stands: dict[str, tuple[str, Stands]] = {}
        self._glances: dict[str, tuple[Stands, dict[str, Any]]] = {}
        self._regimes: dict[str, tuple[Panel, int, dict[str, Any]]] = {}
        self._past: dict[str, tuple[Panel, Regime]] = {}

    def state(self, symbols: Sequence[str], market: str = MARKETS[0]) -> list[tuple[object, ...]]:
        """Return what `quotes` of the same would be made of, their ages aside. Raises as it does."""
        if not symbols:
            return [self.of(market).state]
        found = []
        for of in {market_of(symbol): None for symbol in symbols}:
            with suppress(NoData):
                found.append(self.of(of).state)
        return found

    def quotes(self, symbols: Sequence[str], market: str = MARKETS[0]) -> dict[str, Any]:
        """Return the quotes of symbols, of whichever market, in the order asked for; of none named: of a market.

        A symbol without one is said and keeps no other. Raises NoData where nothing is stored of the market.
        """
        if not symbols:
            at = self.of(market)
            rows = aged(at.quotes, at.now.closed.tolist(), self._bars.instant)
            return {"items": rows, "missing": [], "data_version": at.version}
        found: dict[str, dict[str, Any]] = {}
        missing, versions = dict[str, str](), list[str]()
        for of in MARKETS:
            named = [symbol for symbol in dict.fromkeys(symbols) if market_of(symbol) == of]
            try:
                stands = self.of(of) if named else None
            except NoData as nothing:
                missing |= dict.fromkeys(named, nothing.message)
                continue
            if stands is not None:
                versions.append(stands.version)
                found |= self._named(stands, named, missing)
        return {
            "items": [found[symbol] for symbol in dict.fromkeys(symbols) if symbol in found],
            "missing": [{"symbol": symbol, "reason": why} for symbol, why in missing.items()],
            "data_version": " ".join(versions),
        }

    def glance(self, market: str) -> dict[str, Any]:
        """Return a market at a glance; what changes by itself (the phase, the watermark) as of now."""
        at = self.of(market)
        kept = self._glances.get(market)
        if kept is None or kept[0] is not at:
            kept = self._glances[market] = at, overview(at.now, floor=Floor.of(market))
        series = self._bars.series(at.now.panel).id
        return {
            "market": market,
            **kept[1],
            "regime": self._regime(market, at.now),
            "clock": clock_of(market, self._bars.instant),
            "freshness": {
                "series": series,
                "data_version": at.version,
                "stale_since": self._stale(at.now),
                "watermark": _watermark(self._bars, series),
            },
            "labels": list(at.labels),
        }

    def regimes(self, market: str) -> tuple[str, Regime]:
        """Return the version of a market's days, and what says its regime on a date.

        Raises NoData where nothing is stored of the market.
        """
        panel = self._bars.panel("1d", market)
        kept = self._past.get(market)
        if kept is None or kept[0] is not panel:
            kept = self._past[market] = panel, regimes(panel)
        return panel.data_version, kept[1]

    def of(self, market: str) -> Stands:
        """Return how a market stands. Raises NoData where nothing is stored of it, UnknownName."""
        if market not in MARKETS:
            raise UnknownName("market", market, MARKETS)
        with self._making:  # two that ask at once wait for one answer
            panel = self._bars.days(market)
            tail = self._bars.tail(panel)
            version = panel.data_version + (tail.version if tail else "")
            kept = self._stands.get(market)
            if kept is not None and kept[1].now.panel is panel and kept[1].version == version:
                stands = kept[1]
                if stands.now.good_until > self._bars.instant and kept[0] == str(self._stale(stands.now)):
                    return stands
            now = now_of(panel, self._bars.instant)
            labels = tuple(self._labels(now, tail))
            now = now if tail is None else with_session(now, tail.so_far, tail.session)
            stands = Stands(now, version, labels)
            self._stands[market] = str(self._stale(now)), stands
            return stands

    def _named(self, at: Stands, named: Sequence[str], missing: dict[str, str]) -> dict[str, dict[str, Any]]:
        """Return the quotes of some symbols by what they were asked as; note those without one."""
        stored = stored_names(at.now.panel, named)
        there = {symbol: at.now.number[stored[symbol]] for symbol in stored if stored[symbol] in at.now.number}
        for symbol in named:
            if symbol not in there:
                missing[symbol] = "no bar has closed" if symbol in stored else "not stored"
        numbers = list(there.values())
        rows = aged(quotes_of(at.now, at.labels, numbers), at.now.closed[numbers].tolist(), self._bars.instant)
        return dict(zip(there, rows, strict=True))

    def _regime(self, market: str, now: Now) -> dict[str, Any]:
        """Return the regime as of the last closed day; its index is made once a data version and day."""
        panel, newest = now.panel, int(now.bar.max(initial=-1))
        kept = self._regimes.get(market)
        if kept is None or kept[0] is not panel or kept[1] != newest:
            closed = Closed.at(panel, self._bars.instant)
            kept = self._regimes[market] = panel, newest, regime_of_market(closed, self._benchmarks[market])
        return kept[2]

    def _labels(self, now: Now, tail: Tail | None) -> Iterator[str]:
        yield from now.panel.labels
        stale = self._stale(now)
        if stale:
            yield f"stale since {stale}"
        if tail is not None and now.newest >= 0:
            before = calendar_named(now.panel.calendar).previous(date_of(tail.session))
            if before != date_of(now.newest):
                yield f"change since {date_of(now.newest)}: the sessions after it are not stored"

    def _stale(self, now: Now) -> str | None:
        panel, stored = now.panel, now.panel.columns["session"][now.bar]
        if SIMULATED in panel.labels or not stored.size:
            return None
        newest = Newest(panel.timeframe, panel.calendar, panel.hours, int(stored.max()), int(panel.time[now.bar].max()))
        return late(newest, self._bars.now())


def clock_of(market: str, instant: int) -> dict[str, Any]:
    """Return the phase of a market's trading day, since when it is, and when it changes to what."""
    phase = phase_at(market, instant)
    following = None if phase.until is None else phase_at(market, phase.until).name
    return {
        "phase": phase.name,
        "is_open": phase.is_open,
        "since": rfc3339(phase.since),
        "until": rfc3339_or_none(phase.until),
        "next_phase": following,
    }


def _watermark(bars: MarketBars, series: str) -> str | None:
    """Return up to when a feed that runs has received everything, None where none does."""
    found = [
        one.feed.watermark
        for one in read_health(bars.root)
        if one.feed is not None and one.feed.series == series and one.running(bars.instant) and one.feed.watermark
    ]
    return rfc3339_or_none(max(found, default=None), "seconds")
