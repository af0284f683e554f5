"""Real minutes: the edges of scope that are known, no wrong clock, no alarm about what was only sampled."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from tapehawk.core.bars import Series
from tapehawk.data import store
from tapehawk.data.imports import ImportOptions, import_path
from tapehawk.data.quality import CheckQuestion, Examined, check_store, examine

NUMBERS = ("open", "high", "low", "close", "volume")


def bars(shared, name: str) -> pl.DataFrame:
    rows = pl.read_parquet(shared / f"{name}.parquet").unique(["symbol", "ts"]).sort("symbol", "ts")
    time = pl.col("ts").cast(pl.Datetime("us", "UTC")).alias("time")
    return rows.select("symbol", time, *[pl.col(column).cast(pl.Float64) for column in NUMBERS])


def kinds(rows: pl.DataFrame) -> set[str]:
    return set(rows["kind"])


def test_a_feed_that_hides_its_change_of_scope_is_told_on_each_of_its_days(shared):
    rows = examine(Examined(Series("x", "y", timeframe="1m"), bars(shared, "us_1m")))
    edges = rows.filter(kind="volume_scope")
    common = edges.filter(pl.col("symbol").is_null())
    assert common["date"].to_list() == [dt.date(2026, 1, 22), dt.date(2026, 3, 9), dt.date(2026, 3, 12)]
    alone = edges.filter(pl.col("symbol").is_not_null())
    assert alone.select("symbol", "date").rows() == [("SPY", dt.date(2025, 9, 15))], "63 days of 2024 were consolidated"
    assert kinds(rows) == {"volume_scope", "gap", "stale"} | (kinds(rows) & {"zero_volume_run"})


@pytest.mark.parametrize(
    ("name", "timeframe", "market"),
    [("us_30m_cross_section", "30m", "us"), ("crypto_5m", "5m", "crypto"), ("crypto_1h", "1h", "crypto")],
)
def test_good_minutes_are_silent_but_for_symbols_that_end_early(shared, name, timeframe, market):
    rows = examine(Examined(Series("x", "y", timeframe=timeframe, market=market), bars(shared, name)))
    assert kinds(rows) <= {"stale"}


def test_of_real_five_minute_bars_the_one_known_change_of_feed_is_told(shared):
    rows = examine(Examined(Series("x", "y", timeframe="5m"), bars(shared, "us_5m")))
    assert rows.filter(pl.col("kind") != "stale").select("kind", "date").rows() == [
        ("volume_scope", dt.date(2026, 3, 10))
    ]


def test_minutes_on_the_clock_of_new_york_taken_for_utc_are_told(shared):
    late = bars(shared, "us_5m").with_columns(pl.col("time") - pl.duration(hours=4))
    rows = examine(Examined(Series("x", "y", timeframe="5m"), late), ["time_zone"])
    assert rows["symbol"].null_count() >= 1
    assert "4 hours too early" in " ".join(rows["detail"])


def test_scopes_that_a_file_tells_are_series_of_their_own_with_edges_between_them(shared, root, tmp_path):
    some = pl.read_parquet(shared / "us_1m.parquet").filter(pl.col("symbol").is_in(["AAPL", "NVDA", "TSLA"]))
    some.filter(pl.col("ts").dt.date() >= dt.date(2026, 1, 12)).write_parquet(tmp_path / "minutes.parquet")
    report = import_path(root, tmp_path / "minutes.parquet", ImportOptions("none"))
    assert len(report.series) == 2
    edges = check_store(root, CheckQuestion(kinds=("volume_scope",)))
    assert dt.date(2026, 1, 22) in edges["date"].to_list()
    assert "consolidated from here, partial_feed before" in " ".join(edges["detail"])
    assert {one.series.volume_scope for one in store.stored_series(root, "1m")} == {"consolidated", "partial_feed"}
