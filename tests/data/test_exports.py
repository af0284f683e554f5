"""Exports: the asked bars, as stored or adjusted, with their labels."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import polars as pl
import pytest

from tapehawk.core.bars import Series
from tapehawk.core.errors import BadInput, NoData, UnknownName
from tapehawk.data import store
from tapehawk.data.exports import ExportQuestion, export_bars
from tapehawk.data.imports import ImportOptions, import_path
from tapehawk.data.panels import PanelQuestion, open_panel
from tests.data.bar_frames import AS_TRADED, daily, minutes

ALL = ExportQuestion()
SAID = ["series", "adjustment", "adjusted_as_of", "labels"]
SPLIT = {"symbol": ["AAA"], "ex_date": [dt.date(2024, 1, 3)], "type": ["split"], "split_to": [2.0], "split_from": [1.0]}


@pytest.fixture
def root(tmp_path):
    root = tmp_path / "store"
    store.append_bars(root, [(AS_TRADED, pl.concat([daily("AAA", [10.0, 6.0]), daily("BBB", [20.0])]))])
    return root


@pytest.mark.parametrize("name", ["out.csv", "out.parquet"])
def test_all_bars_are_exported_with_their_series(root, tmp_path, name):
    report = export_bars(root, tmp_path / name, ALL)
    assert (report.rows, report.symbols, report.series) == (3, 2, AS_TRADED)
    assert report.data_version == "bars_1d@1"
    read = pl.read_csv(report.path, try_parse_dates=True) if name.endswith("csv") else pl.read_parquet(report.path)
    assert read.columns == ["symbol", "date", "open", "high", "low", "close", "volume", *SAID]
    assert read["date"].to_list() == [dt.date(2024, 1, 2), dt.date(2024, 1, 3), dt.date(2024, 1, 2)]
    assert set(read["series"]) == {AS_TRADED.id}


@pytest.mark.parametrize("name", ["out.csv", "out.parquet"])
def test_an_export_can_be_imported_again(root, tmp_path, name):
    export_bars(root, tmp_path / name, ALL)
    report = import_path(tmp_path / "other", tmp_path / name, ImportOptions("none", provider="test", feed="sip"))
    assert report.stored.new == 3
    assert store.read_bars(tmp_path / "other", AS_TRADED).equals(store.read_bars(root, AS_TRADED))


def test_minutes_are_exported_as_instants(tmp_path):
    series = replace(AS_TRADED, timeframe="1m")
    store.append_bars(tmp_path, [(series, minutes("AAA", dt.datetime(2024, 1, 2, 14, 30, tzinfo=dt.UTC), [1.0]))])
    export_bars(tmp_path, tmp_path / "out.csv", ExportQuestion("1m"))
    assert pl.read_csv(tmp_path / "out.csv")["time"].to_list() == ["2024-01-02T14:30:00Z"]


def test_symbols_and_sessions_narrow_an_export(root, tmp_path):
    day = dt.date(2024, 1, 2)
    report = export_bars(root, tmp_path / "out.csv", replace(ALL, symbols=["AAA"], sessions=(day, day)))
    assert pl.read_csv(report.path).select("symbol", "close").rows() == [("AAA", 10.0)]


def test_prices_are_as_stored_unless_a_date_is_asked(root, tmp_path):
    store.append_actions(root, pl.DataFrame(SPLIT))
    for as_of, closes in ((None, [10.0, 6.0, 20.0]), (dt.date(2024, 1, 3), [5.0, 6.0, 20.0])):
        export_bars(root, tmp_path / "out.parquet", replace(ALL, as_of=as_of))
        assert pl.read_parquet(tmp_path / "out.parquet")["close"].to_list() == closes


def test_labels_travel_on_every_row(tmp_path):
    series = Series("sim", "sim", "split", simulated=True, adjusted_as_of=dt.date(2024, 1, 2))
    store.append_bars(tmp_path, [(series, daily("AAA", [1.0]))])
    export_bars(tmp_path, tmp_path / "out.csv", ALL)
    assert pl.read_csv(tmp_path / "out.csv")["labels"].to_list() == ["simulated; price_basis: adjusted"]


def test_an_unknown_symbol_is_an_error_that_names_the_nearest(root, tmp_path):
    with pytest.raises(UnknownName, match="symbol 'AAAA'") as raised:
        export_bars(root, tmp_path / "out.csv", replace(ALL, symbols=["AAAA"]))
    assert "AAA" in raised.value.hint
    assert not list(tmp_path.glob("*out*"))


def test_an_unknown_symbol_among_known_ones_is_an_error_too(root, tmp_path):
    with pytest.raises(UnknownName, match="symbol 'ZZZ'"):
        export_bars(root, tmp_path / "out.csv", replace(ALL, symbols=["AAA", "ZZZ"]))


def test_sessions_without_bars_are_no_data(root, tmp_path):
    with pytest.raises(NoData, match="from 2030-01-01"):
        export_bars(root, tmp_path / "out.csv", replace(ALL, sessions=(dt.date(2030, 1, 1), None)))


def test_targets_that_can_not_be_are_refused(root, tmp_path):
    with pytest.raises(BadInput, match=r"neither in \.csv nor in \.parquet"):
        export_bars(root, tmp_path / "out.doc", ALL)
    with pytest.raises(BadInput, match="no folder"):
        export_bars(root, tmp_path / "nowhere" / "out.csv", ALL)


ADJUSTED = replace(AS_TRADED, adjustment="split", adjusted_as_of=dt.date(2024, 1, 10))
SECOND_FEED = ImportOptions(provider="test", feed="sip")


def with_splits(root, *, series, closes=(10.0, 6.0)):
    """Store bars of 2024-01-02 and -03, and a 2-for-1 split on the 3rd and another on the 8th, after all bars."""
    later = {**SPLIT, "ex_date": [dt.date(2024, 1, 8)]}
    store.append_actions(root, pl.concat([pl.DataFrame(SPLIT), pl.DataFrame(later)]))
    if series is not None:
        store.append_bars(root, [(series, daily("AAA", list(closes)))])
    return root


def closes_as_of(root, day):
    return open_panel(root, PanelQuestion(as_of=day)).columns["close"].tolist()


@pytest.mark.parametrize("name", ["out.csv", "out.parquet"])
@pytest.mark.parametrize("adjust", [None, dt.date(2024, 1, 3), dt.date(2024, 1, 12)])
@pytest.mark.parametrize("series", [AS_TRADED, ADJUSTED, replace(ADJUSTED, adjusted_as_of=dt.date(2024, 1, 4))])
def test_what_comes_back_means_the_same_on_every_date_that_its_splits_leave_open(tmp_path, name, adjust, series):
    root, other = with_splits(tmp_path / "store", series=series), with_splits(tmp_path / "other", series=None)
    export_bars(root, tmp_path / name, replace(ALL, as_of=adjust))
    import_path(other, tmp_path / name, SECOND_FEED)
    for day in (dt.date(2024, 1, 12), dt.date(2024, 1, 9)):
        assert closes_as_of(other, day) == closes_as_of(root, day)
    if adjust is None:
        assert closes_as_of(other, None) == closes_as_of(root, None)


def test_an_adjusted_export_says_that_it_is_and_as_of_when(tmp_path):
    root = with_splits(tmp_path / "store", series=AS_TRADED)
    report = export_bars(root, tmp_path / "out.csv", replace(ALL, as_of=dt.date(2024, 1, 8)))
    said = pl.read_csv(tmp_path / "out.csv").select("close", *SAID).rows()
    assert said == [
        (close, "us:test:sip:split:consolidated", "split", "2024-01-08", "price_basis: adjusted")
        for close in (2.5, 3.0)
    ]
    assert report.series == replace(AS_TRADED, adjustment="split", adjusted_as_of=dt.date(2024, 1, 8))


def test_splits_already_in_the_prices_stay_in_an_export_as_of_an_earlier_date(tmp_path):
    root = with_splits(tmp_path / "store", series=ADJUSTED)
    export_bars(root, tmp_path / "out.parquet", replace(ALL, as_of=dt.date(2024, 1, 3)))
    assert pl.read_parquet(tmp_path / "out.parquet").select("close", "adjusted_as_of").rows() == [
        (10.0, dt.date(2024, 1, 10)),
        (6.0, dt.date(2024, 1, 10)),
    ]


def test_coins_do_not_split_and_stay_as_traded(tmp_path):
    coins = replace(AS_TRADED, market="crypto")
    store.append_bars(tmp_path, [(coins, daily("BTC/USDT", [1.0]))])
    export_bars(tmp_path, tmp_path / "out.parquet", replace(ALL, market="crypto", as_of=dt.date(2024, 1, 3)))
    assert pl.read_parquet(tmp_path / "out.parquet").select(SAID).rows() == [(coins.id, "none", None, "")]


def test_rows_keep_each_their_own_date(tmp_path):
    earlier = replace(ADJUSTED, adjusted_as_of=dt.date(2024, 1, 5))
    store.append_bars(tmp_path, [(ADJUSTED, daily("AAA", [1.0])), (earlier, daily("BBB", [2.0]))])
    export_bars(tmp_path, tmp_path / "out.csv", ALL)
    import_path(tmp_path / "other", tmp_path / "out.csv", SECOND_FEED)
    assert store.read_bars(tmp_path / "other", ADJUSTED).equals(store.read_bars(tmp_path, ADJUSTED))


@pytest.mark.parametrize(
    ("series", "options", "both"),
    [
        (AS_TRADED, ImportOptions("split"), r"adjustment none, --adjustment says split"),
        (ADJUSTED, ImportOptions("none"), r"adjustment split, --adjustment says none"),
        (ADJUSTED, ImportOptions("split", adjusted_as_of=dt.date(2024, 1, 9)), r"as of 2024-01-10, .* says 2024-01-09"),
    ],
)
def test_an_import_that_contradicts_the_file_is_refused_and_names_both(tmp_path, series, options, both):
    export_bars(with_splits(tmp_path / "store", series=series), tmp_path / "out.csv", ALL)
    with pytest.raises(BadInput, match=both):
        import_path(tmp_path / "other", tmp_path / "out.csv", options)
    assert not (tmp_path / "other").exists()


@pytest.mark.parametrize(
    ("columns", "said", "options", "message"),
    [
        ("adjustment", ["some"], ImportOptions("none"), "unknown adjustment 'some'"),
        ("adjustment", ["none", "split"], ImportOptions(), "none and split"),
        ("adjustment", ["none", ""], ImportOptions(), "how are these prices adjusted"),
        ("adjusted_as_of", ["2024-01-05"], ImportOptions("none"), "adjusted as of 2024-01-05, --adjustment none"),
        ("adjusted_as_of", ["soon"], ImportOptions("split"), "'soon', which is no date"),
    ],
)
def test_what_a_file_says_of_its_prices_must_make_sense(tmp_path, write, columns, said, options, message):
    rows = "".join(f"AAA,2024-01-0{2 + i},1,1,1,1,1,{word}\n" for i, word in enumerate(said))
    file = write("bars.csv", f"symbol,date,open,high,low,close,volume,{columns}\n{rows}")
    with pytest.raises(BadInput, match=message):
        import_path(tmp_path / "other", file, options)
