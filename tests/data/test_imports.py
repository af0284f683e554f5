"""Imports: any sane file, nothing guessed that matters, every refused row with its reason, nothing half-done."""

from __future__ import annotations

import datetime as dt
import gzip

import polars as pl
import pytest

from tapehawk.core.bars import Series
from tapehawk.core.errors import BadInput, NoData, UnknownName
from tapehawk.data import store
from tapehawk.data.exports import ExportQuestion, export_bars
from tapehawk.data.imports import ImportOptions, import_path
from tapehawk.data.tables import Appended
from tapehawk.data.versions import data_version
from tests.data.bar_frames import daily, minutes

HEADER = "symbol,time,open,high,low,close,volume\n"
ONE_DAY = HEADER + "AAA,2024-01-02,10,11,9,10.5,100\n"
AS_TRADED = ImportOptions("none")
SPLIT = ImportOptions("split")
NEW_YORK = ImportOptions("none", time_zone="America/New_York")


@pytest.fixture
def root(tmp_path):
    return tmp_path / "store"


@pytest.fixture
def write(tmp_path):
    """Write a text file and return its path."""

    def write(name: str, text: str):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    return write


def at(*times: str) -> str:
    """A file of one bar at each time."""
    return HEADER + "".join(f"AAA,{time},10,11,9,10.5,100\n" for time in times)


def stored(root, timeframe="1d", market="us"):
    """(symbol, time, close) of the stored bars."""
    series = store.preferred_series(root, timeframe, market=market)
    rows = store.read_bars(root, series).select("symbol", pl.col("time").dt.strftime("%Y-%m-%d %H:%M"), "close")
    return rows.rows()


TWO_DAYS = [("AAA", "2024-01-02 00:00", 10.5), ("AAA", "2024-01-03 00:00", 11.5)]


# ----------------------------------------------------------------------------------- what files look like


@pytest.mark.parametrize(
    "text",
    [
        "symbol,date,open,high,low,close,volume\nAAA,2024-01-02,10,11,9,10.5,100\nAAA,2024-01-03,11,12,10,11.5,100\n",
        "Ticker,Day,O,H,L,C,V\nAAA,2024/01/02,10,11,9,10.5,100\nAAA,2024/01/03,11,12,10,11.5,100\n",
        "<TICKER>;<DATE>;<OPEN>;<HIGH>;<LOW>;<CLOSE>;<VOL>\nAAA;20240102;10;11;9;10.5;100\nAAA;20240103;11;12;10;11.5;100\n",
        (
            "Sym\tTs\t1. open\t2. high\t3. low\t4. close\t5. volume\n"
            "AAA\t1704153600\t10\t11\t9\t10.5\t100\nAAA\t1704240000\t11\t12\t10\t11.5\t100\n"
        ),
        (
            "ts|symbol|Open Price|High Price|Low Price|Close Price|Volume\n"
            "1704153600000|AAA|10|11|9|10.5|100\n1704240000000|AAA|11|12|10|11.5|100\n"
        ),
        'symbol,date,open,high,low,close,volume\naaa,2024-01-02,$10,11,9,10.5,"1,000"\naaa,2024-01-03,11,12,10,11.5,100\n',
        (
            "Date,Symbol,Open,High,Low,Close,Adj Close,Volume\n2024-01-02 00:00:00-05:00,AAA,10,11,9,10.5,5,100\n"
            "2024-01-03 00:00:00-05:00,AAA,11,12,10,11.5,6,100\n"
        ),
        "\ufeffsymbol,date,open,high,low,close,volume\r\nAAA,2024-01-02,10,11,9,10.5,100\r\nAAA,2024-01-03,11,12,10,11.5,100\r\n",
    ],
)
def test_any_sane_naming_and_writing_is_understood(root, write, text):
    report = import_path(root, write("bars.csv", text), AS_TRADED)
    assert report.stored == Appended(new=2, revised=0, unchanged=0)
    assert report.rejected == {}
    assert report.timeframe == "1d"
    assert stored(root) == TWO_DAYS


