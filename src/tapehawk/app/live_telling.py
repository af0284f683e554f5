"""How a market that is scanned live fares, as plain values: for the records, and whoever asks there."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from tapehawk.app.beats import NAMED
from tapehawk.app.phasing import day_plan
from tapehawk.core.instants import rfc3339, rfc3339_or_none
from tapehawk.data.stream import LiveFeed
from tapehawk.scan.phases import DayPlan

if TYPE_CHECKING:
    from tapehawk.app.live_market import LiveMarket, LiveScanOf

Said = dict[str, Any]


def market_told(market: LiveMarket) -> Said:
    """Return how it fares; what is asked of each parameter set stands under its key."""
    plan = day_plan(market.known, market.plan.market)
    return {
        "market": market.plan.market,
        "provider": market.provider,
        "state": market.state.state,
        "reason": market.state.reason,
        **_feed_told(market.feed),
        **phase_told(plan, market.clock.now()),
        "sets": {key: _scan_told(one) for key, one in market.scans.items()},
        "second": market.second and _second_told(market.second),
    }


def phase_told(plan: DayPlan, now: int) -> Said:
    """Return the phase of a market, and when it changes and is looked at next."""
    phase = plan.phase_at(now)
    return {
        "session_phase": phase.name,
        "phase_until": rfc3339_or_none(phase.until),
        "next_scan": rfc3339(plan.next_due(now)),
    }


def _second_told(second: LiveMarket) -> Said:
    said = {"provider": second.source, "state": second.state.state, "reason": second.state.reason}
    return {**said, **_feed_told(second.feed), "scanned_through": rfc3339_or_none(second.scanned_through)}


def _feed_told(feed: LiveFeed | None) -> Said:
    if feed is None:
        return {}
    state = feed.state
    return {
        "series": state.series,
        "labels": list(feed.series.labels),
        "symbols": state.symbols,
        "watermark": rfc3339_or_none(state.watermark),
        "stale_since": rfc3339_or_none(state.stale_since),
        "trouble": state.trouble,
        "counters": dict(state.counts),
    }


def _scan_told(scan: LiveScanOf) -> Said:
    said: Said = {"state": scan.state.state, "reason": scan.state.reason}
    if scan.watched is not None:
        said["scanners"] = list(scan.watched.scanners)
    if scan.beat is not None:
        said |= {
            "scanned_through": rfc3339(scan.beat.at),
            "expected": scan.beat.expected,
            "arrived": scan.beat.came,
            "missing": list(scan.beat.missing[:NAMED]),
            "silent": {symbol: rfc3339_or_none(last) for symbol, last in islice(scan.beat.silent.items(), NAMED)},
            "silent_count": len(scan.beat.silent),
            "metrics": {phase: dict(one) for phase, one in scan.beat.metrics.items()},
        }
    return said
