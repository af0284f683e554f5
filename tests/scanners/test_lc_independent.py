"""LC on the real bars since 2022, row for row against a slow computation in plain loops that shares no code with it."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl
import pytest

from tapehawk.core.panel import Panel
from tapehawk.core.search import find
from tapehawk.core.watch import Watch
from tapehawk.scanners.lc import COLUMNS, Lc

FIRST = dt.date(2022, 1, 1)
FIVE_DAYS, TEN_MILLION = 500_000_000, 10_000_000
D2_RUN_UP = D3_RUN_UP = (2.5, 2.0, 1.5, 1.0, 0.75)
D2_GAIN, D2_1_GAIN, D3_GAIN = (0.5, 0.3, 0.2, 0.15, 0.1), (1.0, 0.5, 0.3, 0.2, 0.15), (0.3, 0.2, 0.1, 0.07, 0.05)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def bars(shared) -> pl.DataFrame:
    """Return the bars of the symbols that have at least one day liquid enough for any pattern since 2022."""
    frame = pl.scan_parquet(shared / "us_daily_adjusted.parquet")
    liquid = (pl.col("date") >= FIRST) & (pl.col("volume") >= TEN_MILLION)
    liquid &= (pl.col("close") * pl.col("volume") >= FIVE_DAYS) & (pl.col("close") >= 5)
    names = frame.filter(liquid).select("symbol").unique()
    return frame.join(names, on="symbol", how="semi").sort("symbol", "date").collect()


@dataclass
class Symbol:
    """One symbol's bars as lists, and what the patterns ask of the bar at place i."""

    o: list[float]
    h: list[float]
    l: list[float]
    c: list[float]
    v: list[float]

    def __post_init__(self) -> None:
        self.ema = {n: self._ema(n) for n in (9, 20, 50, 200)}
        self.tr = [self.h[0] - self.l[0]]
        for i in range(1, len(self.c)):
            before = self.c[i - 1]
            self.tr.append(max(self.h[i] - self.l[i], abs(self.h[i] - before), abs(self.l[i] - before)))

    def _ema(self, n: int) -> list[float]:
        values, alpha = [self.c[0]], 2 / (n + 1)
        for price in self.c[1:]:
            values.append(values[-1] + alpha * (price - values[-1]))
        return values

    def atr(self, i: int) -> float:
        """Mean of the fourteen true ranges before bar i."""
        return math.fsum(self.tr[i - 14 : i]) / 14

    def hh(self, n: int, i: int) -> float:
        return max(self.h[i - n + 1 : i + 1])

    def ll(self, n: int, i: int) -> float:
        return min(self.l[i - n + 1 : i + 1])

    def dollars(self, i: int) -> float:
        return self.c[i] * self.v[i]

    def location(self, i: int) -> float:
        """Where bar i closed in its range; null (which nothing reaches) without one."""
        reach = self.h[i] - self.l[i]
        return (self.c[i] - self.l[i]) / reach if reach else math.nan

    def tier(self, values: tuple[float, ...], i: int) -> float:
        for bound, value in zip((15, 25, 50, 90), values, strict=False):
            if self.c[i] < bound:
                return value
        return values[-1]

    def rise(self, i: int, ago: int = 0) -> float:
        return (self.h[i - ago] - self.o[i - ago]) / self.atr(i)

    def gap(self, i: int, ago: int = 0) -> float:
        return (self.o[i - ago] - self.c[i - ago - 1]) / self.atr(i)

    def dist(self, n: int, i: int, ago: int = 0) -> float:
        return (self.h[i - ago] - self.ema[n][i - ago]) / self.atr(i)

    def gain(self, i: int) -> float:
        return self.h[i] / self.c[i - 1] - 1

    def rvol(self, i: int) -> float:
        return self.v[i] / (math.fsum(self.v[i - 5 : i]) / 5)

    def trend(self, i: int) -> bool:
        return self.ema[9][i] >= self.ema[20][i] >= self.ema[50][i]

    def in_order(self, i: int) -> bool:
        return self.trend(i) and self.ema[50][i] >= self.ema[200][i]

    def front(self, i: int) -> bool:
        return self.h[i] >= self.hh(250, i) and self.in_order(i)


