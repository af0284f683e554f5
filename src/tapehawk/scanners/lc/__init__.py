"""LC: large caps extended far above their averages after two or three days."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from tapehawk.core.columns import close, high, low, open_, raw, volume
from tapehawk.core.expr import Expr
from tapehawk.core.indicators import ema, highest, lowest
from tapehawk.core.next_day import NextDayCheck
from tapehawk.core.scanner import BUY, NONE, SELL, Direction, Scanner, Setup
from tapehawk.scanners.lc import features as f
from tapehawk.scanners.lc.next_day import next_day as confirmed_next_day
from tapehawk.scanners.lc.og import og_patterns

_D2_RUN_UP = (2.5, 2.0, 1.5, 1.0, 0.75)
_D2_GAIN, _D2_1_GAIN = (0.50, 0.30, 0.20, 0.15, 0.10), (1.00, 0.50, 0.30, 0.20, 0.15)
_D3_GAIN = (0.30, 0.20, 0.10, 0.07, 0.05)

COLUMNS: Mapping[str, Expr] = {
    "gap_pct": f.gap_pct,
    "parabolic_score": f.parabolic_score(),
    "dollar_volume": f.dollar_volume,
    "close_price": close,
    "high_price": high,
    "low_price": low,
    "open_price": open_,
    "ema9": ema(close, 9),
    "ema20": ema(close, 20),
    "ema50": ema(close, 50),
    "ema200": ema(close, 200),
    "atr": f.atr,
    "high_chg_atr": f.rise_atr(),
    "dist_h_9ema_atr": f.above_ema(9),
    "dist_h_20ema_atr": f.above_ema(20),
    "close_range": f.close_range,
}


class Lc(Scanner):
    """Large caps that ran far beyond their averages: the second or third day of a move.

    Daily bars. A hit is known at the close and has no side of its own: what it is worth is the next day's trade. `side`
    gives it levels, with the stop a quarter of an ATR beyond the day's extreme. The score is the parabolic score of the
    day before.
    """

    timeframes: ClassVar[tuple[str, ...]] = ("1d",)
    wide: ClassVar[bool] = True
    next_day: ClassVar[NextDayCheck | None] = staticmethod(confirmed_next_day)

    min_price: Annotated[float, Field(ge=0, le=1e6, description="price as traded")] = 5
    min_volume: Annotated[float, Field(ge=0, le=1e12, description="shares as traded")] = 10_000_000
    min_dollar_volume: Annotated[float, Field(ge=0, le=1e13, description="of the day")] = 500_000_000
    side: Annotated[Literal["none", "long", "short"], Field(description="gives hits levels")] = "none"
    og: Annotated[bool, Field(description="the twelve older patterns too, as lc_og_…")] = False

    def universe(self) -> Mapping[str, Expr]:
        """Return the day's liquidity, which every pattern asks for first."""
        return {
            f"volume ≥ {self.min_volume:,.0f}": volume >= self.min_volume,
            f"dollar volume ≥ {self.min_dollar_volume:,.0f}": f.dollar_volume >= self.min_dollar_volume,
            f"price ≥ {self.min_price:g}": close >= self.min_price,
        }

    def setups(self) -> Iterator[Setup]:
        """Yield the patterns of 2025, then, if asked for, the older twelve."""
        above = {"low above EMA9": f.low_above_ema(9) >= 1}
        yield self._setup("lc_frontside_d2_extended", self._second_day(_D2_GAIN) | above)
        yield self._setup("lc_frontside_d2_extended_1", self._second_day(_D2_1_GAIN))
        yield self._setup("lc_frontside_d3_extended_1", self._third_day())
        if self.og:
            for name, when in og_patterns().items():
                yield self._setup(name, when)

    def _setup(self, pattern: str, when: Mapping[str, Expr]) -> Setup:
        direction: Direction = {"none": NONE, "long": BUY, "short": SELL}[self.side]
        stop = high + 0.25 * f.atr if direction is SELL else low - 0.25 * f.atr
        levels = None if direction is NONE else stop
        return Setup(pattern, direction, when, stop=levels, score=f.parabolic_score(), show=COLUMNS)

    def _second_day(self, gain: tuple[float, ...]) -> dict[str, Expr]:
        return {
            "history of 50 bars": f.history(50),
            "higher high and low": (high >= high[1]) & (low >= low[1]),
            "gain of the day": f.high_gain >= f.by_tier(gain),
            "run-up": f.run_up(5, 20) >= f.by_tier(_D2_RUN_UP),
            "green": close >= open_,
            "rise": f.rise_atr() >= 1.5,
            "above EMA9": f.above_ema(9) >= 2,
            "above EMA20": f.above_ema(20) >= 3,
            "beyond the 20-bar high": (high - highest(high, 20)[1]) / f.atr >= 1,
            "dollar volume of five days": f.dollar_volume_of_5_before >= 500_000_000,
            "new 20-bar high": f.new_high(20),
            "uptrend": f.uptrend(),
        }

    def _third_day(self) -> dict[str, Expr]:
        return {
            "history of 50 bars": f.history(50),
            "higher highs and lows": (high >= high[1]) & (high[1] >= high[2]) & (low >= low[1]) & (low[1] >= low[2]),
            "gain of both days": (f.high_gain >= f.by_tier(_D3_GAIN)) & (f.high_gain[1] >= f.by_tier(_D3_GAIN)),
            "run-up": high / lowest(low, 20) - 1 >= f.by_tier(_D2_RUN_UP),
            "green": (close >= open_) & (close[1] >= open_[1]),
            "rise": (f.rise_atr() >= 1) & (f.rise_atr(1) >= 0.7),
            "above EMA9": (f.above_ema(9) >= 1.5) & (f.above_ema(9, 1) >= 1.5),
            "above EMA20": (f.above_ema(20) >= 2) & (f.above_ema(20, 1) >= 2),
            "liquid the day before": (raw.volume[1] >= 10_000_000) & (f.dollar_volume[1] >= 100_000_000),
            "beyond the 20-bar high": (high - highest(high, 20)[2]) / f.atr >= 2.5,
            "new 20-bar high": f.new_high(20),
            "uptrend": f.uptrend(),
        }
