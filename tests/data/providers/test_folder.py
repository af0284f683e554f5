"""Folders of CSV and Parquet files, kept up with."""

from __future__ import annotations

import os
from dataclasses import replace

import polars as pl
import pytest

from tapehawk.core.errors import BadInput, NoData
from tapehawk.data import store
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
