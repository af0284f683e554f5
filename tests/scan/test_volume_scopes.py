"""Volumes of different scope never meet: what would compare them is null, live as in history."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
import pytest

from tapehawk.data import store
from tapehawk.data.imports import ImportOptions, import_path
from tapehawk.data.open_session import OpenSession
from tapehawk.data.panels import PanelQuestion, open_panel
from tapehawk.scan.desk import Desk
from tapehawk.scan.history import Past
from tapehawk.scan.live import LiveScan
from tapehawk.scan.question import Question
from tapehawk.scanners.relative_volume import RelativeVolume
from tests.data.scripted import stream_bars

# The file calls NFLX's volume of 14 sessions until 2025-11-13 consolidated; it is a sixtieth of what follows.
MISLABELLED = {"NFLX"}
EDGE = dt.date(2026, 1, 22)  # us_1m: one venue's volume before, the market's from here


@pytest.fixture(scope="module")
def real(shared, tmp_path_factory):
    root = tmp_path_factory.mktemp("real")
    bars = pl.read_parquet(shared / "us_1m.parquet").filter(pl.col("ts").dt.date() <= dt.date(2026, 1, 23))
    bars = bars.select("symbol", pl.col("ts").alias("time"), "open", "high", "low", "close", "volume", "vol_scope")
    path = root / "bars.parquet"
    bars.rename({"vol_scope": "volume_scope"}).write_parquet(path)
    import_path(root / "store", path, ImportOptions("none"))
    return root / "store", bars


def joined_by_mistake(real, tmp_path):
    """Return a store that has both scopes in one series, as nobody may make it."""
    path = tmp_path / "joined.parquet"
    real[1].drop("vol_scope").write_parquet(path)
    import_path(tmp_path / "joined", path, ImportOptions("none"))
    return tmp_path / "joined"


def test_no_relative_volume_fires_across_an_edge_of_volume_scopes(real, tmp_path):
    question = Question("relative_volume", start_date=EDGE, end_date=EDGE, timeframe="1m")
    mistaken = Desk(joined_by_mistake(real, tmp_path)).run(question)
    assert len(firing(mistaken)) > 10, "the planted bug: both scopes in one series"
    report = Desk(real[0]).run(question)
    assert firing(report) <= MISLABELLED
    assert all(unknown_ratio(pattern) for pattern in report.funnel)


def firing(report) -> set[str]:
    return {row["symbol"] for row in report.rows()}


def unknown_ratio(pattern) -> int:
    return next(step["unknown"] for step in pattern["steps"] if step["name"] == "relative volume")


def test_a_panel_holds_one_series_whatever_is_preferred(real):
    for one in store.stored_series(real[0], "1m"):
        panel = open_panel(real[0], PanelQuestion("1m", prefer=one.series.id))
        names = np.repeat(panel.symbols, np.diff(panel.starts))
        volume = panel.columns.get("raw.volume", panel.columns["volume"])
        bars = pl.DataFrame({"symbol": names, "time": panel.time, "volume": volume})
        own = store.read_bars(real[0], one.series).with_columns(pl.col("time").to_physical())
        assert bars.height > 0
        assert bars.join(own, on=["symbol", "time", "volume"], how="anti").is_empty()


def test_live_on_the_edge_is_null_and_says_why(real):
    root, bars = real
    consolidated = next(s.series for s in store.stored_series(root, "1m") if s.series.volume_scope == "consolidated")
    day = bars.filter(pl.col("time").dt.date() == EDGE)
    symbols = tuple(sorted(day["symbol"].unique()))
    past = Past(root, consolidated, EDGE, symbols)
    scan = LiveScan([RelativeVolume()], past)
    OpenSession(root, consolidated, EDGE).take(stream_bars(day.drop("vol_scope")))
    scan.finish()
    assert {key[2] for key in scan.rows} <= MISLABELLED
    (note,) = past.notes()
    assert "partial_feed" in note
    assert "not joined" in note
