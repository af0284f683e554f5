"""`lc` as a good Polars program: sorted frame, one `over` pass per level of dependency, shown columns for hits only."""

from __future__ import annotations

import datetime as dt

import polars as pl

o, h, lo, c, v = (pl.col(name) for name in ("open", "high", "low", "close", "volume"))
dollars = c * v
TIERS = (15, 25, 50, 90)


def each(x: pl.Expr) -> pl.Expr:
    """Return the expression for each symbol by itself."""
    return x.over("symbol")


def tier(*values: float) -> pl.Expr:
    """Return the value of the price's tier."""
    chain = pl.when(c < TIERS[0]).then(values[0])
    for bound, value in zip(TIERS[1:], values[1:4], strict=True):
        chain = chain.when(c < bound).then(value)
    return chain.otherwise(values[4])


def level_1(f: pl.LazyFrame) -> pl.LazyFrame:
    """Lags, averages and extremes of the columns."""
    lags = [
        each(x.shift(k)).alias(f"{name}{k}")
        for name, x in (("o", o), ("h", h), ("l", lo), ("c", c), ("v", v))
        for k in (1, 2)
    ]
    money = [each(dollars.shift(k)).alias(f"dol{k}") for k in range(1, 6)]
    emas = [each(c.ewm_mean(span=n, adjust=False)).alias(f"ema{n}") for n in (9, 20, 50)]
    tops = [
        each(h.rolling_max(20)).alias("hh20"),
        each(h.rolling_max(5)).alias("hh5"),
        each(lo.rolling_min(20)).alias("ll20"),
    ]
    return f.with_columns(*lags, *money, *emas, *tops, each(pl.int_range(pl.len())).alias("bar"))


def level_2(f: pl.LazyFrame) -> pl.LazyFrame:
    """What is made of level 1, and its lags."""
    true_range = pl.max_horizontal(h - lo, (h - pl.col("c1")).abs(), (lo - pl.col("c1")).abs())
    lags = [
        each(pl.col(name).shift(k)).alias(f"{name}_{k}")
        for name, k in (("hh20", 1), ("hh20", 2), ("ll20", 1), ("hh5", 1), ("ema9", 1), ("ema20", 1))
    ]
    return f.with_columns(
        *lags,
        true_range.alias("tr"),
        (h / pl.col("c1") - 1).alias("gain"),
        (pl.col("h1") / pl.col("c2") - 1).alias("gain1"),
    )


def level_3(f: pl.LazyFrame) -> pl.LazyFrame:
    """The average true range of the bars before."""
    return f.with_columns(each(pl.col("tr").rolling_mean(14).shift(1)).alias("atr"))


def flags() -> list[pl.Expr]:
    """Return the three patterns as columns."""
    atr, col = pl.col("atr"), pl.col
    liquid = (v >= 10_000_000) & (dollars >= 500_000_000) & (c >= 5) & (col("bar") >= 50)
    trend = (h >= col("hh20")) & (col("ema9") >= col("ema20")) & (col("ema20") >= col("ema50"))
    five = col("dol1") + col("dol2") + col("dol3") + col("dol4") + col("dol5")
    second = (
        liquid & trend & (h >= col("h1")) & (lo >= col("l1")) & (c >= o) & ((h - o) / atr >= 1.5)
        & (col("hh5_1") / col("ll20_1") - 1 >= tier(2.5, 2.0, 1.5, 1.0, 0.75))
        & ((h - col("ema9")) / atr >= 2) & ((h - col("ema20")) / atr >= 3) & ((h - col("hh20_1")) / atr >= 1)
        & (five >= 500_000_000)
    )  # fmt: skip
    third = (
        liquid & trend & (h >= col("h1")) & (col("h1") >= col("h2")) & (lo >= col("l1")) & (col("l1") >= col("l2"))
        & (col("gain") >= tier(0.3, 0.2, 0.1, 0.07, 0.05)) & (col("gain1") >= tier(0.3, 0.2, 0.1, 0.07, 0.05))
        & (h / col("ll20") - 1 >= tier(2.5, 2.0, 1.5, 1.0, 0.75)) & (c >= o) & (col("c1") >= col("o1"))
        & ((h - o) / atr >= 1) & ((col("h1") - col("o1")) / atr >= 0.7)
        & ((h - col("ema9")) / atr >= 1.5) & ((col("h1") - col("ema9_1")) / atr >= 1.5)
        & ((h - col("ema20")) / atr >= 2) & ((col("h1") - col("ema20_1")) / atr >= 2)
        & (col("v1") >= 10_000_000) & (col("dol1") >= 100_000_000) & ((h - col("hh20_2")) / atr >= 2.5)
    )  # fmt: skip
    return [
        (second & (col("gain") >= tier(0.5, 0.3, 0.2, 0.15, 0.1)) & ((lo - col("ema9")) / atr >= 1)).alias(
            "lc_frontside_d2_extended"
        ),
        (second & (col("gain") >= tier(1.0, 0.5, 0.3, 0.2, 0.15))).alias("lc_frontside_d2_extended_1"),
        third.alias("lc_frontside_d3_extended_1"),
    ]


