"""A panel as it was adjusted on an earlier day is the one that would have been built then, to the last bit."""

from __future__ import annotations

import numpy as np
import polars as pl

from tapehawk.core.sessions import day_number
from tapehawk.data import store
from tapehawk.data.as_known import as_known
from tapehawk.data.panels import PanelQuestion, open_panel
from tests.scan.live_market import DAY, NEXT, SPLIT, filled, symbols


def later_splits() -> pl.DataFrame:
    named = {"ex_date": NEXT, "type": "split", "split_to": 7.0, "split_from": 3.0}
    return pl.DataFrame([{"symbol": symbol, **named} for symbol in symbols()])


def up_to(panel, day) -> dict[str, np.ndarray]:
    before = panel.columns["session"] <= day_number(day)
    return {name: np.asarray(column)[before] for name, column in panel.columns.items() if not name.startswith("raw.")}


def test_without_later_splits_a_panel_is_the_one_built_on_that_day(tmp_path):
    root = filled(tmp_path / "store", until=NEXT)  # which has a split of one symbol before the day
    store.append_actions(root, later_splits())
    newest = open_panel(root, PanelQuestion("1m"))
    expected = up_to(open_panel(root, PanelQuestion("1m", as_of=DAY)), DAY)
    found = up_to(as_known(newest, store.read_actions(root), DAY), DAY)
    assert all(np.array_equal(found[name], column) for name, column in expected.items())
    assert not np.array_equal(up_to(newest, DAY)["close"], expected["close"])
    of_split = newest.symbols.index(SPLIT)
    first = newest.starts[of_split]
    assert expected["close"][first] != newest.columns["raw.close"][first], "the earlier split is put on"


def test_before_any_split_prices_are_those_traded(tmp_path):
    root = filled(tmp_path / "store", until=DAY)
    panel = open_panel(root, PanelQuestion("1m"))
    none = as_known(panel, store.read_actions(root).clear(), DAY)
    assert np.array_equal(none.columns["close"], panel.columns["raw.close"])
    assert np.array_equal(none.columns["volume"], panel.columns["raw.volume"])


def test_a_panel_that_no_split_changes_stays_as_it_is(tmp_path):
    root = filled(tmp_path / "store", until=DAY)
    panel = open_panel(root, PanelQuestion("1m"))
    bare = {name: column for name, column in panel.columns.items() if not name.startswith("raw.")}
    as_it_is = panel.__class__(panel.symbols, panel.starts, panel.time, bare, timeframe="1m")
    assert as_known(as_it_is, later_splits(), DAY) is as_it_is