@pytest.mark.parametrize("unit", [1, 1_000, 1_000_000, 1_000_000_000])
def test_epochs_in_any_unit_are_instants(root, write, unit):
    first = int(dt.datetime(2024, 1, 2, 14, 30, tzinfo=dt.UTC).timestamp())
    rows = [f"AAA,{(first + 60 * i) * unit},10,11,9,10.5,100" for i in range(3)]
    text = "\n".join(["ticker,window_start,open,high,low,close,volume", *rows])
    assert import_path(root, write("day.csv", text), AS_TRADED).timeframe == "1m"
    assert [time for _, time, _ in stored(root, "1m")] == [f"2024-01-02 14:{30 + i}" for i in range(3)]


def test_parquet_brings_its_types(root, tmp_path):
    bars = minutes("AAA", dt.datetime(2024, 1, 2, 14, 30, tzinfo=dt.UTC), [10.0, 11.0], step=5)
    typed = bars.with_columns(
        pl.col("time").dt.convert_time_zone("America/New_York").dt.cast_time_unit("ns"),
        pl.col("volume").cast(pl.Int64),
        pl.col("symbol").cast(pl.Categorical),
        *[pl.col(name).cast(pl.Float32) for name in ("open", "close")],
    ).with_columns(high=pl.lit(12.0), low=pl.lit(9.0))
    typed.write_parquet(tmp_path / "bars.parquet")
    assert import_path(root, tmp_path / "bars.parquet", AS_TRADED).timeframe == "5m"
    assert stored(root, "5m") == [("AAA", "2024-01-02 14:30", 10.0), ("AAA", "2024-01-02 14:35", 11.0)]


def test_date_and_time_of_day_may_stand_in_two_columns(root, write):
    text = (
        "ticker,date,time,open,high,low,close,vol\nAAA,20240102,930,10,11,9,10.5,1\nAAA,20240102,1000,10,11,9,10.5,1\n"
    )
    report = import_path(root, write("bars.txt", text), NEW_YORK)
    assert report.mapping["time"] == "date + time"
    assert [time for _, time, _ in stored(root, "30m")] == ["2024-01-02 14:30", "2024-01-02 15:00"]


def test_a_folder_of_one_file_per_symbol_takes_the_symbols_from_the_names(root, write):
    header = "date,open,high,low,close,volume\n"
    write("daily/aapl.csv", header + "2024-01-02,10,11,9,10.5,1\n2024-01-03,10,11,9,10.5,1\n")
    folder = write("daily/more/BRK.B.csv", header + "2024-01-02,20,21,19,20.5,1\n").parents[1]
    (folder / "zzz.csv.gz").write_bytes(gzip.compress((header + "2024-01-02,30,31,29,30.5,1\n").encode()))
    write("daily/readme.md", "not bars")
    report = import_path(root, folder, AS_TRADED)
    assert (report.files, report.symbols, report.rows_read) == (3, 3, 4)
    assert report.mapping["symbol"] == "(the file's name)"
    assert {symbol for symbol, *_ in stored(root)} == {"AAPL", "BRK.B", "ZZZ"}


@pytest.mark.parametrize("symbol", ["NA", "TRUE", "NULL", "NAN", "1E5", "BACpL"])
def test_a_ticker_that_looks_like_something_else_stays_a_ticker(root, write, symbol):
    text = f"symbol,date,open,high,low,close,volume\n{symbol},2024-01-02,10,11,9,10.5,100\n"
    import_path(root, write("bars.csv", text), AS_TRADED)
    assert [name for name, *_ in stored(root)] == [symbol]


def test_coins_are_a_market_of_their_own(root, write):
    text = at("2024-01-02T00:00:00Z", "2024-01-03T00:00:00Z").replace("AAA", "PEPE/USDT").replace(",100", ",3e14")
    report = import_path(root, write("coins.csv", text), AS_TRADED)
    assert (report.series[0].market, report.rejected) == ("crypto", {})
    assert len(stored(root, "1d", "crypto")) == 2


def test_each_volume_scope_is_a_series_of_its_own(root, write):
    text = (
        "symbol,date,open,high,low,close,volume,vol_scope\nAAA,2024-01-02,10,11,9,10.5,1,partial_feed\n"
        "AAA,2024-01-03,10,11,9,10.5,100,consolidated\n"
    )
    report = import_path(root, write("bars.csv", text), AS_TRADED)
    assert [series.volume_scope for series in report.series] == ["consolidated", "partial_feed"]
    assert stored(root) == [("AAA", "2024-01-03 00:00", 10.5)]


