"""The indicators' values, by other hands: TA-Lib, Stock.Indicators, the ta4j sheets, and Achelis' book.

Equal means to 1e-9 of the value, or of the mean size of the series where it crosses zero. `settle` is the number of
bars after which a recursive indicator has forgotten its seed: only where the seeds differ, as the docstrings say.
"""

from __future__ import annotations

import csv
import re
from typing import NamedTuple

import numpy as np
import polars as pl
import pytest
import talib

from tapehawk.core import indicators as i
from tapehawk.core.columns import close, high, low, volume
from tapehawk.core.evaluate import evaluate
from tapehawk.core.expr import Expr
from tapehawk.core.panel import Panel

Columns = dict[str, np.ndarray]


def value(x: Expr, bars: Columns, timeframe: str = "1d") -> np.ndarray:
    """Return the column of an expression over one symbol's bars, daily unless they say otherwise."""
    n = bars["close"].size
    days = {"session": np.arange(n, dtype=float), "minute": np.zeros(n)}
    panel = Panel(("A",), np.array([0, n]), np.arange(n) * 86_400_000_000, {**days, **bars}, timeframe=timeframe)
    return evaluate(panel.block(0, 1), x)[0]


def assert_equal(ours, theirs, *, settle=0, first=None):
    """`first`: the bar of our first value, where it is not that of theirs."""
    begins = np.flatnonzero(~np.isnan(ours))[0]
    assert begins == (np.flatnonzero(~np.isnan(theirs))[0] if first is None else first)
    both = ~np.isnan(ours) & ~np.isnan(theirs) & (np.arange(ours.size) >= settle)
    assert both.sum() > 30
    size = np.mean(np.abs(theirs[both]))
    np.testing.assert_allclose(ours[both], theirs[both], rtol=1e-9, atol=1e-9 * size)


class Row(NamedTuple):
    """One comparison: `settle` and `first` as above, and the difference that is the reason for them."""

    ours: Expr
    settle: int = 0
    first: int | None = None


# TA-Lib and Stock.Indicators seed an exponential average with a mean, and begin it there; Wilder's averages of the true
# range, and TA-Lib's directional sums, leave out the first bar.
EMA = {"settle": 240, "first": 0}
MACD = {"settle": 440, "first": 0}
ATR = {"settle": 350, "first": 13}
DI = {"settle": 350, "first": 14}

macd, ppo, bands, direction, aroon = i.macd(), i.ppo(), i.bollinger(), i.adx(), i.aroon()
stoch, stoch_rsi, psar = i.stoch(14, 3, 3), i.stoch_rsi(14, 14, 1, 3), i.psar()

TA_LIB = {
    "MAX(h, 20)": Row(i.highest(high, 20)),
    "MIN(l, 20)": Row(i.lowest(low, 20)),
    "SUM(v, 20)": Row(i.sum(volume, 20)),
    "SMA(c, 20)": Row(i.sma(close, 20)),
    "WMA(c, 20)": Row(i.wma(close, 20)),
    "EMA(c, 20)": Row(i.ema(close, 20), **EMA),
    "STDDEV(c, 20, 1)": Row(i.std(close, 20)),
    "MOM(c, 10)": Row(i.change(close, 10)),
    "ROC(c, 10)": Row(i.roc(close, 10)),
    "TRANGE(h, l, c)": Row(i.true_range(), first=0),
    "ATR(h, l, c, 14)": Row(i.atr(), **ATR),
    "NATR(h, l, c, 14)": Row(i.natr(), **ATR),
    "RSI(c, 14)": Row(i.rsi()),
    "PLUS_DI(h, l, c, 14)": Row(direction.plus, **DI),
    "MINUS_DI(h, l, c, 14)": Row(direction.minus, **DI),
    "ADX(h, l, c, 14)": Row(direction.adx, settle=400, first=27),
    "AROON(h, l, 25)[1]": Row(aroon.up),
    "AROON(h, l, 25)[0]": Row(aroon.down),
    "AROONOSC(h, l, 25)": Row(aroon.oscillator),
    "CCI(h, l, c, 20)": Row(i.cci()),
    "MFI(h, l, c, v, 14)": Row(i.mfi()),
    "OBV(c, v) - v[0]": Row(i.obv(), first=1),
    "AD(h, l, c, v)": Row(i.ad()),
    "WILLR(h, l, c, 14)": Row(i.williams_r()),
    "TRIX(c, 14)": Row(i.trix().line, settle=300, first=1),
    "BBANDS(c, 20, 2, 2)[0]": Row(bands.upper),
    "BBANDS(c, 20, 2, 2)[1]": Row(bands.middle),
    "BBANDS(c, 20, 2, 2)[2]": Row(bands.lower),
    "STOCH(h, l, c, 14, 3, 0, 3, 0)[0]": Row(stoch.k, first=15),  # TA-Lib begins %K where %D begins
    "STOCH(h, l, c, 14, 3, 0, 3, 0)[1]": Row(stoch.d),
    "STOCHRSI(c, 14, 14, 3, 0)[0]": Row(stoch_rsi.k, first=27),
    "STOCHRSI(c, 14, 14, 3, 0)[1]": Row(stoch_rsi.d),
    "MACD(c, 12, 26, 9)[0]": Row(macd.line, **MACD),
    "MACD(c, 12, 26, 9)[1]": Row(macd.signal, **MACD),
    "MACD(c, 12, 26, 9)[2]": Row(macd.histogram, **MACD),
    "PPO(c, 12, 26, 1)": Row(ppo.line, **MACD),
    "SAR(h, l, 0.02, 0.2)": Row(psar.line),
}

