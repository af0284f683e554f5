"""Folders of CSV and Parquet files, kept up with."""

from __future__ import annotations

import asyncio
import datetime as dt
import os
from dataclasses import replace

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from tapehawk.core.errors import BadInput, NoData
from tapehawk.data import store
from tapehawk.data.exports import ExportQuestion, export_bars
from tapehawk.data.panels import PanelQuestion, open_panel
from tapehawk.data.providers.door import Wanted
from tapehawk.data.providers.folder.adapter import FolderProvider
from tapehawk.data.providers.folder.config import FolderConfig
from tests.data.syncs import FIRST, LAST, MARKET, assert_stored, clock_at, synced
from tests.fakes.truth import simulated

TRUTH = simulated()
NAMES = tuple(TRUTH.daily["symbol"].unique().sort())


@pytest.fixture
def root(tmp_path):
    return tmp_path / "store"


@pytest.fixture
def files(tmp_path):
    """Return a folder with one file a symbol, CSV and Parquet in turn."""
    path = tmp_path / "bars"
    path.mkdir()
    for number, name in enumerate(NAMES):
        mine = TRUTH.daily.filter(pl.col("symbol") == name).with_columns(pl.col("time").dt.date())
        (mine.write_csv if number % 2 else mine.write_parquet)(path / f"{name}.{'csv' if number % 2 else 'parquet'}")
    return path


def provider(path, **told):
    config = FolderConfig(path=str(path), **{"adjustment": "none", **told})
    return FolderProvider(config, clock=clock_at().clock)


def test_every_file_is_a_step_and_all_bars_come(root, files):
    done = synced(root, provider(files))
    assert done.steps == len(NAMES)
    assert_stored(root, TRUTH.daily, provider="folder")


def test_only_files_that_changed_are_read_again(root, files):
    synced(root, provider(files))
    name = NAMES[0]
    more = TRUTH.daily.filter(pl.col("symbol") == name).with_columns(pl.col("time").dt.date(), volume=pl.lit(5.0))
    more.write_parquet(files / f"{name}.parquet")
    os.utime(files / f"{name}.parquet", ns=(1, 1))
    done = synced(root, provider(files))
    assert (done.steps, done.before, done.bars.revised) == (1, len(NAMES) - 1, 20)


def test_only_the_wanted_symbols_and_sessions_are_kept(root, files):
    wanted = Wanted("1d", NAMES[:2], FIRST, FIRST)
    synced(root, provider(files), wanted)
    assert store.read_bars(root, store.preferred_series(root, "1d")).height == 2


def test_prices_adjusted_for_splits_remember_the_date_they_were_adjusted_as_of(root, files):
    synced(root, provider(files, adjustment="split", feed="mine"))
    (only,) = store.stored_series(root, "1d")
    assert only.series.id == "us:folder:mine:split:consolidated"
    assert only.series.adjusted_as_of == LAST


def test_rows_that_are_no_bars_are_refused_and_the_others_stored(root, files):
    with (files / f"{NAMES[1]}.csv").open("a") as csv:
        csv.write(f"{NAMES[1]},not a date,1,1,1,1,1\n")
    done = synced(root, provider(files))
    assert done.rejected == {"unreadable time": 1}
    assert_stored(root, TRUTH.daily, provider="folder")


def test_another_timeframe_in_the_files_is_bad_input(root, files):
    with pytest.raises(BadInput, match="holds 1d bars, not 5m"):
        synced(root, provider(files), replace(MARKET, timeframe="5m"))


def test_minutes_in_which_few_trade_are_minutes(tmp_path):
    day = dt.datetime(2026, 11, 20, 14, 30, tzinfo=dt.UTC)
    times = [day + dt.timedelta(minutes=at) for at in (0, 2, 4, 6, 7, 12)]
    one = TRUTH.minutes.head(1).drop("time").join(pl.DataFrame({"time": times}), how="cross")
    one.write_csv(tmp_path / "few.csv")
    told = provider(tmp_path)
    (step,) = told.plan(Wanted("1m", None, LAST, LAST)).steps
    assert asyncio.run(told.fetch(step)).bars["time"].to_list() == times


def test_regular_hours_are_another_wish_than_all_hours(tmp_path):
    TRUTH.minutes.write_parquet(tmp_path / "minutes.parquet")
    told = provider(tmp_path)
    (whole,) = told.plan(Wanted("1m", None, LAST, LAST)).steps
    (regular,) = told.plan(Wanted("1m", None, LAST, LAST, hours="regular")).steps
    assert whole.id != regular.id
    every, some = (asyncio.run(told.fetch(step)).bars for step in (whole, regular))
    opens = dt.datetime(2026, 11, 20, 14, 30, tzinfo=dt.UTC)
    in_hours = pl.col("time").is_between(opens, opens + dt.timedelta(hours=6, minutes=29))
    assert_frame_equal(some, every.filter(in_hours))


def test_a_folder_that_is_behind_is_told(root, files):
    for file in files.iterdir():
        file.unlink()
    TRUTH.daily.filter(pl.col("time").dt.date() < pl.date(2026, 11, 10)).with_columns(
        pl.col("time").dt.date()
    ).write_parquet(files / "old.parquet")
    with pytest.raises(NoData, match="9 sessions: 2026-11-10"):
        synced(root, provider(files))


def test_which_folder_and_which_adjustment_must_be_told(root, files, tmp_path):
    for told in (provider(""), provider(files, adjustment=""), provider(tmp_path / "nowhere")):
        with pytest.raises(BadInput) as caught:
            synced(root, told)
        assert "providers.folder" in caught.value.hint
    assert not (root / "bars_1d").exists()


