"""The quarantine: history before a missed split is left out, counted, and back once the split is known."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import polars as pl
import pytest

from tapehawk.core.errors import NoData, UnknownName
from tapehawk.core.sessions import day_number
from tapehawk.data import store
from tapehawk.data.exports import ExportQuestion, export_bars
from tapehawk.data.imports import ImportOptions, import_path
from tapehawk.data.panels import PanelQuestion, open_panel
from tapehawk.data.quality import CheckQuestion, check_store, check_written, check_written_in_parts, checking
from tapehawk.data.quarantine import quarantined
from tapehawk.data.versions import data_version, parse_version
from tests.data.quality.planted import DAILY, action, changed, market, minutes, sessions, split, without

DAYS = sessions(120)
DAY = DAYS[80]
SPLIT = replace(DAILY, adjustment="split", adjusted_as_of=DAYS[-1])
BEFORE = pl.col("time").dt.date() < DAY


def write(root, bars, series=DAILY):
    batches = [(series, bars)]
    store.append_bars(root, batches)
    return check_written(root, batches)


@pytest.fixture(params=[DAILY, SPLIT], ids=["as traded", "adjusted"])
def series(request):
    return request.param


@pytest.fixture
def missed(root, series):
    """Return a store in which CCC's prices do not know of a 1:10 split."""
    write(root, split(market(), "CCC", DAY, 1, 10), series)
    return root


def of(panel, symbol, column="close"):
    at = panel.symbols.index(symbol)
    return panel.columns[column][panel.starts[at] : panel.starts[at + 1]]


def test_the_history_before_a_missed_split_is_left_out_and_counted(missed):
    panel = open_panel(missed, PanelQuestion())
    assert dict(panel.left_out) == {"CCC": 80}
    assert of(panel, "CCC").size == 40
    assert of(panel, "CCC", "session")[0] == day_number(DAY)
    assert {of(panel, name).size for name in panel.symbols if name != "CCC"} == {120}
    assert open_panel(missed, PanelQuestion()).left_out == panel.left_out  # from disk, too


def test_checked_in_parts_the_same_is_found(root, tmp_path, monkeypatch):
    bars = split(split(market(), "CCC", DAY, 1, 10), "AAA", DAYS[60], 1, 4)
    whole = write(root, bars)
    monkeypatch.setattr(checking, "CHECKED_AT_ONCE", 200)
    store.append_bars(tmp_path / "parts", [(DAILY, bars)])
    parts = check_written_in_parts(tmp_path / "parts", DAILY, bars)
    assert whole.height >= 2
    assert parts.equals(whole)
    assert quarantined(tmp_path / "parts", DAILY).equals(quarantined(root, DAILY))


def test_what_was_written_is_checked_and_what_is_found_is_returned(root):
    found = write(root, split(market(), "CCC", DAY, 1, 10))
    assert found.select("kind", "symbol", "date").rows() == [("missed_split", "CCC", DAY)]


def test_importing_the_split_repairs_the_history(missed, series):
    store.append_actions(missed, action("CCC", DAY, 1, 10))
    panel = open_panel(missed, PanelQuestion())
    assert panel.left_out == {}
    clean = market().filter(pl.col("symbol") == "CCC")
    assert of(panel, "CCC")[:80] == pytest.approx(clean.filter(BEFORE)["close"].to_numpy() * 10)
    assert of(panel, "CCC", "volume")[:80] == pytest.approx(clean.filter(BEFORE)["volume"].to_numpy() / 10)
    assert ("raw.close" in panel.columns) == (series == DAILY)
    assert check_store(missed).height == 0
    assert open_panel(missed, PanelQuestion()).left_out == {}  # it stays repaired after the next examination


def test_a_contradicted_split_repairs_nothing_until_it_is_confirmed(missed):
    store.append_actions(missed, action("CCC", DAY, 1, 10, confirmed=False))
    assert dict(open_panel(missed, PanelQuestion()).left_out) == {"CCC": 80}
    store.append_actions(missed, action("CCC", DAY, 1, 10, confirmed=True))
    assert open_panel(missed, PanelQuestion()).left_out == {}