def second_day(s: Symbol, i: int, gain: tuple[float, ...]) -> bool:
    return (
        i >= 50
        and s.h[i] >= s.h[i - 1]
        and s.l[i] >= s.l[i - 1]
        and s.gain(i) >= s.tier(gain, i)
        and s.hh(5, i - 1) / s.ll(20, i - 1) - 1 >= s.tier(D2_RUN_UP, i)
        and s.rise(i) >= 1.5
        and s.c[i] >= s.o[i]
        and s.dist(9, i) >= 2
        and s.dist(20, i) >= 3
        and (s.h[i] - s.hh(20, i - 1)) / s.atr(i) >= 1
        and math.fsum(s.dollars(i - k) for k in (1, 2, 3, 4, 5)) >= FIVE_DAYS
        and s.h[i] >= s.hh(20, i)
        and s.trend(i)
    )


def d2_extended(s: Symbol, i: int) -> bool:
    return second_day(s, i, D2_GAIN) and (s.l[i] - s.ema[9][i]) / s.atr(i) >= 1


def d2_extended_1(s: Symbol, i: int) -> bool:
    return second_day(s, i, D2_1_GAIN)


def d3_extended_1(s: Symbol, i: int) -> bool:
    return (
        i >= 50
        and s.h[i] >= s.h[i - 1] >= s.h[i - 2]
        and s.l[i] >= s.l[i - 1] >= s.l[i - 2]
        and s.gain(i) >= s.tier(D3_GAIN, i)
        and s.gain(i - 1) >= s.tier(D3_GAIN, i)
        and s.h[i] / s.ll(20, i) - 1 >= s.tier(D3_RUN_UP, i)
        and s.rise(i, 1) >= 0.7
        and s.c[i - 1] >= s.o[i - 1]
        and s.dist(9, i, 1) >= 1.5
        and s.dist(20, i, 1) >= 2
        and s.v[i - 1] >= TEN_MILLION
        and s.dollars(i - 1) >= 100_000_000
        and s.rise(i) >= 1
        and s.c[i] >= s.o[i]
        and s.dist(9, i) >= 1.5
        and s.dist(20, i) >= 2
        and (s.h[i] - s.hh(20, i - 2)) / s.atr(i) >= 2.5
        and s.h[i] >= s.hh(20, i)
        and s.trend(i)
    )


def older(s: Symbol, i: int) -> bool:
    """What the main program of the older patterns asks first."""
    return i >= 250 and s.c[i] >= 20 and s.c[i] > s.o[i] and s.location(i) >= 0.3


def three_highs(s: Symbol, i: int) -> bool:
    return s.h[i] >= s.h[i - 1] >= s.h[i - 2]


def og_d3_1(s: Symbol, i: int) -> bool:
    before = s.rise(i, 1) >= 0.5 and s.gap(i, 1) >= 0.2 and s.location(i - 1) >= 0.6 and s.c[i - 1] >= s.o[i - 1]
    stretched = s.dist(9, i, 1) >= 1.5 and s.dist(20, i, 1) >= 3 and s.dist(9, i) >= 2 and s.dist(50, i) >= 4
    return three_highs(s, i) and before and s.rise(i) >= 0.7 and s.gap(i) >= 0.2 and s.location(i) >= 0.6 and stretched


def og_d3_2(s: Symbol, i: int) -> bool:
    before = s.rise(i, 1) >= 0.3 and s.location(i - 1) >= 0.5 and s.c[i - 1] >= s.o[i - 1] and s.dist(9, i, 1) >= 1
    kept = s.h[i - 1] - s.o[i - 1] >= 0.4 * (s.h[i] - s.o[i])
    day = s.rise(i) >= 0.6 and s.gap(i) >= 0.2 and s.location(i) >= 0.4 and s.dist(9, i) >= 1.5 and s.dist(20, i) >= 3
    return three_highs(s, i) and before and kept and day


def og_d4(s: Symbol, i: int) -> bool:
    older_days = all(s.dist(9, i, k) >= 1 for k in (2, 3, 4)) and s.c[i - 2] >= s.o[i - 2] and s.dist(20, i, 2) >= 1.5
    before = s.rise(i, 1) >= 0.3 and s.gap(i, 1) >= 0 and s.location(i - 1) >= 0.3 and s.c[i - 1] >= s.o[i - 1]
    stretched = s.dist(9, i, 1) >= 1.5 and s.dist(20, i, 1) >= 3 and s.dist(9, i) >= 2 and s.dist(50, i) >= 4
    day = s.rise(i) >= 0.5 and s.gap(i) >= 0.25 and s.location(i) >= 0.3 and s.c[i] >= s.o[i]
    return three_highs(s, i) and older_days and before and stretched and day