def test_files_are_read_again_when_the_settings_say_something_else_of_them(root, files):
    synced(root, provider(files))
    done = synced(root, provider(files, adjustment="split"))
    assert (done.steps, done.before) == (len(NAMES), 0)
    assert {one.series.adjustment for one in store.stored_series(root, "1d")} == {"none", "split"}


# ---------------------------------------------------------------------------------- what files say of themselves

SAID = TRUTH.daily.with_columns(pl.col("time").dt.date(), adjustment=pl.lit("split"), adjusted_as_of=pl.lit(LAST))
ACTIONS = TRUTH.actions.filter(pl.col("ex_date").is_between(FIRST, LAST))
SPLIT = ACTIONS.to_dicts()[0]
HALF = SAID.filter(pl.col("symbol").is_in(NAMES[:2]))
OTHERS = SAID.filter(~pl.col("symbol").is_in(NAMES[:2]))


@pytest.fixture
def said(tmp_path):
    """Return a function that writes frames into a folder, one file each, in turn CSV and Parquet."""

    def write(*frames):
        path = tmp_path / "said"
        path.mkdir()
        for number, one in enumerate(frames):
            name = path / f"bars{number}.{'parquet' if number % 2 else 'csv'}"
            (one.write_parquet if number % 2 else one.write_csv)(name)
        return path

    return write


def dates_of(root):
    """Return the dates that the stored bars of the only series were adjusted as of, by symbol."""
    (only,) = store.stored_series(root, "1d")
    bars = store.read_bars(root, only.series)
    return dict(bars.group_by("symbol").agg(pl.col("adjusted_as_of").unique().sort()).iter_rows())


@pytest.mark.parametrize("told", ["", "split"])
def test_a_file_that_says_how_it_is_adjusted_is_believed(root, said, told):
    synced(root, provider(said(HALF, OTHERS), adjustment=told))
    (only,) = store.stored_series(root, "1d")
    assert only.series.adjustment == "split"
    assert dates_of(root) == {name: [LAST] for name in NAMES}
    assert_stored(root, TRUTH.daily, provider="folder")


def test_each_row_keeps_the_date_it_was_adjusted_as_of(root, said):
    earlier, cut = dt.date(2026, 11, 3), dt.date(2026, 11, 10)
    parts = HALF.with_columns(
        adjusted_as_of=pl.when(pl.col("time") < cut).then(pl.lit(earlier)).otherwise("adjusted_as_of")
    )
    silent = OTHERS.drop("adjusted_as_of")
    synced(root, provider(said(parts, silent), adjustment=""))
    expected = {name: [LAST] for name in NAMES} | {key: [earlier, LAST] for key in NAMES[:2]}
    assert dates_of(root) == expected


@pytest.mark.parametrize("told", ["", "split"])
def test_a_split_that_is_in_the_prices_is_not_applied_to_them_again(root, said, told):
    store.append_actions(root, ACTIONS)
    early = (pl.col("symbol") == SPLIT["symbol"]) & (pl.col("time") < SPLIT["ex_date"])
    ratio = pl.when(early).then(SPLIT["split_from"] / SPLIT["split_to"]).otherwise(1.0)
    adjusted = SAID.with_columns(pl.col("open", "high", "low", "close") * ratio)
    synced(root, provider(said(adjusted), adjustment=told))
    panel = open_panel(root, PanelQuestion())
    assert panel.columns["close"].tolist() == adjusted.sort("symbol", "time")["close"].to_list()


def test_as_traded_prices_of_a_file_that_says_so_are_adjusted(root, said):
    store.append_actions(root, ACTIONS)
    synced(root, provider(said(SAID.with_columns(adjustment=pl.lit("none")).drop("adjusted_as_of")), adjustment=""))
    panel = open_panel(root, PanelQuestion())
    first = int(panel.starts[panel.symbols.index(SPLIT["symbol"])])
    assert panel.columns["close"][first] / panel.columns["raw.close"][first] == SPLIT["split_from"] / SPLIT["split_to"]


@pytest.mark.parametrize(
    ("told", "frames", "message"),
    [
        ("none", (HALF,), "bars0.csv says its prices have the adjustment split, the setting providers.folder.adjustm"),
        ("none", (HALF.drop("adjustment"),), "adjusted as of 2026-11-20, the setting providers.folder.adjustment none"),
        ("all", (HALF,), "bars0.csv says its prices have the adjustment split, .* says all"),
        ("", (HALF.drop("adjustment"),), "how are these prices adjusted\\? It can't be told from the file bars0.csv"),
        ("", (HALF.with_columns(adjustment=pl.lit("some")),), "unknown adjustment 'some'"),
        (
            "",
            (HALF, OTHERS.with_columns(adjustment=pl.lit("all"))),
            "bars0.csv says its prices have the adjustment split, bars1.parquet says all",
        ),
    ],
)
def test_files_that_contradict_the_settings_or_each_other_are_refused(root, said, told, frames, message):
    with pytest.raises(BadInput, match=message):
        synced(root, provider(said(*frames), adjustment=told))
    if (root / "bars_1d").exists():
        assert len(store.stored_series(root, "1d")) == 1


def test_an_export_that_is_synced_means_what_it_meant(root, tmp_path, files):
    other, out = tmp_path / "other", tmp_path / "out"
    for place in (root, other):
        store.append_actions(place, ACTIONS)
    synced(root, provider(files))
    out.mkdir()
    export_bars(root, out / "bars.csv", ExportQuestion(as_of=LAST))
    synced(other, provider(out, adjustment=""))
    assert store.preferred_series(other, "1d").adjustment == "split"
    both = [open_panel(place, PanelQuestion()).columns["close"].tolist() for place in (root, other)]
    assert both[0] == both[1]