keltner, donchian, cloud, candle = i.keltner(), i.donchian(), i.ichimoku(), i.heikin_ashi()
FIRST_BAR = close > 0  # true from the first bar on

STOCK_INDICATORS = {
    "sma/sma": Row(i.sma(close, 20)),
    "ema/ema": Row(i.ema(close, 20), **EMA),
    "smma/smma": Row(i.rma(close, 20)),
    "wma/wma": Row(i.wma(close, 14)),
    "hma/hma": Row(i.hma(close, 14)),
    "vwma/vwma": Row(i.vwma(14)),
    "stdev/stdDev": Row(i.std(close, 14)),
    "stdev/zScore": Row(i.zscore(close, 14)),
    "roc/roc": Row(i.roc(close, 14)),
    "roc/momentum": Row(i.change(close, 14)),
    "tr/tr": Row(i.true_range(), first=0),
    "atr/atr": Row(i.atr(), **ATR),
    "atr/atrp": Row(i.natr(), **ATR),
    "rsi/rsi": Row(i.rsi()),
    "stoch/k": Row(stoch.k),
    "stoch/d": Row(stoch.d),
    "stoch-rsi/stochRsi": Row(stoch_rsi.k),
    "stoch-rsi/signal": Row(stoch_rsi.d),
    "macd/macd": Row(macd.line, **MACD),
    "macd/signal": Row(macd.signal, **MACD),
    "macd/histogram": Row(macd.histogram, **MACD),
    "pvo/pvo": Row(i.ppo(12, 26, 9, volume).line, **MACD),
    "pvo/signal": Row(i.ppo(12, 26, 9, volume).signal, **MACD),
    "pvo/histogram": Row(i.ppo(12, 26, 9, volume).histogram, **MACD),
    "bb/upperBand": Row(bands.upper),
    "bb/lowerBand": Row(bands.lower),
    "bb/percentB": Row(bands.percent_b),
    "bb/width": Row(bands.bandwidth),
    "keltner/upperBand": Row(keltner.upper, settle=240, first=9),
    "keltner/centerline": Row(keltner.middle, **EMA),
    "keltner/lowerBand": Row(keltner.lower, settle=240, first=9),
    "donchian/upperBand": Row(donchian.upper),
    "donchian/centerline": Row(donchian.middle),
    "donchian/lowerBand": Row(donchian.lower),
    "adx/pdi": Row(direction.plus),
    "adx/mdi": Row(direction.minus),
    "adx/adx": Row(direction.adx),
    "cci/cci": Row(i.cci()),
    "mfi/mfi": Row(i.mfi()),
    "obv/obv": Row(i.obv(), first=1),
    "adl/adl": Row(i.ad()),
    "cmf/cmf": Row(i.cmf()),
    "willr/williamsR": Row(i.williams_r()),
    "trix/trix": Row(i.trix().line, settle=300, first=1),
    "supertrend/superTrend": Row(i.supertrend().line, settle=250, first=9),
    "psar/sar": Row(psar.line, settle=251, first=1),
    "ichimoku/tenkanSen": Row(cloud.conversion),
    "ichimoku/kijunSen": Row(cloud.base),
    "ichimoku/senkouSpanA": Row(cloud.span_a),
    "ichimoku/senkouSpanB": Row(cloud.span_b),
    "heikinashi/open": Row(candle.open),
    "heikinashi/high": Row(candle.high),
    "heikinashi/low": Row(candle.low),
    "heikinashi/close": Row(candle.close),
    "vwap/vwap": Row(i.anchored_vwap(FIRST_BAR)),
}