def test_a_split_of_another_day_repairs_nothing(missed):
    store.append_actions(missed, action("CCC", DAYS[82], 1, 10))
    assert "CCC" in open_panel(missed, PanelQuestion()).left_out


def test_bars_imported_anew_without_the_jump_lift_it(missed, series):
    right = split(market(), "CCC", DAYS[0], 1, 10)
    assert write(missed, right.filter(pl.col("symbol") == "CCC"), series).height == 0
    panel = open_panel(missed, PanelQuestion())
    assert panel.left_out == {}
    assert of(panel, "CCC").size == 120
    assert quarantined(missed, series).height == 0


def test_a_jump_that_comes_back_in_the_next_bars_is_lifted(root):
    spiked = split(market(), "CCC", DAY, 1, 10).filter(pl.col("time").dt.date() <= DAYS[81])
    write(root, spiked)
    assert quarantined(root, DAILY).height == 1
    write(root, market().filter(pl.col("time").dt.date() > DAYS[81]))
    assert quarantined(root, DAILY).height == 0


def test_a_days_bars_are_judged_with_the_history_that_is_stored(root):
    bars = split(market(), "CCC", DAY, 1, 10)
    assert write(root, bars.filter(BEFORE)).height == 0
    today = write(root, bars.filter(pl.col("time").dt.date() == DAY))
    assert today.select("kind", "symbol").rows() == [("missed_split", "CCC")]
    later = write(root, bars.filter(pl.col("time").dt.date() > DAY))
    assert later.height == 0  # told when it was written; `data check` tells it again
    assert dict(open_panel(root, PanelQuestion()).left_out) == {"CCC": 80}
    assert check_store(root).height == 1


def test_what_lies_before_the_reviewed_days_stays_as_it_was_judged(missed, series):
    bars = split(market(), "CCC", DAY, 1, 10).with_columns(pl.col("volume") + 1)
    write(missed, bars.filter(pl.col("time").dt.date() > DAYS[110]), series)
    assert quarantined(missed, series)["date"].to_list() == [DAY]


def test_the_data_version_names_the_quarantine_and_reads_it_back(missed, series):
    version = data_version(missed, "1d")
    assert parse_version(version)["quarantine"] == 1
    write(missed, split(market(), "CCC", DAYS[0], 1, 10), series)
    assert quarantined(missed, series).height == 0
    assert quarantined(missed, series, version=version).height == 1
    assert dict(open_panel(missed, PanelQuestion(version=version)).left_out) == {"CCC": 80}


def test_clean_bars_make_no_quarantine_at_all(root):
    assert write(root, market()).height == 0
    assert data_version(root, "1d") == "bars_1d@1"


def test_examining_again_changes_nothing(missed):
    before = data_version(missed, "1d")
    assert check_store(missed).height == 1
    assert data_version(missed, "1d") == before


def test_as_of_a_day_before_the_split_nothing_is_left_out(missed):
    panel = open_panel(missed, PanelQuestion(as_of=DAYS[79]))
    assert panel.left_out == {}


def test_each_series_and_timeframe_has_its_own(missed, series):
    other = replace(series, feed="other")
    write(missed, market(), other)
    assert quarantined(missed, other).height == 0
    day = sessions(8)[6]
    five = replace(DAILY, timeframe="5m")
    write(missed, split(minutes(), "CCC", day, 1, 10), five)
    assert quarantined(missed, five).select("symbol", "date").rows() == [("CCC", day)]
    assert quarantined(missed, series)["date"].to_list() == [DAY]
    panel = open_panel(missed, PanelQuestion("5m"))
    assert dict(panel.left_out) == {"CCC": 6 * 78}
    assert of(panel, "CCC", "session")[0] == day_number(day)


