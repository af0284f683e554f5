"""Volumes of different scope never meet: what would compare them is null, live as in history."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
import pytest

from tapehawk.core.columns import minute, session
from tapehawk.core.evaluate import evaluate
from tapehawk.core.expr import make
from tapehawk.core.indicators import volume_so_far
from tapehawk.core.sessions import day_number
from tapehawk.core.timeframes import BAR_MINUTES, SESSION_BARS
from tapehawk.data import store
from tapehawk.data.imports import ImportOptions, import_path
from tapehawk.data.open_session import OpenSession
from tapehawk.data.panels import PanelQuestion, open_panel
from tapehawk.data.quality import CheckQuestion, check_store
from tapehawk.scan.desk import Desk
from tapehawk.scan.history import Past
from tapehawk.scan.live import LiveScan
from tapehawk.scan.question import Question
from tapehawk.scanners.relative_volume import RelativeVolume
from tests.data.scripted import stream_bars

EDGE = dt.date(2026, 1, 22)  # us_1m: one venue's volume before, the market's from here
CUTOFFS = (None, "09:50", "12:00", "15:45")


@pytest.fixture(scope="module")
def real(shared, tmp_path_factory):
    """The whole file, imported as what it says of itself."""
    root = tmp_path_factory.mktemp("real")
    bars = pl.read_parquet(shared / "us_1m.parquet")
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


def test_no_relative_volume_fires_across_an_edge_of_volume_scopes_at_any_cutoff(real, tmp_path):
    mistaken = Desk(joined_by_mistake(real, tmp_path)).run(question())
    assert len(firing(mistaken)) > 10, "the planted bug: both scopes in one series"
    desk = Desk(real[0])
    for cutoff in CUTOFFS:
        report = desk.run(question(cutoff))
        assert firing(report) == set()
        assert all(unknown_ratio(pattern) == came(pattern) >= 30 for pattern in report.funnel), (
            "of all that came so far"
        )
        (why,) = [note for note in report.notes if "another scope" in note]
        assert "us:import:unstated:none:partial_feed" in why
        assert "null" in why


def test_sessions_that_the_file_calls_by_the_wrong_scope_are_told_and_count_for_nothing(real):
    """NFLX's 14 sessions until 2025-11-13 are called consolidated; they are a sixtieth of what follows."""
    told = check_store(real[0], CheckQuestion(kinds=("volume_scope",), symbols=("NFLX",)))
    (edge,) = told.filter(pl.col("date") == EDGE, pl.col("detail").str.contains("times as much")).to_dicts()
    assert (edge["symbol"], edge["severity"]) == ("NFLX", "warning")
    assert "after 70 days without a bar" in edge["detail"]
    panel = open_panel(real[0], PanelQuestion("1m")).select(("NFLX",))
    assert np.isfinite(usual_volume_on_the_edge(panel, sessions=250)).all(), (
        "the planted bug: a memory like an elephant's"
    )
    assert np.isnan(usual_volume_on_the_edge(panel, sessions=14)).all()


def usual_volume_on_the_edge(panel, *, sessions: int) -> np.ndarray:
    usual = make("usual_so_far", (volume_so_far(), session, minute), (sessions, BAR_MINUTES, SESSION_BARS, 5))
    return evaluate(panel.block(0, 1), usual)[0][panel.columns["session"] == day_number(EDGE)]


def question(cutoff: str | None = None) -> Question:
    return Question("relative_volume", start_date=EDGE, end_date=EDGE, timeframe="1m", cutoff=cutoff)


def firing(report) -> set[str]:
    return {row["symbol"] for row in report.rows()}


def unknown_ratio(pattern) -> int:
    return next(step["unknown"] for step in pattern["steps"] if step["name"] == "relative volume")


def came(pattern) -> int:
    return next(step["passed"] for step in pattern["steps"] if step["name"] == "bars so far")


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
    assert scan.rows == {}
    (note,) = past.notes()
    assert "partial_feed" in note
    assert "not joined" in note
