"""Indicators against slow, plain definitions: pandas windows and loops over bars and sessions."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tapehawk.core import indicators as i
from tapehawk.core.columns import close, high, low, minute, open_, session, volume
from tapehawk.core.evaluate import evaluate
from tapehawk.core.panel import Panel

FIELDS = ["open", "high", "low", "close", "volume"]


def random_bars(n: int, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    last = np.round(100 * np.exp(np.cumsum(rng.normal(0, 0.01, n))), 2)
    first = np.round(last * (1 + rng.normal(0, 0.005, n)), 2)
    top = np.round(np.maximum(first, last) + rng.exponential(0.3, n), 2)
    bottom = np.round(np.minimum(first, last) - rng.exponential(0.3, n), 2)
    return pd.DataFrame(dict(zip(FIELDS, (first, top, bottom, last, np.round(rng.lognormal(8, 1, n))), strict=True)))


@pytest.fixture(scope="module")
def days() -> pd.DataFrame:
    """Return 600 daily bars."""
    return random_bars(600, 1).assign(session=np.arange(600.0), minute=0.0)


@pytest.fixture(scope="module")
def fives() -> pd.DataFrame:
    """Return 40 sessions of five-minute bars, some closing early, and one bar in seven missing."""
    rng = np.random.default_rng(2)
    places = [
        (19_000.0 + s, 5.0 * k) for s in range(40) for k in range(42 if s % 9 == 8 else 78) if rng.random() > 1 / 7
    ]
    return random_bars(len(places), 3).assign(session=[s for s, _ in places], minute=[m for _, m in places])


def value(x, bars: pd.DataFrame, timeframe="1d", hours="regular") -> np.ndarray:
    columns = {name: bars[name].to_numpy(float).copy() for name in bars.columns}
    starts = np.array([0, len(bars)])
    panel = Panel(("A",), starts, np.arange(len(bars)), columns, timeframe=timeframe, hours=hours)
    return evaluate(panel.block(0, 1), x)[0]


def equal(ours, plain):
    np.testing.assert_allclose(ours, np.asarray(plain, dtype=float), rtol=1e-9, atol=1e-12)


# ---------------------------------------------------------------------------------------------------- by windows


def test_vwma_cmf_and_adr(days):
    h, l, c, v = (days[name] for name in FIELDS[1:])
    equal(value(i.vwma(14), days), (c * v).rolling(14).sum() / v.rolling(14).sum())
    flow = ((c - l) - (h - c)) / (h - l) * v
    equal(value(i.cmf(20), days), flow.rolling(20).sum() / v.rolling(20).sum())
    equal(value(i.adr(20), days), ((h / l - 1) * 100).rolling(20).mean())


def test_hull_average(days):
    def wma(x, n):
        weights = np.arange(1, n + 1)
        return x.rolling(n).apply(lambda w: (w * weights).sum() / weights.sum(), raw=True)

    c = days["close"]
    equal(value(i.hma(close, 21), days), wma(2 * wma(c, 10) - wma(c, 21), 4))


def test_zscore_and_bandwidth(days):
    rolling = days["close"].rolling(20)
    equal(value(i.zscore(close, 20), days), (days["close"] - rolling.mean()) / rolling.std(ddof=0))
    equal(value(i.bollinger().bandwidth, days), 4 * rolling.std(ddof=0) / rolling.mean())


def test_relative_volume_leaves_the_bar_itself_out(days):
    v = days["volume"]
    equal(value(i.rvol(20), days), v / v.rolling(20).mean().shift(1))


def test_channels_and_cloud(days):
    def middle(n):
        return (days["high"].rolling(n).max() + days["low"].rolling(n).min()) / 2

    cloud = i.ichimoku()
    equal(value(cloud.span_a, days), ((middle(9) + middle(26)) / 2).shift(26))
    equal(value(cloud.span_b, days), middle(52).shift(26))
    equal(value(i.donchian(20).middle, days), middle(20).shift(1))


def test_keltner_and_squeeze(days):
    c, h, l = days["close"], days["high"], days["low"]
    before = c.shift(1).fillna(c)
    spans = np.maximum(h, before) - np.minimum(l, before)
    atr, total = np.full(len(c), np.nan), spans[:20].mean()
    for k in range(19, len(c)):
        total = total if k == 19 else total + (spans[k] - total) / 20
        atr[k] = total
    middle = c.ewm(span=20, adjust=False).mean()
    equal(value(i.keltner(20, 1.5, 20).upper, days), middle + 1.5 * atr)
    mean, deviation = c.rolling(20).mean(), c.rolling(20).std(ddof=0)
    inside = (mean + 2 * deviation < middle + 1.5 * atr) & (mean - 2 * deviation > middle - 1.5 * atr)
    mask = value(i.squeeze(), days)
    assert (mask[:19] == 1).all(), "unknown"
    assert (mask[19:] == np.where(inside, 2, 0)[19:]).all()
    assert 0 < inside.sum() < 500


# ------------------------------------------------------------------------------------------------------ by loops


def test_supertrend_changes_side_when_a_close_crosses_it(days):
    atr = value(i.atr(10), days)
    line, rising = np.full(len(days), np.nan), True
    upper = lower = before = None
    for k, (h, l, c) in enumerate(days[["high", "low", "close"]].to_numpy()):
        if np.isnan(atr[k]):
            continue
        up, down = (h + l) / 2 + 3 * atr[k], (h + l) / 2 - 3 * atr[k]
        if upper is None:
            upper, lower, rising = up, down, c >= (h + l) / 2
        else:
            upper = up if up < upper or before > upper else upper
            lower = down if down > lower or before < lower else lower
        rising = c > (lower if rising else upper)
        line[k], before = lower if rising else upper, c
    equal(value(i.supertrend().line, days), line)
    assert (value(i.supertrend().rising, days)[9:] == np.where(days["close"] > line, 2, 0)[9:]).all()


def test_heikin_ashi(days):
    rows, before = [], None
    for o, h, l, c in days[FIELDS[:4]].to_numpy():
        last = (o + h + l + c) / 4
        first = (o + c) / 2 if before is None else sum(before) / 2
        rows.append((first, max(h, first, last), min(l, first, last), last))
        before = first, last
    for ours, plain in zip(i.heikin_ashi(), np.array(rows).T, strict=True):
        equal(value(ours, days), plain)


def test_count_since_and_crossings(days):
    c, o = days["close"].to_numpy(), days["open"].to_numpy()
    green = c > o
    equal(value(i.count(close > open_, 5), days), pd.Series(green.astype(float)).rolling(5).sum())
    ago = [k - np.flatnonzero(green[: k + 1])[-1] if green[: k + 1].any() else np.nan for k in range(len(c))]
    equal(value(i.since(close > open_), days), ago)
    level = days["close"].rolling(10).mean().to_numpy()
    for ours, side in ((i.cross_up(close, i.sma(close, 10)), 1), (i.cross_down(close, i.sma(close, 10)), -1)):
        away = (c - level) * side
        crossed = [0 if k < 10 else 2 * (away[k] > 0 and away[k - 1] <= 0) for k in range(len(c))]
        assert (value(ours, days)[10:] == crossed[10:]).all()
        assert sum(crossed) > 40


def test_a_close_crosses_a_number_as_traded(days):
    bars = days.assign(**{f"raw.{name}": days[name] * (0.1 if name == "volume" else 10) for name in FIELDS})
    crossed = value(i.cross_up(close, 1_000), bars) == 2
    c = bars["raw.close"]
    assert (crossed == ((c > 1_000) & (c.shift(1) <= 1_000))).all()
    assert crossed.any()


# --------------------------------------------------------------------------------------------------- by sessions


def test_the_session_so_far(fives):
    groups = fives.groupby("session")
    equal(value(i.session_open(), fives, "5m"), groups["open"].transform("first"))
    equal(value(i.session_high(), fives, "5m"), groups["high"].cummax())
    equal(value(i.session_low(), fives, "5m"), groups["low"].cummin())
    equal(value(i.volume_so_far(), fives, "5m"), groups["volume"].cumsum())
    money = (fives["high"] + fives["low"] + fives["close"]) / 3 * fives["volume"]
    vwap = money.groupby(fives["session"]).cumsum() / groups["volume"].cumsum()
    equal(value(i.vwap(), fives, "5m"), vwap)
    before = groups["close"].last().shift(1)
    gap = (groups["open"].first() / before - 1) * 100
    equal(value(i.gap(), fives, "5m"), fives["session"].map(gap))


def test_usual_volume_so_far_counts_a_session_without_that_bar_with_what_it_had_by_then(fives):
    so_far = fives.assign(total=fives.groupby("session")["volume"].cumsum())
    table = so_far.pivot_table(index="minute", columns="session", values="total").reindex(np.arange(0, 390, 5.0))
    usual = table.ffill().fillna(0).T.rolling(10).mean().shift(1)
    plain = [usual.loc[s, m] for s, m in fives[["session", "minute"]].to_numpy()]
    equal(value(i.volume_so_far_usual(10), fives, "5m"), plain)
    equal(value(i.rvol_tod(10), fives, "5m"), so_far["total"] / plain)
    equal(value(i.volume_so_far_usual(10), fives, "5m", "extended"), plain)  # room for later minutes changes nothing


def test_on_daily_bars_the_usual_volume_is_the_mean_of_the_sessions_before(days):
    equal(value(i.volume_so_far_usual(10), days), days["volume"].rolling(10).mean().shift(1))


@pytest.mark.parametrize(("hours", "opens"), [("regular", 0), ("extended", 330)])
def test_the_opening_range_is_known_from_the_bar_that_completes_it(fives, hours, opens):
    bars = fives.assign(minute=fives["minute"] + opens - (30 if opens else 0))  # extended: half an hour of premarket
    begins, ends = bars["minute"] - opens, bars["minute"] - opens + 5
    inside = bars[(begins >= 0) & (ends <= 15)].groupby("session")
    for ours, plain in zip(i.opening_range(15), (inside["high"].max(), inside["low"].min()), strict=True):
        equal(value(ours, bars, "5m", hours), bars["session"].map(plain).where(ends >= 15))


def test_a_bar_across_the_edge_of_the_opening_range_leaves_it_unknown(fives, days):
    across = fives.groupby("session")["minute"].transform(lambda minutes: 10.0 in set(minutes))
    assert np.isnan(value(i.opening_range(12).high, fives, "5m")[across]).all()
    assert np.isnan(value(i.opening_range(30).high, days)).all()


def test_anchored_vwap_begins_where_its_condition_becomes_true(fives):
    p, v = (fives["high"] + fives["low"] + fives["close"]) / 3, fives["volume"]
    ours = value(i.anchored_vwap((session >= 19_005) & (minute >= 60)), fives, "5m")
    held = (fives["session"] >= 19_005) & (fives["minute"] >= 60)
    begun = (held & ~held.shift(1, fill_value=False)).cumsum()
    equal(ours, ((p * v).groupby(begun).cumsum() / v.groupby(begun).cumsum()).where(begun > 0))


def test_anchored_vwap_of_a_price(days):
    equal(
        value(i.anchored_vwap(close > 0, close), days),
        (days["close"] * days["volume"]).cumsum() / days["volume"].cumsum(),
    )


def test_pivots_come_from_the_session_before(fives):
    groups = fives.groupby("session")
    h, l, c = (
        fives["session"].map(x.shift(1)) for x in (groups["high"].max(), groups["low"].min(), groups["close"].last())
    )
    p = (h + l + c) / 3
    plain = p, 2 * p - l, p + (h - l), h + 2 * (p - l), 2 * p - h, p - (h - l), l - 2 * (h - p)
    for ours, theirs in zip(i.pivots(), plain, strict=True):
        equal(value(ours, fives, "5m"), theirs)


def test_money_flow_of_a_bar_without_a_range_is_nothing(days):
    flat = days.assign(high=days["close"], low=days["close"], open=days["close"])
    assert (value(i.ad(), flat) == 0).all()
    assert (value(i.cmf(), flat)[19:] == 0).all()
    assert np.isnan(value(i.stoch().k, flat.assign(close=5.0, high=5.0, low=5.0))).all()
    assert np.isnan(value(volume / volume * i.rsi(), flat.assign(close=5.0))).all()


def test_a_flat_stock_has_no_deviation_and_no_direction(days):
    flat = days.assign(open=0.1, high=0.1, low=0.1, close=0.1)
    assert (value(i.std(close, 20), flat)[19:] == 0).all()
    assert (value(i.true_range(), flat) == 0).all()
    for nothing in (i.zscore(close, 20), i.bollinger().percent_b, i.adx().adx, i.adx().plus, i.rsi(), i.cci()):
        assert np.isnan(value(nothing, flat)).all()
    assert np.isnan(value(high - low, flat)).sum() == 0