def test_an_import_tells_what_was_found_and_a_dry_run_looks_for_nothing(root, tmp_path):
    file = tmp_path / "bars.parquet"
    split(without(market(), DAYS[50], "AAA"), "CCC", DAY, 1, 10).write_parquet(file)
    report = import_path(root, file, ImportOptions("none"), dry_run=True)
    assert (report.findings, report.quarantined) == ({}, ())
    report = import_path(root, file, ImportOptions("none"))
    assert (dict(report.findings), report.quarantined) == ({"missed_split": 1, "gap": 1}, ("CCC",))
    assert report.data_version == "bars_1d@1+quarantine@1"


def test_the_repair_that_is_told_is_a_file_that_repairs(missed, tmp_path):
    (finding,) = check_store(missed).rows(named=True)
    header, line = finding["repair"].split("`")[1::2]
    (tmp_path / "actions.csv").write_text(f"{header}\n{line}\n")
    import_path(missed, tmp_path / "actions.csv", ImportOptions())
    assert open_panel(missed, PanelQuestion()).left_out == {}


def test_an_adjusted_export_has_the_repaired_history(missed, tmp_path):
    store.append_actions(missed, action("CCC", DAY, 1, 10))
    file = tmp_path / "out.parquet"
    export_bars(missed, file, ExportQuestion(symbols=("CCC",), as_of=DAYS[-1]))
    clean = market().filter(pl.col("symbol") == "CCC")["close"] * 10
    assert pl.read_parquet(file)["close"].to_list() == pytest.approx(clean.to_list())


# --------------------------------------------------------------------------------------------- the whole store


def test_a_store_is_checked_series_by_series_and_timeframe_by_timeframe(root):
    write(root, without(market(), DAYS[50], "AAA"))
    write(root, without(minutes(), sessions(8)[3], "BBB"), replace(DAILY, timeframe="5m"))
    rows = check_store(root).select("timeframe", "symbol", "kind").rows()
    assert sorted(rows) == [("1d", "AAA", "gap"), ("5m", "BBB", "gap")]
    assert check_store(root, CheckQuestion(timeframes=("5m",)))["symbol"].to_list() == ["BBB"]
    assert check_store(root, CheckQuestion(symbols=("AAA",)))["symbol"].to_list() == ["AAA"]
    assert check_store(root, CheckQuestion(kinds=("spike",))).height == 0


def test_findings_stand_worst_first_then_by_kind_and_day(root):
    bars = split(without(market(), DAYS[50], "AAA"), "CCC", DAY, 1, 10)
    bars = changed(bars, "BBB", DAYS[60], close=lambda column: column * 1.8, high=lambda column: column * 1.9)
    store.append_bars(root, [(DAILY, bars)])
    assert check_store(root)["kind"].to_list() == ["missed_split", "gap", "spike"]


def test_a_series_that_is_behind_its_contract_is_stale(root):
    write(root, market())
    late = dt.datetime.combine(DAYS[-1] + dt.timedelta(days=7), dt.time(23), dt.UTC)
    (row,) = check_store(root, CheckQuestion(now=late)).rows(named=True)
    assert (row["kind"], row["symbol"], row["date"]) == ("stale", None, DAYS[-1])
    fresh = dt.datetime.combine(DAYS[-1], dt.time(23), dt.UTC)
    assert check_store(root, CheckQuestion(now=fresh)).height == 0


def test_what_can_not_be_checked_is_refused(root):
    with pytest.raises(NoData):
        check_store(root)
    write(root, market())
    with pytest.raises(NoData):
        check_store(root, CheckQuestion(timeframes=("5m",)))
    with pytest.raises(UnknownName, match="ZZZ"):
        check_store(root, CheckQuestion(symbols=("ZZZ",)))
    with pytest.raises(UnknownName, match="kind of finding"):
        CheckQuestion(kinds=("spikes",))
    with pytest.raises(UnknownName, match="timeframe"):
        CheckQuestion(timeframes=("2m",))
