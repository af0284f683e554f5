"""How providers fare, as the doctor says it, with the figures behind it. No key, address or plan is in it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from tapehawk.app.doctor import Finding
from tapehawk.app.sources import finding_of
from tapehawk.core.instants import microseconds, rfc3339_or_none
from tapehawk.data.health import FeedState, Noted, read_health
from tapehawk.data.providers.registry import provider_names


def provider_health(root: Path, now: dt.datetime) -> list[dict[str, Any]]:
    """Return every provider by name, those that were never asked among them."""
    instant = microseconds(now)
    noted = {one.provider.provider: one for one in read_health(root)}
    names = sorted({*noted, *provider_names()})
    return [_of(noted[name], instant) if name in noted else _never(name) for name in names]


def _of(noted: Noted, now: int) -> dict[str, Any]:
    health, found = noted.provider, finding_of(noted, now)
    return {
        **_said(found),
        "running": noted.running(now),
        "calls": health.calls,
        "errors": dict(health.errors),
        "breaker": health.breaker,
        "credits_left": health.credits_left,
        "last_success_at": _instant(health.last_success_at),
        "last_error_at": _instant(health.last_error_at),
        "last_data_at": _instant(noted.stream.last_data_at if noted.stream else None),
        "feed": noted.feed and _feed(noted.feed),
    }


def _never(name: str) -> dict[str, Any]:
    said = _said(Finding(name, "never asked", "never asked", "scanner sync asks it"))
    nothing = dict.fromkeys(("breaker", "credits_left", "last_success_at", "last_error_at", "last_data_at", "feed"))
    return {**said, "running": False, "calls": 0, "errors": {}, **nothing}


def _said(found: Finding) -> dict[str, str]:
    return {"provider": found.name, "state": found.state, "detail": found.detail, "advice": found.advice}


def _feed(feed: FeedState) -> dict[str, Any]:
    return {
        "series": feed.series,
        "symbols": feed.symbols,
        "watermark": _instant(feed.watermark),
        "stale_since": _instant(feed.stale_since),
        "trouble": feed.trouble,
        "counts": dict(feed.counts),
    }


def _instant(at: int | None) -> str | None:
    return rfc3339_or_none(at, "seconds")
