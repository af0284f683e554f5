"""Imports: every refused row has its reason, a dry run writes nothing, repeating stores nothing, listings are known."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from tapehawk.core.errors import BadInput, NoData
from tapehawk.data import store
from tapehawk.data.imports import ImportOptions, import_path
from tapehawk.data.tables import Appended
from tapehawk.data.versions import data_version
from tests.data.bar_frames import minutes
from tests.data.import_files import AS_TRADED, at, stored

# ----------------------------------------------------------------------------------- bad rows, bad files

BAD = """symbol,date,open,high,low,close,volume
AAA,2024-01-03,10,11,9,10.5,100
AAA,2024-01-02,10,11,9,10.5,100
AAA,2024-01-03,10,11,9,10.6,100
AAA,2024-01-04,10,9,11,10,100
AAA,2024-01-05,-10,11,9,10,100
AAA,2024-01-08,10,11,9,nan,100
AAA,2024-01-09,10,11,9,10,1e14
AAA,2024-01-10,10,11,9,12,100
AAA,someday,10,11,9,10,100
AAA,2024-01-11,ten,11,9,10,100
AAA,2999-01-11,10,11,9,10,100
"""


def test_each_bad_row_is_refused_with_its_place_and_reason_and_the_others_are_stored(root, write):
    path = write("bad.csv", BAD)
    report = import_path(root, path, AS_TRADED)
    assert (report.rows_read, report.stored.new, report.out_of_order) == (11, 2, 1)
    refused = pl.read_csv(report.reject_file).select("data_row", "reason").rows()
    assert refused == [
        (3, "duplicate bar"),
        (4, "high below low"),
        (5, "price not above zero"),
        (6, "missing price"),
        (7, "absurd volume"),
        (8, "close outside high and low"),
        (9, "unreadable time"),
        (10, "missing price"),
        (11, "beyond the session table (1998-01-01 to 2030-12-31)"),
    ]
    assert sum(report.rejected.values()) == 9
    assert pl.read_csv(report.reject_file)["file"].unique().to_list() == [str(path)]
    assert stored(root) == [("AAA", "2024-01-02 00:00", 10.5), ("AAA", "2024-01-03 00:00", 10.5)]


def test_a_mended_file_replaces_its_rejects(root, write):
    report = import_path(root, write("bars.csv", BAD), AS_TRADED)
    assert report.reject_file.exists()
    mended = import_path(root, write("bars.csv", "\n".join(BAD.splitlines()[:3])), AS_TRADED)
    assert mended.reject_file is None
    assert not report.reject_file.exists()


def test_a_file_without_a_single_bar_is_an_error_and_stores_nothing(root, write):
    path = write("bars.csv", at("2024-01-02", "2024-01-03").replace("11,9", "9,11"))
    with pytest.raises(BadInput, match=r"no row of bars.csv can be used: high below low \(2\)") as raised:
        import_path(root, path, AS_TRADED)
    assert "bars.csv.1d.csv" in raised.value.hint
    with pytest.raises(NoData):
        data_version(root, "1d")


def test_bars_at_times_without_a_session_are_kept_and_counted(root, write):
    report = import_path(root, write("bars.csv", at("2024-01-05", "2024-01-06")), AS_TRADED)
    assert (report.stored.new, report.outside_sessions) == (2, 1)
    night = minutes("AAA", dt.datetime(2024, 1, 2, 7, 0, tzinfo=dt.UTC), [10.0, 10.0], step=30)
    night.write_parquet(root.parent / "night.parquet")
    assert import_path(root, root.parent / "night.parquet", AS_TRADED).outside_sessions == 2


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("bars.csv", "symbol,date,open,high,low,close\nAAA,2024-01-02,1,1,1,1\n", "no column for volume"),
        ("bars.csv", "symbol,date,open,high,low,close,Close,volume\n", "2 columns for close: close, Close"),
        ("bars.csv", "symbol,date,open,high,low,close,volume\n", "no rows"),
        ("bars.csv", "", "can't be read"),
        ("bars.parquet", "not parquet", "can't be read"),
        ("bars.doc", "x", "neither CSV nor Parquet"),
    ],
)
def test_a_file_that_is_not_bars_is_a_clear_error(root, write, name, text, message):
    with pytest.raises(BadInput, match=message):
        import_path(root, write(name, text), AS_TRADED)
    assert not root.exists()


def test_a_path_that_leads_nowhere_is_a_clear_error(root, tmp_path):
    with pytest.raises(BadInput, match="there is no file or folder"):
        import_path(root, tmp_path / "nowhere.csv", AS_TRADED)
    (tmp_path / "empty").mkdir()
    with pytest.raises(BadInput, match="holds no CSV or Parquet"):
        import_path(root, tmp_path / "empty", AS_TRADED)


# ----------------------------------------------------------------------------------- dry runs and repeats


def test_a_dry_run_shows_the_mapping_and_the_counts_and_writes_nothing(root, write):
    report = import_path(root, write("bars.csv", BAD.replace("symbol", "Ticker")), AS_TRADED, dry_run=True)
    same = {name: name for name in ("open", "high", "low", "close", "volume")}
    assert report.mapping == {"symbol": "Ticker", "time": "date", **same}
    assert (report.stored.new, sum(report.rejected.values()), report.reject_file) == (2, 9, None)
    assert report.data_version is None
    assert not root.exists()


def test_a_dry_run_over_a_filled_store_changes_nothing(root, write):
    import_path(root, write("bars.csv", BAD), AS_TRADED)
    before = {path: path.stat().st_mtime_ns for path in root.rglob("*")}
    report = import_path(root, write("bars.csv", BAD.replace("10.5", "10.7")), AS_TRADED, dry_run=True)
    assert report.stored == Appended(new=0, revised=2, unchanged=0)
    assert {path: path.stat().st_mtime_ns for path in root.rglob("*")} == before


def test_importing_the_same_file_again_stores_nothing(root, write):
    first = import_path(root, write("bars.csv", BAD), AS_TRADED)
    again = import_path(root, write("bars.csv", BAD), AS_TRADED)
    assert again.stored == Appended(new=0, revised=0, unchanged=2)
    assert again.data_version == first.data_version


# ----------------------------------------------------------------------------------- listings


def test_corporate_actions_are_recognised_by_their_columns(root, write):
    text = """symbol,ex_date,type,split_to,split_from,cash_amount,source,confirmed
