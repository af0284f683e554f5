"""Panels: built once per question and data version, adjusted as of a date, opened without what built them."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from tapehawk.core.bars import Series
from tapehawk.core.errors import BadInput, NoData, UnknownName
from tapehawk.data import panels, store
from tapehawk.data.panels import PanelQuestion, find_panel, open_panel, panel_series
from tapehawk.data.versions import data_version
from tests.data.bar_frames import AS_TRADED, FIRST, daily, minutes

SIP = AS_TRADED
DAILY = PanelQuestion()


def split(symbol, ex_date, to, since=1.0, *, confirmed=None):
    return {
        "symbol": symbol,
        "ex_date": ex_date,
        "type": "split",
        "split_to": to,
        "split_from": since,
        "confirmed": confirmed,
    }


def fill(root, *symbols, series=SIP, actions=()):
    store.append_bars(root, [(series, pl.concat(symbols))])
    if actions:
        store.append_actions(root, pl.DataFrame(list(actions), infer_schema_length=None))


def column(panel, name="close"):
    return [panel.columns[name][a:b].tolist() for a, b in zip(panel.starts[:-1], panel.starts[1:], strict=True)]


def folders(root):
    return sorted(path.name for path in (root / "panels").glob("*/*"))


def test_a_panel_has_the_bars_of_the_store(tmp_path):
    fill(tmp_path, daily("BBB", [20.0, 21.0]), daily("AAA", [10.0, 11.0, 12.0]))
    panel = open_panel(tmp_path, DAILY)
    assert panel.symbols == ("AAA", "BBB")
    assert column(panel) == [[10.0, 11.0, 12.0], [20.0, 21.0]]
    assert panel.columns["session"][0] == (FIRST - dt.date(1970, 1, 1)).days
    assert set(panel.columns["minute"]) == {0.0}
    assert panel.time[0] == dt.datetime(2024, 1, 2, tzinfo=dt.UTC).timestamp() * 1_000_000
    assert (panel.timeframe, panel.hours, panel.calendar, panel.labels) == ("1d", "regular", "us", ())
    assert panel.data_version == data_version(tmp_path, "1d")
    assert "raw.close" not in panel.columns


def test_a_panel_is_built_once_and_then_opened(tmp_path):
    fill(tmp_path, daily("AAA", [10.0]))
    built = []
    for _ in range(2):
        open_panel(tmp_path, DAILY, on_build=lambda: built.append(1))
    assert built == [1]


def test_a_panel_can_not_be_written_to(tmp_path):
    fill(tmp_path, daily("AAA", [10.0]))
    with pytest.raises(ValueError, match="read-only"):
        open_panel(tmp_path, DAILY).columns["close"][0] = 1.0


def test_a_new_data_version_makes_a_new_panel_and_removes_the_old_one(tmp_path):
    fill(tmp_path, daily("AAA", [10.0]))
    old = open_panel(tmp_path, DAILY)
    fill(tmp_path, daily("AAA", [10.5]))
    assert find_panel(tmp_path, DAILY) is None
    assert column(open_panel(tmp_path, DAILY)) == [[10.5]]
    assert folders(tmp_path) == ["bars_1d@2"]
    assert column(old) == [[10.0]]  # still mapped


def test_a_panel_of_an_older_version_is_built_beside_the_newest(tmp_path):
    fill(tmp_path, daily("AAA", [10.0]))
    before = data_version(tmp_path, "1d")
    fill(tmp_path, daily("AAA", [10.5]))
    open_panel(tmp_path, DAILY)
    then = open_panel(tmp_path, replace(DAILY, version=before))
    assert (column(then), then.data_version) == ([[10.0]], before)
    assert folders(tmp_path) == ["bars_1d@1", "bars_1d@2"]


def test_prices_before_a_split_are_divided_and_volumes_multiplied(tmp_path):
    fill(
        tmp_path,
        daily("AAA", [400.0, 404.0, 102.0]),
        daily("BBB", [7.0]),
        actions=[split("AAA", dt.date(2024, 1, 4), 4.0)],
    )
    panel = open_panel(tmp_path, DAILY)
    assert column(panel) == [[100.0, 101.0, 102.0], [7.0]]
    assert column(panel, "volume") == [[4000.0, 4000.0, 1000.0], [1000.0]]
    assert column(panel, "raw.close") == [[400.0, 404.0, 102.0], [7.0]]
    assert column(panel, "raw.volume") == [[1000.0, 1000.0, 1000.0], [1000.0]]


def test_a_reverse_split_multiplies_prices_and_several_splits_combine(tmp_path):
    actions = [split("AAA", dt.date(2024, 1, 3), 1.0, 10.0), split("AAA", dt.date(2024, 1, 4), 2.0)]
    fill(tmp_path, daily("AAA", [1.0, 12.0, 6.0]), actions=actions)
    assert column(open_panel(tmp_path, DAILY)) == [[5.0, 6.0, 6.0]]


def test_splits_are_applied_up_to_the_asked_date_only(tmp_path):
    fill(tmp_path, daily("AAA", [400.0, 404.0, 102.0]), actions=[split("AAA", dt.date(2024, 1, 4), 4.0)])
    panel = open_panel(tmp_path, replace(DAILY, as_of=dt.date(2024, 1, 3)))
    assert column(panel) == [[400.0, 404.0, 102.0]]
    assert "raw.close" not in panel.columns


def test_a_split_after_the_last_bar_is_not_applied_unless_asked_for(tmp_path):
    fill(tmp_path, daily("AAA", [400.0]), actions=[split("AAA", dt.date(2024, 6, 1), 4.0)])
    assert column(open_panel(tmp_path, DAILY)) == [[400.0]]
    assert column(open_panel(tmp_path, replace(DAILY, as_of=dt.date(2024, 6, 1)))) == [[100.0]]


def test_a_contradicted_split_is_not_applied(tmp_path):
    fill(tmp_path, daily("AAA", [8.0, 8.0]), actions=[split("AAA", dt.date(2024, 1, 3), 4.0, confirmed=False)])
    assert column(open_panel(tmp_path, DAILY)) == [[8.0, 8.0]]


def test_dividends_leave_prices_alone(tmp_path):
    paid = {"symbol": "AAA", "ex_date": dt.date(2024, 1, 3), "type": "dividend", "cash_amount": 1.0}
    fill(tmp_path, daily("AAA", [8.0, 7.0]), actions=[paid])
    assert column(open_panel(tmp_path, DAILY)) == [[8.0, 7.0]]


def test_a_series_that_came_adjusted_is_never_adjusted_twice(tmp_path):
    adjusted = Series("test", "sip", "split", adjusted_as_of=dt.date(2024, 1, 4))
    actions = [split("AAA", dt.date(2024, 1, 3), 4.0), split("AAA", dt.date(2024, 1, 4), 2.0)]
    fill(tmp_path, daily("AAA", [10.0, 11.0, 12.0]), series=adjusted, actions=actions)
    panel = open_panel(tmp_path, DAILY)
    assert column(panel) == [[10.0, 11.0, 12.0]]
    assert panel.labels == ("price_basis: adjusted",)


def test_a_series_that_came_adjusted_takes_the_splits_after_its_date(tmp_path):
    adjusted = Series("test", "sip", "split", adjusted_as_of=dt.date(2024, 1, 3))
    fill(tmp_path, daily("AAA", [10.0, 11.0]), series=adjusted)
    later = replace(adjusted, adjusted_as_of=dt.date(2024, 1, 5))
    new = daily("AAA", [6.0, 6.5], first=dt.date(2024, 1, 4))
    fill(tmp_path, new, series=later, actions=[split("AAA", dt.date(2024, 1, 5), 2.0)])
    panel = open_panel(tmp_path, DAILY)
    assert column(panel) == [[5.0, 5.5, 6.0, 6.5]]
    assert not any(name.startswith("raw.") for name in panel.columns)


def test_simulated_bars_stay_labelled(tmp_path):
    fill(tmp_path, daily("AAA", [10.0]), series=Series("sim", "sim", simulated=True))
    assert open_panel(tmp_path, DAILY).labels == ("simulated",)
    assert panel_series(tmp_path, DAILY) == Series("sim", "sim", simulated=True)


def test_the_asked_series_answers_and_is_remembered(tmp_path):
    iex = Series("test", "iex", "split", "iex", adjusted_as_of=dt.date(2024, 1, 2))
    store.append_bars(tmp_path, [(SIP, daily("AAA", [10.0])), (iex, daily("AAA", [9.0]))])
    question = replace(DAILY, prefer=iex.id)
    assert column(open_panel(tmp_path, question)) == [[9.0]]
    assert panel_series(tmp_path, question) == iex
    assert column(open_panel(tmp_path, DAILY)) == [[10.0]]


# ------------------------------------------------------------------------------------------ hours

OPEN = dt.datetime(2024, 7, 3, 13, 30, tzinfo=dt.UTC)  # an early close: 13:00 in New York


def test_regular_hours_leave_out_what_is_outside_them(tmp_path):
    closes = [float(i) for i in range(1, 11)]
    bars = minutes("AAA", OPEN - dt.timedelta(minutes=30), closes, step=30)
    fill(tmp_path, bars, series=replace(SIP, timeframe="30m"))
    regular = open_panel(tmp_path, PanelQuestion("30m"))
    assert column(regular) == [closes[1:8]]
    assert regular.columns["minute"].tolist() == [0, 30, 60, 90, 120, 150, 180]
    extended = open_panel(tmp_path, PanelQuestion("30m", hours="extended"))
    assert column(extended) == [closes]
    assert extended.columns["minute"][0] == 300
    assert set(extended.columns["session"]) == {(OPEN.date() - dt.date(1970, 1, 1)).days}


def test_symbols_without_bars_in_the_hours_are_not_in_the_panel(tmp_path):
    series = replace(SIP, timeframe="5m")
    fill(tmp_path, minutes("AAA", OPEN, [1.0]), minutes("BBB", OPEN - dt.timedelta(hours=2), [2.0]), series=series)
    assert open_panel(tmp_path, PanelQuestion("5m")).symbols == ("AAA",)


def test_no_bar_within_the_hours_is_no_data(tmp_path):
    fill(tmp_path, minutes("AAA", OPEN - dt.timedelta(hours=2), [2.0]), series=replace(SIP, timeframe="5m"))
    with pytest.raises(NoData, match="regular hours"):
        open_panel(tmp_path, PanelQuestion("5m"))


def test_a_split_moves_the_minutes_before_its_date_only(tmp_path):
    series = replace(SIP, timeframe="5m")
    eve = minutes("AAA", OPEN, [100.0])
    day = minutes("AAA", OPEN + dt.timedelta(days=2), [10.0])
    fill(tmp_path, pl.concat([eve, day]), series=series, actions=[split("AAA", dt.date(2024, 7, 5), 10.0)])
    assert column(open_panel(tmp_path, PanelQuestion("5m"))) == [[10.0, 10.0]]


def test_crypto_sessions_are_utc_dates_and_never_close(tmp_path):
    series = replace(SIP, timeframe="1h", market="crypto")
    fill(
        tmp_path,
        minutes("BTC/USDT", dt.datetime(2024, 1, 6, 22, tzinfo=dt.UTC), [1.0, 2.0, 3.0], step=60),
        series=series,
    )
    panel = open_panel(tmp_path, PanelQuestion("1h", "crypto"))
    assert panel.columns["minute"].tolist() == [22 * 60, 23 * 60, 0]
    assert np.diff(panel.columns["session"]).tolist() == [0, 1]
    assert panel.calendar == "crypto"


def test_daily_bars_know_one_kind_of_hours(tmp_path):
    fill(tmp_path, daily("AAA", [10.0]))
    open_panel(tmp_path, DAILY)
    assert open_panel(tmp_path, replace(DAILY, hours="extended")).hours == "extended"
    assert len(list((tmp_path / "panels").iterdir())) == 1


# --------------------------------------------------------------------------- processes and leftovers


def test_a_built_panel_opens_without_polars_or_deltalake(tmp_path):
    fill(tmp_path, daily("AAA", [10.0]))
    open_panel(tmp_path, DAILY)
    program = (
        "import sys; from pathlib import Path; from tapehawk.data.panels import PanelQuestion, open_panel;"
        "assert open_panel(Path(sys.argv[1]), PanelQuestion()).n_bars == 1;"
        "assert not {'polars', 'deltalake', 'pyarrow', 'duckdb', 'numba'} & set(sys.modules), sorted(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=True)


def test_a_builder_that_died_leaves_nothing_behind(tmp_path):
    fill(tmp_path, daily("AAA", [10.0]))
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    left = tmp_path / "panels" / f".building-{dead.pid}-1d"
    left.mkdir(parents=True)
    open_panel(tmp_path, DAILY)
    assert not left.exists()


@pytest.mark.parametrize("content", ["", '{"format": 0}'])
def test_a_panel_of_another_layout_or_a_broken_one_is_built_anew(tmp_path, content):
    fill(tmp_path, daily("AAA", [10.0]))
    open_panel(tmp_path, DAILY)
    next((tmp_path / "panels").glob("*/*/meta.json")).write_text(content)
    assert column(open_panel(tmp_path, DAILY)) == [[10.0]]


def test_another_process_that_was_quicker_is_no_trouble(tmp_path, monkeypatch):
    fill(tmp_path, daily("AAA", [10.0]))
    first = open_panel(tmp_path, DAILY)
    monkeypatch.setattr(panels, "find_panel", lambda *_: None)  # as if the other had finished just now
    assert column(open_panel(tmp_path, DAILY)) == column(first)
    assert not list((tmp_path / "panels").glob(".building-*"))


def test_questions_that_make_no_sense_are_refused(tmp_path):
    with pytest.raises(UnknownName):
        PanelQuestion("2h")
    with pytest.raises(UnknownName):
        PanelQuestion(hours="night")
    with pytest.raises(UnknownName):
        PanelQuestion(market="mars")
    with pytest.raises(NoData):
        find_panel(tmp_path, DAILY)
    fill(tmp_path, daily("AAA", [10.0]))
    with pytest.raises(NoData, match="no panel is built"):
        panel_series(tmp_path, DAILY)
    with pytest.raises(BadInput, match="not a data version"):
        open_panel(tmp_path, PanelQuestion(version="../../etc"))