# ----------------------------------------------------------------------------------- how prices are adjusted


def test_the_adjustment_is_asked_for_and_never_guessed(root, write):
    path = write("bars.csv", ONE_DAY)
    with pytest.raises(BadInput, match="how are these prices adjusted") as raised:
        import_path(root, path, ImportOptions())
    assert "--adjustment none" in raised.value.hint
    with pytest.raises(UnknownName, match="adjustment 'maybe'"):
        import_path(root, path, ImportOptions("maybe"))
    assert not root.exists()


def test_adjusted_bars_remember_their_last_session_or_the_told_date(root, write):
    text = "symbol,date,open,high,low,close,volume\nAAA,2024-01-02,10,11,9,10.5,100\nAAA,2024-01-03,11,12,10,11.5,100\n"
    report = import_path(root, write("bars.csv", text), SPLIT)
    assert report.series[0].adjusted_as_of == dt.date(2024, 1, 3)
    told = import_path(
        root, write("bars.csv", text), ImportOptions("split", feed="x", adjusted_as_of=dt.date(2024, 2, 1))
    )
    assert told.series[0].adjusted_as_of == dt.date(2024, 2, 1)
    with pytest.raises(BadInput, match="as traded"):
        import_path(root, write("bars.csv", text), ImportOptions("none", adjusted_as_of=dt.date(2024, 2, 1)))


def test_where_only_closes_are_adjusted_for_dividends_the_other_prices_follow(root, write):
    text = "symbol,date,open,high,low,close,adj close,volume\nAAA,2024-01-02,10,12,8,12,6,100\n"
    import_path(root, write("bars.csv", text), ImportOptions("all"))
    (bar,) = store.read_bars(root, store.preferred_series(root, "1d")).rows(named=True)
    assert [bar[name] for name in ("open", "high", "low", "close")] == [5, 6, 4, 6]


# ----------------------------------------------------------------------------------- timeframes and zones


def test_a_told_timeframe_wins_and_the_report_says_so(root, write):
    path = write("bars.csv", at("2024-01-02T14:30:00Z"))
    with pytest.raises(BadInput, match="does not tell its timeframe") as raised:
        import_path(root, path, AS_TRADED)
    assert "--timeframe" in raised.value.hint
    report = import_path(root, path, ImportOptions("none", timeframe="15m"))
    assert (report.timeframe, report.timeframe_told) == ("15m", True)
    with pytest.raises(UnknownName, match="timeframe '17m'"):
        import_path(root, path, ImportOptions("none", timeframe="17m"))


def test_a_spacing_that_is_no_timeframe_is_an_error(root, write):
    path = write("bars.csv", at(*[f"2024-01-02T14:{minute:02}:00Z" for minute in (0, 7, 14, 21)]))
    with pytest.raises(BadInput, match="7 minutes apart"):
        import_path(root, path, AS_TRADED)


def test_gaps_do_not_hide_the_timeframe(root, write):
    times = ["14:30", "14:35", "15:20", "15:25", "15:30", "18:00"]
    path = write("bars.csv", at(*[f"2024-01-02T{time}:00Z" for time in times]))
    assert import_path(root, path, AS_TRADED).timeframe == "5m"


@pytest.mark.parametrize(("days", "timeframe"), [((5, 8, 9), "1d"), ((5, 12, 19), "1w")])
def test_dates_are_days_or_weeks(root, write, days, timeframe):
    path = write("bars.csv", at(*[f"2024-01-{day:02}" for day in days]))
    assert import_path(root, path, AS_TRADED).timeframe == timeframe


def test_intraday_times_without_a_zone_need_one_told(root, write):
    path = write("bars.csv", at("2024-07-02 09:30", "2024-07-02 09:31"))
    with pytest.raises(BadInput, match="no time zone") as raised:
        import_path(root, path, AS_TRADED)
    assert "--time-zone" in raised.value.hint
    import_path(root, path, NEW_YORK)
    assert stored(root, "1m")[0][1] == "2024-07-02 13:30"
    with pytest.raises(UnknownName, match="time zone 'Amerika/New_York'") as raised:
        import_path(root, path, ImportOptions("none", time_zone="Amerika/New_York"))
    assert "America/New_York" in raised.value.hint


