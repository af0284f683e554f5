"""What the doctor says of providers that were asked: breaker, last error, budget, last data, feeds, slow consumers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

from tapehawk.app.doctor import GOOD, ODD, Finding
from tapehawk.core.instants import datetime_of, microseconds
from tapehawk.data.health import FeedState, Noted, read_health


def source_findings(root: Path, now: dt.datetime) -> Iterator[Finding]:
    """Yield one finding a provider."""
    for noted in read_health(root):
        yield finding_of(noted, microseconds(now))


def finding_of(noted: Noted, now: int) -> Finding:
    """Return what the doctor says of a provider at an instant (µs UTC)."""
    wrong = list(_wrong(noted, now))
    said = [*_said(noted, now), *wrong]
    state = ODD if wrong else GOOD
    return Finding(noted.provider.provider, state, "; ".join(said), _advice(noted) if wrong else "")


def _said(noted: Noted, now: int) -> Iterator[str]:
    health, stream = noted.provider, noted.stream
    yield f"live, {noted.feed.symbols:,} symbols" if noted.feed and noted.running(now) else f"asked {_at(noted.at)}"
    yield f"{health.calls:,} calls, breaker {health.breaker}"
    if health.credits_left is not None:
        yield f"{health.credits_left:,} calls left in the plan's window"
    if stream is not None:
        yield f"last data {_at(stream.last_data_at)}"
    if noted.feed is not None and noted.feed.watermark:
        yield f"watermark {_at(noted.feed.watermark)}"


def _wrong(noted: Noted, now: int) -> Iterator[str]:
    health = noted.provider
    if health.breaker != "closed":
        yield "it is left alone for a while"
    if health.last_error and (health.last_error_at or 0) > (health.last_success_at or 0):
        yield f"last error {_at(health.last_error_at)}: {health.last_error}"
    if noted.stream is not None and noted.stream.dropped:
        yield f"{noted.stream.dropped:,} bars dropped by a slow owner, and refilled"
    if noted.feed is not None:
        yield from _feed_wrong(noted.feed, running=noted.running(now))


def _feed_wrong(feed: FeedState, *, running: bool) -> Iterator[str]:
    if running and feed.stale_since is not None:
        yield f"stale since {_at(feed.stale_since)}"
    if feed.trouble:
        yield feed.trouble
    for lag in feed.lags:
        if lag.lost:
            yield f"slow consumer {lag.name}: {lag.lost:,} bars lost, {lag.waiting:,} waiting"


def _advice(noted: Noted) -> str:
    if noted.provider.breaker != "closed" or noted.provider.last_error:
        return "scans answer from the store meanwhile; another source: --provider NAME, or providers.second_us"
    return "a consumer that is slow loses bars of its own queue, nobody else's"


def _at(instant: int | None) -> str:
    return f"{datetime_of(instant):%Y-%m-%d %H:%M:%S} UTC" if instant else "never"