PATTERNS = ("lc_frontside_d2_extended", "lc_frontside_d2_extended_1", "lc_frontside_d3_extended_1")


def scan(frame: pl.DataFrame, since: dt.date, engine: str) -> pl.DataFrame:
    """Return one row a hit, with the shown columns."""
    lazy = level_3(level_2(level_1(frame.lazy()))).with_columns(*flags()) if engine == "streaming" else None
    if lazy is None:
        whole = level_3(
            level_2(level_1(frame.lazy()).collect(engine="in-memory").lazy()).collect(engine="in-memory").lazy()
        )
        lazy = whole.collect(engine="in-memory").lazy().with_columns(*flags())
    hit = pl.any_horizontal(*PATTERNS) & (pl.col("date") >= since)
    keys = lazy.filter(hit).select("symbol", "date", *PATTERNS).collect(engine=engine)  # type: ignore[call-overload]
    return shown(frame, keys)


def points(x: pl.Expr, grades: tuple[tuple[float, float], ...]) -> pl.Expr:
    """Return the points of the first threshold reached."""
    chain = pl.when(x >= grades[0][0]).then(grades[0][1])
    for threshold, value in grades[1:]:
        chain = chain.when(x >= threshold).then(value)
    return chain.otherwise(0)


def shown(frame: pl.DataFrame, keys: pl.DataFrame) -> pl.DataFrame:
    """Compute the shown columns for the symbols that hit."""
    some = frame.filter(pl.col("symbol").is_in(keys["symbol"].unique().implode()))
    col, atr = pl.col, pl.col("atr")
    f = level_3(level_2(level_1(some.lazy()).with_columns(
        each(c.shift(3)).alias("c3"), each(h.shift(3)).alias("h3"), each(v.rolling_mean(5)).alias("v5"),
        each(c.ewm_mean(span=200, adjust=False)).alias("ema200"), each(c.shift(2)).alias("c2"),
    )).with_columns(each((v / each(col("v5").shift(1))).shift(1)).alias("rvol1")))  # fmt: skip
    first = (col("c1") > col("c2")) & (col("c1") > col("o1")) & (col("h1") > col("h2"))
    second = (col("c2") > col("c3")) & (col("c2") > col("o2")) & (col("h2") > col("h3"))
    gap1, gap2 = (col("o1") - col("c2")) / atr, (col("o2") - col("c3")) / atr
    wider = ((col("h1") - col("l1")) > (col("h2") - col("l2"))) & ((col("h2") - col("o2")) / atr >= 0.5)
    gapped = gap1 >= 0.3
    burst = (
        pl.when(first & second & wider & gapped).then(20).when(first & second & wider).then(17.5)
        .when(first & second).then(15)
        .when((first | second) & wider & gapped).then(12.5).when(first | second).then(10).otherwise(0)
    )  # fmt: skip
    score = (
        points((col("h1") - col("o1")) / atr, ((3, 20), (2, 18), (1, 15), (0.5, 12)))
        + points((col("h1") - col("ema9_1")) / atr, ((4, 30), (3, 25), (2, 20), (1, 15)))
        + burst + points(col("rvol1"), ((2, 10), (1.5, 8), (1, 5), (0.5, 2)))
        + points(gap1, ((0.5, 15), (0.3, 10), (0.1, 5))) + pl.when((gap1 >= 0.3) & (gap2 >= 0.3)).then(5).otherwise(0)
    )  # fmt: skip
    columns = f.select(
        "symbol", "date", "open", "high", "low", "close", "volume", "ema9", "ema20", "ema50", "ema200", "atr",
        (o / col("c1") - 1).alias("gap_pct"), pl.min_horizontal(score, 100).alias("parabolic_score"),
        dollars.alias("dollar_volume"),
        ((h - o) / atr).alias("high_chg_atr"), ((h - col("ema9")) / atr).alias("dist_h_9ema_atr"),
        ((h - col("ema20")) / atr).alias("dist_h_20ema_atr"), ((c - lo) / (h - lo)).alias("close_range"),
    )  # fmt: skip
    return (
        keys.lazy().join(columns, on=["symbol", "date"], how="left").collect(engine="in-memory").sort("symbol", "date")
    )


def liquid_symbols(frame: pl.DataFrame, since: dt.date) -> pl.DataFrame:
    """Return only the symbols that could hit: those with a liquid day in the range."""
    liquid = frame.filter((v >= 10_000_000) & (dollars >= 500_000_000) & (c >= 5) & (pl.col("date") >= since))
    return frame.filter(pl.col("symbol").is_in(liquid["symbol"].unique().implode()))