def test_offsets_of_both_halves_of_the_year_are_no_mixture(root, write):
    path = write("bars.csv", at("2024-03-08T09:30:00-05:00", "2024-03-08T09:31:00-05:00", "2024-03-11T09:30:00-04:00"))
    import_path(root, path, AS_TRADED)
    assert [time[11:] for _, time, _ in stored(root, "1m")] == ["14:30", "14:31", "13:30"]


def test_times_with_and_without_a_zone_in_one_file_are_an_error_until_the_zone_is_told(root, write):
    path = write("bars.csv", at("2024-01-02T09:30:00-05:00", "2024-01-02 09:31:00", "2024-01-02T14:32:00Z"))
    with pytest.raises(BadInput, match="mixed: 1 of 3 have none"):
        import_path(root, path, AS_TRADED)
    import_path(root, path, NEW_YORK)
    assert [time[11:] for _, time, _ in stored(root, "1m")] == ["14:30", "14:31", "14:32"]


def test_an_hour_that_a_clock_change_skips_is_refused(root, write):
    path = write("bars.csv", at("2024-03-10 02:30", "2024-03-10 03:00", "2024-03-10 03:30"))
    assert import_path(root, path, NEW_YORK).rejected == {"unreadable time": 1}


def test_daily_bars_stamped_at_the_open_or_close_are_labelled_by_their_new_york_date(root, write):
    for feed, clock in (("open", "14:30"), ("close", "21:00"), ("night", "05:00")):
        path = write("bars.csv", at(f"2024-01-02T{clock}:00Z", f"2024-01-03T{clock}:00Z"))
        report = import_path(root, path, ImportOptions("none", feed=feed))
        bars = store.read_bars(root, report.series[0])
        assert [time.date().day for time in bars["time"]] == [2, 3], feed


def test_dates_alone_are_no_intraday_bars(root, write):
    path = write("bars.csv", ONE_DAY)
    with pytest.raises(BadInput, match="no times of day"):
        import_path(root, path, ImportOptions("none", timeframe="5m"))


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
    refused = pl.read_csv(report.reject_file).select("row", "reason").rows()
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
    assert pl.read_csv(report.reject_file)["row"].to_list() == [2, 4, 5, 6, 7, 8]
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
    assert import_path(root, write("symbols.csv", text), ImportOptions(), dry_run=True).stored.unchanged == 1


# ----------------------------------------------------------------------------------- simulated bars, real bars


def test_simulated_bars_stay_simulated_through_an_export_and_an_import(root, tmp_path):
    store.append_bars(root, [(Series("sim", "sim", simulated=True), daily("AAA", [10.0, 11.0]))])
    export_bars(root, tmp_path / "out.csv", ExportQuestion())
    report = import_path(tmp_path / "other", tmp_path / "out.csv", AS_TRADED)
    assert report.series[0].simulated


def test_the_real_daily_bars_of_2016_are_bars_one_and_all(root, shared):
    report = import_path(root, shared / "us_daily_raw_2016.parquet", AS_TRADED)
    assert (report.stored.new, report.symbols, report.rejected) == (1_517_173, 6_596, {})
    assert report.outside_sessions == 0


def test_the_real_actions_and_symbols_are_understood(root, shared):
    actions = import_path(root, shared / "corporate_actions.parquet", ImportOptions())
    assert (actions.kind, actions.stored.new, actions.rejected) == ("actions", 31_335, {"duplicate row": 16})
    symbols = import_path(root, shared / "symbols.parquet", ImportOptions())
    assert (symbols.kind, symbols.stored.new) == ("symbols", 16_613)


def test_the_real_minute_bars_keep_their_volume_scopes_apart(root, shared):
    report = import_path(root, shared / "us_1m.parquet", AS_TRADED)
    assert (report.timeframe, report.stored.new) == ("1m", 1_090_692)
    assert [series.volume_scope for series in report.series] == ["consolidated", "partial_feed"]
