"""Imports: any sane file, nothing guessed that matters, every refused row with its reason, nothing half-done."""

from __future__ import annotations

import datetime as dt
import gzip

import polars as pl
import pytest

from tapehawk.core.bars import Series
from tapehawk.core.errors import BadInput, UnknownName
from tapehawk.data import store
from tapehawk.data.exports import ExportQuestion, export_bars
from tapehawk.data.imports import ImportOptions, import_path
from tapehawk.data.tables import Appended
from tests.data.bar_frames import daily, minutes
from tests.data.import_files import AS_TRADED, HEADER, NEW_YORK, SPLIT, at, stored

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
    path = write("bars.csv", at("2024-01-02"))
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


def test_files_of_a_folder_may_differ_in_what_else_they_know(root, write):
    write("all/aaa.csv", "date,open,high,low,close,adj close,volume,vol_scope\n2024-01-02,10,12,8,12,6,100,iex\n")
    path = write("all/bbb.csv", "date,open,high,low,close,volume\n2024-01-02,10,12,8,12,100\n")
    report = import_path(root, path.parent, ImportOptions("all"))
    whole, part = report.series
    assert store.read_bars(root, whole).select("symbol", "close").rows() == [("BBB", 12.0)]
    assert store.read_bars(root, part).select("symbol", "close").rows() == [("AAA", 6.0)]


def test_scaling_to_adjusted_closes_never_pushes_a_price_outside_its_bar(root, write):
    closes = [10 + i / 7 for i in range(50)]
    rows = [f"2023-{1 + i // 25:02}-{1 + i % 25:02},{c},{c},{c},{c},{c * 0.937},1" for i, c in enumerate(closes)]
    path = write("AAA.csv", "\n".join(["date,open,high,low,close,adj close,volume", *rows]))
    assert import_path(root, path, ImportOptions("all")).rejected == {}


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


def test_q16_intraday_times_without_a_zone_need_one_told(root, write):
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
    path = write("bars.csv", at("2024-01-02"))
    with pytest.raises(BadInput, match="no times of day"):
        import_path(root, path, ImportOptions("none", timeframe="5m"))


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


@pytest.mark.parametrize("below", ["", "deeper"])
@pytest.mark.parametrize("row", ["AAA,2024-01-02,10,11,9,10,100", "AAA,2024-01-02,10,11,9,-1,100"])
def test_a_store_at_the_place_of_a_file_is_refused_with_a_hint(tmp_path, write, below, row):
    (tmp_path / "store").write_text("mine")
    with pytest.raises(BadInput, match="a file stands in the place of the folder") as raised:
        import_path(tmp_path / "store" / below, write("bars.csv", f"{HEADER}{row}\n"), AS_TRADED)
    assert "SCANNER_DATA_DIR" in raised.value.hint
    assert (tmp_path / "store").read_text() == "mine"


def test_actions_meet_a_file_in_the_store_s_place_too(tmp_path, write):
    (tmp_path / "store").write_text("mine")
    file = write("actions.csv", "symbol,ex_date,type,split_to,split_from\nAAA,2024-01-02,split,2,1\n")
    with pytest.raises(BadInput, match="a file stands"):
        import_path(tmp_path / "store", file, ImportOptions())
