"""What `scanner data status` is told."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import polars as pl
import pytest

from tapehawk.core.bars import Series
from tapehawk.core.errors import NoData
from tapehawk.data import store
from tapehawk.data.panels import PanelQuestion, open_panel
from tapehawk.data.status import data_status
from tests.data.bar_frames import AS_TRADED, daily, minutes

SIMULATED = Series("sim", "sim", timeframe="1m", simulated=True)


def test_every_series_on_every_timeframe_is_described(tmp_path):
    open_at = dt.datetime(2024, 1, 2, 14, 30, tzinfo=dt.UTC)
    store.append_bars(tmp_path, [(AS_TRADED, pl.concat([daily("AAA", [1.0, 2.0]), daily("BBB", [3.0])]))])
    store.append_bars(tmp_path, [(SIMULATED, minutes("AAA", open_at, [1.0]))])
    open_panel(tmp_path, PanelQuestion())
    status = data_status(tmp_path)
    minute, day = status.series
    assert (day.series, day.symbols, day.rows, day.data_version, day.labels) == (AS_TRADED, 2, 3, "bars_1d@1", ())
    assert (day.first.date(), day.last.date()) == (dt.date(2024, 1, 2), dt.date(2024, 1, 3))
    assert (minute.series, minute.rows, minute.labels) == (SIMULATED, 1, ("simulated",))
    assert day.bytes > 0
    assert status.panel_bytes > 0


def test_a_corrected_bar_counts_once(tmp_path):
    for close in (1.0, 2.0):
        store.append_bars(tmp_path, [(AS_TRADED, daily("AAA", [close]))])
    assert data_status(tmp_path).series[0].rows == 1


def test_listings_are_counted(tmp_path):
    actions = {"symbol": ["AAA", "AAA"], "ex_date": [dt.date(2024, 1, 3)] * 2, "type": ["split", "dividend"]}
    store.append_actions(tmp_path, pl.DataFrame(actions))
    store.append_symbols(tmp_path, pl.DataFrame({"symbol": ["AAA", "OLD"]}))
    status = data_status(tmp_path)
    assert (status.series, status.symbols, status.splits, status.dividends) == ((), 2, 1, 1)


def test_two_series_of_one_timeframe_stand_apart(tmp_path):
    iex = replace(AS_TRADED, feed="iex", volume_scope="iex")
    store.append_bars(tmp_path, [(AS_TRADED, daily("AAA", [1.0])), (iex, daily("AAA", [1.0]))])
    assert [(one.series.feed, one.labels) for one in data_status(tmp_path).series] == [
        ("iex", ("volume_scope: iex",)),
        ("sip", ()),
    ]


def test_an_empty_store_says_how_to_fill_it(tmp_path):
    with pytest.raises(NoData, match="nothing is stored") as raised:
        data_status(tmp_path)
    assert "scanner import" in raised.value.hint
