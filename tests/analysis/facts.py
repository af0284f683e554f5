"""What the tests know of every part: the ranges of its inputs, their mirror images, the bounds of what it says.

A new part is held to the laws by its existing, and fails them until its inputs and answers are described here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from hypothesis import strategies as st

from tapehawk.analysis.part import Bar, Part, Seen

BUY, SELL, HOLD = "BUY", "SELL", "HOLD"
OTHER_SIDE = {BUY: SELL, SELL: BUY, HOLD: HOLD}

RANGES: Mapping[str, tuple[float, float]] = {
    "rsi": (0, 100), "percent_b": (-1, 2), "stochastic": (0, 100), "momentum_short_atr": (-9, 9),
    "momentum_long_atr": (-9, 9), "rvol": (0, 40), "slope_atr": (-9, 9), "adx": (0, 100), "place": (-1, 1),
    "macd_histogram_atr": (-3, 3), "price_change_9_atr": (-9, 9), "rsi_change_9": (-100, 100), "rising": (0, 5),
    "falling": (0, 5), "spread_pct": (0, 40), "return_20_pct": (-99, 400), "atr_pct": (0, 40),
    "close": (100, 100), "traded": (100, 200), "atr": (0.001, 60), "upper": (60, 140), "lower": (60, 140),
}  # fmt: skip
WHOLE = ("place", "rising", "falling")


def _kept(values: Mapping[str, float], name: str) -> float:
    return values[name]


def _negated(values: Mapping[str, float], name: str) -> float:
    return -values[name]


def _from(top: float) -> Callable[[Mapping[str, float], str], float]:
    return lambda values, name: top - values[name]


def _about_the_close(other: str) -> Callable[[Mapping[str, float], str], float]:
    return lambda values, _: 2 * values["close"] - values[other]


MIRRORS: Mapping[str, Callable[[Mapping[str, float], str], float]] = {
    "rsi": _from(100.0), "percent_b": _from(1.0), "stochastic": _from(100.0), "momentum_short_atr": _negated,
    "momentum_long_atr": _negated, "rvol": _kept, "slope_atr": _negated, "adx": _kept, "place": _negated,
    "macd_histogram_atr": _negated, "price_change_9_atr": _negated, "rsi_change_9": _negated,
    "rising": lambda values, _: values["falling"], "falling": lambda values, _: values["rising"],
    "spread_pct": _kept, "return_20_pct": _negated, "atr_pct": _kept, "close": _kept, "traded": _kept, "atr": _kept,
    "upper": _about_the_close("lower"), "lower": _about_the_close("upper"),
}  # fmt: skip

# What an answer says that must be within bounds, and what of it is equal for the mirror image and the other side.
BOUNDS: Mapping[str, Mapping[str, tuple[float, float]]] = {
    "opportunity_score": {"score": (0, 100)},
    "market_regime": {"confidence": (0, 1)},
    "sl_tp": {
        "reward_risk": (0, 2.5), "stop_pct": (0.5, 3.0 + 1e-9), "target_pct": (0.5, 7.5 + 1e-9), "stop": (0, 210),
        "entry": (0, 210), "target": (0, 220),
    },
    "confluence": {"share": (0, 1)},
    "ml_prediction": {"probability": (0, 1)},
}  # fmt: skip
WORDS: Mapping[str, Mapping[str, set[str]]] = {
    "market_regime": {"regime": {"bull", "bear", "sideways"}, "volatility": {"low", "medium", "high"}},
    "confluence": {"strength": {"STRONG", "MODERATE", "WEAK"}, "side": {BUY, SELL, HOLD}},
}
PRICES: Mapping[str, set[str]] = {"sl_tp": {"entry", "stop", "target", "support", "resistance", "atr"}}
TURNED: Mapping[str, str] = {"bull": "bear", "bear": "bull", "sideways": "sideways"}


def mirror_says(name: str, answer: Mapping[str, Any]) -> dict[str, Any]:
    """What of an answer is the same for the mirror image seen from the other side (a label: its counterpart)."""
    if not answer["available"]:
        return {"available": False}
    pick = {
        "opportunity_score": lambda a: {"score": a["score"], **{n: p["value"] for n, p in a["parts"].items()}},
        "market_regime": lambda a: {n: a[n] for n in ("regime", "confidence", "volatility")},
        "sl_tp": lambda a: {n: a[n] for n in ("entry", "stop_atr", "stop_pct", "target_atr", "reward_risk")},
        "confluence": lambda a: {"strength": a["strength"], "share": a["share"], "held": a["votes"][HOLD]},
    }
    return pick[name](answer)


def bars_mirror_says(name: str, answer: Mapping[str, Any]) -> dict[str, Any]:
    """The same for mirrored bars: a regime's returns are in percent of prices, which do not mirror, its counts do."""
    if name != "market_regime" or not answer["available"]:
        return mirror_says(name, answer)
    return {n: answer["inputs"][n] for n in ("rising", "falling", "adx", "atr_pct")}


def turned(said: Mapping[str, Any]) -> dict[str, Any]:
    """What has a side, turned to the other one."""
    other = {"rising": "falling", "falling": "rising"}
    names = {other.get(name, name): value for name, value in said.items()}
    return {name: TURNED.get(value, value) if name == "regime" else value for name, value in names.items()}


def values_of(part: Part, *, nulls: int = 2) -> st.SearchStrategy[dict[Any, dict[str, float]]]:
    """Draw the values of a part's inputs on all its bars, at most `nulls` of each bar null, and of most bars none."""
    return st.fixed_dictionaries({on: _bar(tuple(named), nulls) for on, named in part.inputs().items()})


def _bar(names: tuple[str, ...], nulls: int) -> st.SearchStrategy[dict[str, float]]:
    numbers = st.fixed_dictionaries({name: _value(name) for name in names}).map(_possible)
    some = st.sets(st.sampled_from(names), max_size=nulls)
    null = st.integers(0, 3).flatmap(lambda n: some if n == 3 else st.just(set()))
    return st.builds(lambda values, gone: {**values, **dict.fromkeys(gone, float("nan"))}, numbers, null)


def _value(name: str) -> st.SearchStrategy[float]:
    low, high = RANGES[name]
    return st.integers(int(low), int(high)).map(float) if name in WHOLE else st.floats(low, high)


def _possible(values: dict[str, float]) -> dict[str, float]:
    """Let values that depend on each other do so: five comparisons, the lower band below the upper one."""
    if "rising" in values:
        values = {**values, "falling": min(values["falling"], 5 - values["rising"])}
    if "upper" in values and values["upper"] < values["lower"]:
        values = {**values, "upper": values["lower"], "lower": values["upper"]}
    return values


def seen(values: Mapping[Any, Mapping[str, float]], count: int = 10_000) -> Seen:
    """The values as a part sees them."""
    return Seen({on: Bar(one, count, "2024-03-01T21:00:00Z", "AAA") for on, one in values.items()})


def mirror(values: Mapping[Any, Mapping[str, float]]) -> dict[Any, dict[str, float]]:
    """The values of the mirror image."""
    return {on: {name: MIRRORS[name](one, name) for name in one} for on, one in values.items()}