def og_d3_uptrend(s: Symbol, i: int) -> bool:
    before = s.rise(i, 1) >= 0.3 and s.location(i - 1) >= 0.5 and s.c[i - 1] >= s.o[i - 1]
    stretched = s.dist(9, i, 1) >= 2 and s.dist(20, i, 1) >= 3 and s.dist(9, i) >= 2 and s.dist(20, i) >= 3
    day = s.rise(i) >= 0.5 and s.gap(i) >= -0.2 and s.location(i) >= 0.5 and s.dist(200, i) >= 7
    return three_highs(s, i) and before and stretched and day and s.front(i)


def og_backside_d3(s: Symbol, i: int) -> bool:
    before = s.rise(i, 1) >= 1 and s.location(i - 1) >= 0.5 and s.c[i - 1] >= s.o[i - 1]
    stretched = s.dist(9, i, 1) >= 1 and s.dist(20, i, 1) >= 2 and s.dist(9, i) >= 1 and s.dist(20, i) >= 2
    return three_highs(s, i) and before and stretched and s.rise(i) >= 1 and s.location(i) >= 0.5 and not s.front(i)


def og_d2_uptrend(s: Symbol, i: int) -> bool:
    day = s.h[i] >= s.hh(20, i) and s.rise(i) >= 0.75 and s.location(i) >= 0.7 and s.c[i] >= s.o[i]
    far = s.dist(9, i) >= 1.5 and s.dist(20, i) >= 3 and (s.h[i] - s.ll(20, i)) / s.atr(i) >= 5
    return day and far and s.front(i)


def og_d2(s: Symbol, i: int) -> bool:
    return s.rise(i) >= 1.5 and s.location(i) >= 0.5 and s.c[i] >= s.o[i]


def og_fbo(s: Symbol, i: int) -> bool:
    level = s.hh(50, i - 4)
    strong = s.rise(i) >= 0.5 or (s.h[i] - s.c[i - 1]) / s.atr(i) >= 0.5
    far = (s.h[i] - s.ll(20, i)) / s.atr(i) >= 4 or (s.h[i] - s.ll(5, i)) / s.atr(i) >= 2
    return (
        s.h[i] >= s.h[i - 1]
        and all(s.h[i - k] < level for k in (1, 2, 3))
        and level >= s.hh(100, i - 4)
        and abs(s.h[i] - level) <= s.atr(i)
        and strong
        and s.location(i) >= 0.3
        and s.c[i] >= s.o[i]
        and far
        and s.in_order(i)
    )


PATTERNS: dict[str, Callable[[Symbol, int], bool]] = {
    "lc_frontside_d2_extended": d2_extended,
    "lc_frontside_d2_extended_1": d2_extended_1,
    "lc_frontside_d3_extended_1": d3_extended_1,
    "lc_og_frontside_d3_extended_1": lambda s, i: older(s, i) and og_d3_1(s, i) and s.front(i),
    "lc_og_backside_d3_extended_1": lambda s, i: older(s, i) and og_d3_1(s, i) and not s.front(i),
    "lc_og_frontside_d3_extended_2": lambda s, i: older(s, i) and og_d3_2(s, i) and s.front(i),
    "lc_og_backside_d3_extended_2": lambda s, i: older(s, i) and og_d3_2(s, i) and not s.front(i),
    "lc_og_frontside_d4_para": lambda s, i: older(s, i) and og_d4(s, i) and s.front(i),
    "lc_og_backside_d4_para": lambda s, i: older(s, i) and og_d4(s, i) and not s.front(i),
    "lc_og_frontside_d3_uptrend": lambda s, i: older(s, i) and og_d3_uptrend(s, i),
    "lc_og_backside_d3": lambda s, i: older(s, i) and og_backside_d3(s, i),
    "lc_og_frontside_d2_uptrend": lambda s, i: older(s, i) and og_d2_uptrend(s, i),
    "lc_og_frontside_d2": lambda s, i: older(s, i) and og_d2(s, i) and s.front(i),
    "lc_og_backside_d2": lambda s, i: older(s, i) and s.h[i] >= s.hh(5, i) and og_d2(s, i) and not s.front(i),
    "lc_og_fbo": lambda s, i: older(s, i) and og_fbo(s, i),
}


