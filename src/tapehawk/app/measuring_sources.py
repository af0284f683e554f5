"""How providers and their feeds fare, as numbers: what each process that asks them has noted last (data/health.py)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, TypeAlias

from tapehawk.app.house import House

if TYPE_CHECKING:
    from tapehawk.data.health import Noted

Labelled: TypeAlias = Iterable[tuple[tuple[str, ...], float]]


def measure_sources(house: House) -> None:
    """Have them measured."""

    def add(name: str, meaning: str, say: Callable[[Noted], Labelled], *labels: str) -> None:
        house.gauges.add(name, meaning, lambda: _every(house, say), labels=("provider", *labels))

    add("provider_up", "1 while a provider is asked, 0 while it is left alone", _up)
    add("provider_calls", "calls to a provider", _calls)
    add("provider_errors", "attempts that failed, by what was wrong", _errors, "kind")
    add("provider_credits_left", "calls or credits left in the plan's window", _credits)
    add("watermark_age_seconds", "since the bars of a live feed were whole", lambda one: _age(one, house))
    add("stream_bars_dropped", "bars that a feed was too slow to take, and has fetched again", _dropped)
    add("consumer_bars_waiting", "bars of a feed that wait for who takes them", _waiting, "consumer")
    add("consumer_bars_lost", "bars of a feed that a slow consumer never took", _lost, "consumer")


def _every(house: House, say: Callable[[Noted], Labelled]) -> dict[tuple[str, ...], float]:
    from tapehawk.data.health import read_health

    every = read_health(house.known.store)
    return {(one.provider.provider, *words): float(number) for one in every for words, number in say(one)}


def _up(one: Noted) -> Labelled:
    yield (), one.provider.breaker == "closed"


def _calls(one: Noted) -> Labelled:
    yield (), one.provider.calls


def _errors(one: Noted) -> Labelled:
    return (((kind,), count) for kind, count in one.provider.errors.items())


def _credits(one: Noted) -> Labelled:
    if one.provider.credits_left is not None:  # the plan has no limit, or nobody has said yet
        yield (), one.provider.credits_left


def _age(one: Noted, house: House) -> Iterator[tuple[tuple[str, ...], float]]:
    if one.feed is not None and one.feed.watermark:
        yield (), house.now().timestamp() - one.feed.watermark / 1e6


def _dropped(one: Noted) -> Labelled:
    if one.stream is not None:
        yield (), one.stream.dropped


def _waiting(one: Noted) -> Labelled:
    return (((lag.name,), lag.waiting) for lag in (one.feed.lags if one.feed else ()))


def _lost(one: Noted) -> Labelled:
    return (((lag.name,), lag.lost) for lag in (one.feed.lags if one.feed else ()))
