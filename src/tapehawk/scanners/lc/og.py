"""The twelve older LC patterns, at the close of the day.

Each one is a few thresholds in the words of the rest of the family: rise, gap and distances in ATR of the day (0), the
day before (1) and older ones, the close's place in its range, and whether the trend is in front (a 250-bar high with
all four EMAs in order) or behind. The price floor of 20 is as traded.
"""

from __future__ import annotations

from tapehawk.core.columns import close, high, low, open_
from tapehawk.core.expr import Expr
from tapehawk.core.indicators import ema, highest, lowest
from tapehawk.scanners.lc import features as f

Conditions = dict[str, Expr]

_history = {"history of 250 bars": f.history(250)}
_price = {"price ≥ 20": close >= 20}
_day = {"green": close > open_, "upper part of its range": f.close_range >= 0.3}
_in_order = f.uptrend() & (ema(close, 50) >= ema(close, 200))
_front = f.new_high(250) & _in_order
_front_side, _back_side = {"trend in front": _front}, {"trend behind": ~_front}
_green_before = close[1] >= open_[1]
_third = {"higher highs": (high >= high[1]) & (high[1] >= high[2])}


def og_patterns() -> dict[str, Conditions]:
    """Return the conditions of each pattern by its name."""
    sides = {"frontside": _front_side, "backside": _back_side}
    both = {
        f"lc_og_{side}_{name}": _pattern(when, trend)
        for side, trend in sides.items()
        for name, when in (
            ("d3_extended_1", _third | _d3_extended_1()),
            ("d3_extended_2", _third | _d3_extended_2()),
            ("d4_para", _third | _d4_para()),
        )
    }
    return both | {
        "lc_og_frontside_d3_uptrend": _pattern(_third | _d3_uptrend(), _front_side),
        "lc_og_backside_d3": _pattern(_third | _d3(), _back_side),
        "lc_og_frontside_d2_uptrend": _pattern(_d2_uptrend(), _front_side),
        "lc_og_frontside_d2": _pattern(_d2(), _front_side),
        "lc_og_backside_d2": _pattern({"new 5-bar high": f.new_high(5)} | _d2(), _back_side),
        "lc_og_fbo": _pattern(_first_breakout(), {"averages in order": _in_order}),
    }


def _pattern(when: Conditions, trend: Conditions) -> Conditions:
    return {**_history, **_day, **_price, **when, **trend}


def _d3_extended_1() -> Conditions:
    return {
        "day before": (f.rise_atr(1) >= 0.5) & (f.gap_atr(1) >= 0.2) & (f.close_range[1] >= 0.6) & _green_before,
        "stretched the day before": (f.above_ema(9, 1) >= 1.5) & (f.above_ema(20, 1) >= 3),
        "day": (f.rise_atr() >= 0.7) & (f.gap_atr() >= 0.2) & (f.close_range >= 0.6),
        "stretched": (f.above_ema(9) >= 2) & (f.above_ema(50) >= 4),
    }


def _d3_extended_2() -> Conditions:
    return {
        "day before": (f.rise_atr(1) >= 0.3) & (f.close_range[1] >= 0.5) & _green_before,
        "stretched the day before": f.above_ema(9, 1) >= 1,
        "rise kept up": (high[1] - open_[1]) >= 0.4 * (high - open_),
        "day": (f.rise_atr() >= 0.6) & (f.gap_atr() >= 0.2) & (f.close_range >= 0.4),
        "stretched": (f.above_ema(9) >= 1.5) & (f.above_ema(20) >= 3),
    }


def _d4_para() -> Conditions:
    return {
        "days before": (f.above_ema(9, 2) >= 1) & (f.above_ema(9, 3) >= 1) & (f.above_ema(9, 4) >= 1),
        "green two days before": close[2] >= open_[2],
        "stretched two days before": f.above_ema(20, 2) >= 1.5,
        "day before": (f.rise_atr(1) >= 0.3) & (f.gap_atr(1) >= 0) & (f.close_range[1] >= 0.3) & _green_before,
        "stretched the day before": (f.above_ema(9, 1) >= 1.5) & (f.above_ema(20, 1) >= 3),
        "day": (f.rise_atr() >= 0.5) & (f.gap_atr() >= 0.25) & (f.close_range >= 0.3) & (close >= open_),
        "stretched": (f.above_ema(9) >= 2) & (f.above_ema(50) >= 4),
    }


def _d3_uptrend() -> Conditions:
    return {
        "day before": (f.rise_atr(1) >= 0.3) & (f.close_range[1] >= 0.5) & _green_before,
        "stretched the day before": (f.above_ema(9, 1) >= 2) & (f.above_ema(20, 1) >= 3),
        "day": (f.rise_atr() >= 0.5) & (f.gap_atr() >= -0.2) & (f.close_range >= 0.5),
        "stretched": (f.above_ema(9) >= 2) & (f.above_ema(20) >= 3) & (f.above_ema(200) >= 7),
    }


def _d3() -> Conditions:
    return {
        "day before": (f.rise_atr(1) >= 1) & (f.close_range[1] >= 0.5) & _green_before,
        "stretched the day before": (f.above_ema(9, 1) >= 1) & (f.above_ema(20, 1) >= 2),
        "day": (f.rise_atr() >= 1) & (f.close_range >= 0.5),
        "stretched": (f.above_ema(9) >= 1) & (f.above_ema(20) >= 2),
    }


def _d2_uptrend() -> Conditions:
    return {
        "new 20-bar high": f.new_high(20),
        "day": (f.rise_atr() >= 0.75) & (f.close_range >= 0.7) & (close >= open_),
        "stretched": (f.above_ema(9) >= 1.5) & (f.above_ema(20) >= 3),
        "far above the 20-bar low": (high - lowest(low, 20)) / f.atr >= 5,
    }


def _d2() -> Conditions:
    return {"day": (f.rise_atr() >= 1.5) & (f.close_range >= 0.5) & (close >= open_)}


def _first_breakout() -> Conditions:
    level = highest(high, 50)[4]
    strong = (f.rise_atr() >= 0.5) | ((high - close[1]) / f.atr >= 0.5)
    far = ((high - lowest(low, 20)) / f.atr >= 4) | ((high - lowest(low, 5)) / f.atr >= 2)
    return {
        "below the 50-bar high until now": (high[1] < level) & (high[2] < level) & (high[3] < level),
        "which is the 100-bar high": level >= highest(high, 100)[4],
        "reaches it": (high >= high[1]) & (abs(high - level) <= f.atr),
        "day": strong & (f.close_range >= 0.3) & (close >= open_),
        "far above the low": far,
    }