@pytest.fixture(scope="module")
def walk() -> Columns:
    """Return 1,500 bars of a random walk in cents."""
    rng = np.random.default_rng(42)
    last = np.round(100 * np.exp(np.cumsum(rng.normal(0, 0.02, 1_500))), 2)
    first = np.round(last * (1 + rng.normal(0, 0.01, last.size)), 2)
    top = np.round(np.maximum(first, last) * (1 + rng.exponential(0.01, last.size)), 2)
    bottom = np.round(np.minimum(first, last) * (1 - rng.exponential(0.01, last.size)), 2)
    shares = np.round(rng.lognormal(13, 1, last.size))
    return {"open": first, "high": top, "low": bottom, "close": last, "volume": shares}


@pytest.fixture(scope="module")
def spy(shared) -> pl.DataFrame:
    return pl.read_csv(shared / "reference/si_quotes_default.csv").with_columns(pl.col("volume").cast(float))


@pytest.fixture(scope="module")
def published(shared) -> pl.DataFrame:
    return pl.read_parquet(shared / "reference/si_results_long.parquet")


def columns_of(frame: pl.DataFrame) -> Columns:
    return {name: frame[name].to_numpy() for name in ("open", "high", "low", "close", "volume")}


def published_values(published, spy, name) -> np.ndarray:
    indicator, field = name.split("/")
    found = published.filter((pl.col("indicator") == indicator) & (pl.col("field") == field))
    return spy.join(found.select("date", "number"), on="date", how="left")["number"].to_numpy()


@pytest.mark.parametrize("call", TA_LIB)
def test_equal_to_ta_lib(call, walk):
    names = {short: walk[name] for short, name in zip("hlcv", ("high", "low", "close", "volume"), strict=True)}
    theirs = eval(call, {**vars(talib), **names})  # noqa: S307  (the calls written above)
    assert_equal(value(TA_LIB[call].ours, walk), theirs, settle=TA_LIB[call].settle, first=TA_LIB[call].first)


@pytest.mark.parametrize("name", STOCK_INDICATORS)
def test_equal_to_stock_indicators(name, spy, published):
    row = STOCK_INDICATORS[name]
    theirs = published_values(published, spy, name)
    assert_equal(value(row.ours, columns_of(spy)), theirs, settle=row.settle, first=row.first)


@pytest.mark.parametrize(("field", "ours"), [("aroonUp", aroon.up), ("aroonDown", aroon.down)])
def test_of_equal_extremes_aroon_takes_the_latest_and_stock_indicators_the_earliest(field, ours, spy, published):
    mine, theirs = value(ours, columns_of(spy)), published_values(published, spy, f"aroon/{field}")
    differs = np.flatnonzero(~np.isclose(mine, theirs, rtol=1e-9) & ~np.isnan(theirs))
    assert differs.size == 1
    assert mine[differs[0]] > theirs[differs[0]]


def test_on_the_day_it_reverses_the_parabolic_stop_takes_in_that_day_too_unlike_stock_indicators(spy, published):
    """Wilder, as TA-Lib: 'never within the previous day's or today's range'; theirs looks at the two days before."""
    mine, theirs = value(psar.line, columns_of(spy)), published_values(published, spy, "psar/sar")
    differs = np.flatnonzero(~np.isclose(mine, theirs, rtol=1e-9) & ~np.isnan(theirs))
    assert differs[differs > 40].tolist() == [250]
    assert mine[250] == spy["low"][250]


def test_pivot_points_of_months_are_those_of_stock_indicators(spy, published):
    months = spy["date"].str.slice(0, 4).cast(float) * 12 + spy["date"].str.slice(5, 2).cast(float)
    bars = {**columns_of(spy), "session": months.to_numpy()}
    for ours, field in zip(i.pivots(), ("pp", "r1", "r2", "r3", "s1", "s2", "s3"), strict=True):
        assert_equal(value(ours, bars, "1h"), published_values(published, spy, f"pivot-points/{field}"))