def score(s: Symbol, i: int) -> float:
    """The parabolic score: 20 for the rise, 30 for the stretch, 20 for the burst, 10 for the volume, 20 for gaps."""
    rise, stretch, busy, gap = s.rise(i, 1), s.dist(9, i, 1), s.rvol(i - 1), s.gap(i, 1)
    points = 20 if rise >= 3 else 18 if rise >= 2 else 15 if rise >= 1 else 12 if rise >= 0.5 else 0
    points += 30 if stretch >= 4 else 25 if stretch >= 3 else 20 if stretch >= 2 else 15 if stretch >= 1 else 0
    up = sum(s.c[j] > s.c[j - 1] and s.c[j] > s.o[j] and s.h[j] > s.h[j - 1] for j in (i - 1, i - 2))
    wider = s.h[i - 1] - s.l[i - 1] > s.h[i - 2] - s.l[i - 2] and s.rise(i, 2) >= 0.5
    if up == 2:
        points += 20 if wider and gap >= 0.3 else 17.5 if wider else 15
    elif up == 1:
        points += 12.5 if wider and gap >= 0.3 else 10
    points += 10 if busy >= 2 else 8 if busy >= 1.5 else 5 if busy >= 1 else 2 if busy >= 0.5 else 0
    points += 15 if gap >= 0.5 else 10 if gap >= 0.3 else 5 if gap >= 0.1 else 0
    points += 5 if gap >= 0.3 and s.gap(i, 2) >= 0.3 else 0
    return min(points, 100)


def row(s: Symbol, i: int) -> dict[str, float]:
    """Every column that a hit shows."""
    return {
        "gap_pct": s.o[i] / s.c[i - 1] - 1,
        "parabolic_score": score(s, i),
        "dollar_volume": s.dollars(i),
        "close_price": s.c[i],
        "high_price": s.h[i],
        "low_price": s.l[i],
        "open_price": s.o[i],
        **{f"ema{n}": s.ema[n][i] for n in (9, 20, 50, 200)},
        "atr": s.atr(i),
        "high_chg_atr": s.rise(i),
        "dist_h_9ema_atr": s.dist(9, i),
        "dist_h_20ema_atr": s.dist(20, i),
        "close_range": s.location(i),
    }


def slow_rows(bars: pl.DataFrame) -> Iterator[tuple[tuple[str, dt.date, str], dict[str, float]]]:
    """Yield every hit (symbol, date, pattern) since 2022 with its columns."""
    for (name,), own in bars.partition_by("symbol", as_dict=True, maintain_order=True).items():
        columns = [own[column].cast(pl.Float64).to_list() for column in ("open", "high", "low", "close", "volume")]
        s, dates = Symbol(*columns), own["date"].to_list()
        for i, date in enumerate(dates):
            if date < FIRST or s.v[i] < TEN_MILLION or s.dollars(i) < FIVE_DAYS or s.c[i] < 5:
                continue
            for pattern, holds in PATTERNS.items():
                if holds(s, i):
                    yield (str(name), date, pattern), row(s, i)


def quick_rows(bars: pl.DataFrame) -> Iterator[tuple[tuple[str, dt.date, str], dict[str, float]]]:
    """Yield the same from the scanner."""
    dates, names = bars["date"].to_list(), bars["symbol"].to_list()
    first = pl.Series([FIRST]).to_physical()[0]
    setups = tuple(Lc(og=True).setups())
    watch = Watch("lc", Lc(og=True).universe(), setups, tuple({**setup.show, "score": setup.score} for setup in setups))
    found = find(panel_of(bars), [watch], lambda block: (block.column("session") >= first).view(np.uint8) * np.uint8(2))
    for one in found:
        for place, bar in enumerate(one.bar):
            values = {name: float(column[place]) for name, column in one.columns.items()}
            assert values.pop("score") == values["parabolic_score"]
            yield (names[bar], dates[bar], one.setup.pattern), values


def panel_of(bars: pl.DataFrame) -> Panel:
    symbols, counts = np.unique(bars["symbol"].to_numpy(), return_counts=True)
    columns = {name: bars[name].cast(pl.Float64).to_numpy() for name in ("open", "high", "low", "close", "volume")}
    session = bars["date"].to_physical().cast(pl.Int64).to_numpy()
    columns |= {"session": session.astype(float), "minute": np.zeros(session.size)}
    return Panel(tuple(symbols), np.concatenate(([0], np.cumsum(counts))), session * 86_400_000_000, columns)


def test_lc_is_a_slow_computation_row_for_row_and_column_for_column(bars):
    slow, quick = dict(slow_rows(bars)), dict(quick_rows(bars))
    assert {pattern for _, _, pattern in slow} >= {"lc_frontside_d2_extended", "lc_frontside_d3_extended_1"}
    assert len(slow) > 1_000
    assert quick.keys() == slow.keys()
    for key, expected in slow.items():
        assert quick[key].keys() == set(COLUMNS)
        assert quick[key] == pytest.approx(expected, rel=1e-9, abs=1e-12, nan_ok=True), key
