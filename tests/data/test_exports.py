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
from tests.data.bar_frames import AS_TRADED, daily, minutes

ALL = ExportQuestion()
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
    assert read.columns == ["symbol", "date", "open", "high", "low", "close", "volume", "series", "labels"]
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