def test_vwap_of_one_session_is_that_of_stock_indicators(spy, published):
    bars = {**columns_of(spy), "session": np.zeros(len(spy))}
    assert_equal(value(i.vwap(), bars, "1h"), published_values(published, spy, "vwap/vwap"))


# ------------------------------------------------------------------------------------ ta4j's sheets: gold by the week


def sheet(shared, name) -> Columns:
    lines = (shared / f"reference/ta4j_{name}.csv").read_text().splitlines()
    first = next(n for n, line in enumerate(lines) if line.startswith("Date,"))
    rows = list(csv.DictReader(line for line in lines[first:] if line[:2] != "//"))
    return {key.lower(): np.array([float(r[key]) for r in rows]) for key in rows[0] if key and key != "Date"}


dx = abs(i.adx(13).plus - i.adx(13).minus) / (i.adx(13).plus + i.adx(13).minus) * 100
TA4J = {  # the sheets begin every average with the first value
    "SMA/sma": Row(i.sma(close, 13), settle=12, first=12),
    "EMA/ema": Row(i.ema(close, 13)),
    "MMA/mma": Row(i.rma(close, 13), settle=300, first=12),
    "ATR/tr": Row(i.true_range()),
    "ATR/atr": Row(i.atr(13), settle=300, first=12),
    "RSI/rsi": Row(i.rsi(13), settle=310, first=13),
    "ADX/+di": Row(i.adx(13).plus, settle=310, first=13),
    "ADX/-di": Row(i.adx(13).minus, settle=310, first=13),
    "ADX/adx": Row(i.rma(dx, 8), settle=325, first=20),
}


@pytest.mark.parametrize("name", TA4J)
def test_equal_to_the_ta4j_sheets(name, shared):
    table, column = name.split("/")
    bars = sheet(shared, table)
    row = TA4J[name]
    assert_equal(value(row.ours, bars), bars[column], settle=row.settle, first=row.first)


# ---------------------------------------------------------- Achelis, "Technical Analysis from A to Z", four decimals

# Not his adx and ±di: seeded with one bar less than 14, they do not settle in the 50 bars of the table.
ACHELIS = {
    "atr 4": ("hlc", [i.atr(4)]),
    "tr": ("hlc", [i.true_range()]),
    "rsi 5": ("c", [i.rsi(5)]),
    "bbands 5 2": ("c", list(i.bollinger(5, 2)[2::-1])),
    "cci 5": ("hlc", [i.cci(5)]),
    "ema 5": ("c", [i.ema(close, 5)]),
    "sma 5": ("c", [i.sma(close, 5)]),
    "wma 5": ("c", [i.wma(close, 5)]),
    "wilders 5": ("c", [i.rma(close, 5)]),
    "stoch 5 3 3": ("hlc", list(i.stoch(5, 3, 3))),
    "obv": ("cv", [i.obv()]),
    "willr 5": ("hlc", [i.williams_r(5)]),
}


def book(shared) -> dict[str, list[np.ndarray]]:
    """Return the book's rows of numbers under each heading."""
    text = (shared / "reference/tulip_atoz_subset.txt").read_text()
    parts = re.findall(r"^(\w[^\n]*)\n((?:[{#][^\n]*\n?)+)", text, re.MULTILINE)
    return {
        name.strip(): [np.array(row.split(","), dtype=float) for row in re.findall(r"{([^}]*)}", rows)]
        for name, rows in parts
    }


@pytest.mark.parametrize("name", ACHELIS)
def test_equal_to_achelis(name, shared):
    given, ours = ACHELIS[name]
    rows = book(shared)[name]
    names = {"h": "high", "l": "low", "c": "close", "v": "volume"}
    bars = {names[letter]: row for letter, row in zip(given, rows, strict=False)}
    for x, printed in zip(ours, rows[len(given) :], strict=True):
        mine = value(x, bars)[-printed.size :]
        np.testing.assert_allclose(mine[np.isnan(mine).sum() :], printed[np.isnan(mine).sum() :], atol=2e-3, rtol=2e-4)
        assert np.isnan(mine).sum() <= 1  # of on-balance volume, the first bar