AAA,2024-06-10,split,10,1,,derived,true
AAA,2024-06-10,split,10,1,,derived,true
BBB,2024-06-11,dividend,,,0.25,derived,
BBB,2024-06-12,merger,,,,derived,
CCC,2024-06-12,split,0,1,,derived,
,2024-06-12,split,2,1,,derived,
DDD,soon,split,2,1,,derived,
EEE,2024-06-12,dividend,,,,derived,
"""
    report = import_path(root, write("actions.csv", text), ImportOptions())
    assert (report.kind, report.stored.new, report.symbols) == ("actions", 2, 2)
    assert set(report.rejected) == {
        "duplicate row", "neither split nor dividend", "split without a ratio", "no symbol",
        "unreadable ex_date", "dividend without an amount",
    }  # fmt: skip
    assert pl.read_csv(report.reject_file)["data_row"].to_list() == [2, 4, 5, 6, 7, 8]
    rows = store.read_actions(root).select("symbol", "ex_date", "split_to", "cash_amount", "confirmed").rows()
    assert rows == [
        ("AAA", dt.date(2024, 6, 10), 10.0, None, True),
        ("BBB", dt.date(2024, 6, 11), None, 0.25, None),
    ]


def test_symbols_are_recognised_by_their_columns(root, write):
    header = "symbol,name,type,exchange,first_seen,last_seen,active,marketcap\n"
    text = header + "AAA,A Corp,common,nyse,2021-01-29,2026-08-21,true,9\n"
    report = import_path(root, write("symbols.csv", text), ImportOptions())
    assert (report.kind, report.stored.new) == ("symbols", 1)
    (row,) = store.read_symbols(root).rows(named=True)
    assert (row["name"], row["first_seen"], row["active"]) == ("A Corp", dt.date(2021, 1, 29), True)
    assert row["market"] == "us"
    assert import_path(root, write("symbols.csv", text), ImportOptions(), dry_run=True).stored.unchanged == 1


def test_what_is_being_done_is_told_as_it_is_done(root, write):
    steps = []
    import_path(root, write("bars.csv", BAD), AS_TRADED, on_step=steps.append)
    looked = "looking for gaps, spikes and missed splits"
    assert steps == ["reading bars.csv", "checking 11 rows", "storing 2 bars", looked]


def test_files_of_one_name_in_two_folders_each_say_how_they_are_adjusted(root, write):
    head, row = "symbol,date,open,high,low,close,volume", "AAA,2024-01-02,1,1,1,1,1"
    write("two/2023/bars.csv", f"{head}\n{row}\n")
    folder = write("two/2024/bars.csv", f"{head},adjustment\n{row},split\n").parent.parent
    with pytest.raises(BadInput, match=r"can't be told from the file bars\.csv"):
        import_path(root, folder, ImportOptions())


def test_a_file_that_says_all_is_not_scaled_by_its_adjusted_close(root, write):
    text = "symbol,date,open,high,low,close,volume,adj close,adjustment\nAAA,2024-01-02,8,8,8,8,1,4,all\n"
    report = import_path(root, write("bars.csv", text), ImportOptions("all"))
    assert store.read_bars(root, report.series[0])["close"].to_list() == [8.0]


@pytest.mark.parametrize("name", ["a[1].csv", "a*b=c?.csv", "{a}%20.csv"])
def test_a_file_may_have_nearly_any_name(root, write, name):
    text = "symbol,date,open,high,low,close,volume\nAAA,2024-01-02,1,1,1,1,1\n"
    assert import_path(root, write(name, text), ImportOptions("none")).stored.new == 1
