"""Flat files: the storage's own ways, the same layout in a folder, and what was replaced."""

from __future__ import annotations

import asyncio
import gzip
from dataclasses import replace

import polars as pl
import pytest
from pydantic import SecretStr

from tapehawk.core.errors import BadInput, NoData, ProviderRefused, TryAgain
from tapehawk.data.providers.flatfiles.adapter import FlatfilesProvider
from tapehawk.data.providers.flatfiles.config import FlatfilesConfig
from tests.data.syncs import LAST, MARKET, assert_stored, clock_at, planned, synced, without
from tests.fakes.s3 import BUCKET, FakeS3, flat_files, write_folder
from tests.fakes.truth import simulated

TRUTH = simulated()
SESSION = "us_stocks_sip/day_aggs_v1/2026/11/2026-11-20.csv.gz"


@pytest.fixture
def root(tmp_path):
    return tmp_path / "store"


@pytest.fixture
def fake():
    with FakeS3(TRUTH) as server:
        yield server


def storage(fake, signed_with=None):
    keys = {"access_key": SecretStr(fake.key), "secret_key": SecretStr(signed_with or fake.secret)}
    return FlatfilesProvider(FlatfilesConfig(endpoint=fake.url, **keys), clock=clock_at().clock)


def folder(path):
    return FlatfilesProvider(FlatfilesConfig(location=path.as_uri()), clock=clock_at().clock)


def test_minutes_of_the_whole_market_come_one_object_a_session(root, fake):
    done = synced(root, storage(fake), replace(MARKET, timeframe="1m"))
    assert_stored(root, TRUTH.minutes, timeframe="1m", provider="flatfiles")
    assert done.steps == 20
    assert len(fake.paths(".csv.gz")) == 20


def test_a_folder_of_the_same_layout_gives_the_same_bars(root, tmp_path):
    write_folder(TRUTH, tmp_path / "files")
    synced(root, folder(tmp_path / "files"))
    assert_stored(root, TRUTH.daily, provider="flatfiles")
    assert synced(root, folder(tmp_path / "files")).steps == 0


@pytest.mark.parametrize("where", ["storage", "folder"])
def test_an_object_that_was_replaced_is_fetched_again_and_corrects_what_is_stored(root, fake, tmp_path, where):
    write_folder(TRUTH, tmp_path / "files")
    provider = storage(fake) if where == "storage" else folder(tmp_path / "files")
    synced(root, provider)
    corrected = replace(TRUTH, daily=TRUTH.daily.with_columns(volume=pl.col("volume") + 1))
    fake.objects[SESSION] = flat_files(corrected)[SESSION]
    (tmp_path / "files" / SESSION).write_bytes(fake.objects[SESSION])
    done = synced(root, provider)
    assert (done.steps, done.bars.new, done.bars.revised) == (1, 0, 12)


def test_a_session_that_is_not_listed_yet_is_not_fetched_and_is_tried_later(root):
    with FakeS3(without(TRUTH, LAST)) as fake:
        plan = planned(root, storage(fake))
        assert [step.start for step in plan.absent] == [LAST]
        with pytest.raises(TryAgain, match="2026-11-20"):
            synced(root, storage(fake))
        assert fake.paths("2026-11-20.csv.gz") == []
        fake.objects |= flat_files(TRUTH)
        assert synced(root, storage(fake)).steps == 1
    assert_stored(root, TRUTH.daily, provider="flatfiles")


def test_a_listing_of_many_pages_is_read_to_the_last(root, fake):
    fake.most_a_page = 3
    assert len(planned(root, storage(fake)).marks) == 20


def test_a_bucket_without_any_of_the_sessions_has_no_data(root, fake):
    fake.objects.clear()
    with pytest.raises(NoData, match="20 sessions"):
        synced(root, storage(fake))


def test_a_wrong_secret_is_refused_and_nowhere_to_be_read(root, fake):
    with pytest.raises(ProviderRefused) as caught:
        synced(root, storage(fake, signed_with="not-the-secret-1"))
    assert "not-the-secret-1" not in repr((caught.value, caught.value.hint))
    assert caught.value.hint


def test_without_keys_nobody_is_asked(root, fake):
    provider = FlatfilesProvider(FlatfilesConfig(endpoint=fake.url), clock=clock_at().clock)
    with pytest.raises(ProviderRefused, match="no key is set") as caught:
        synced(root, provider)
    assert "SCANNER__PROVIDERS__FLATFILES__ACCESS_KEY" in caught.value.hint
    assert fake.asked == []


@pytest.mark.parametrize(
    "content",
    [b"", b"no gzip", gzip.compress(b"<html></html>"), flat_files(TRUTH)[SESSION][:90]],
    ids=["nothing", "no gzip", "a page", "cut short"],  # gzip writes the time, which must not name a test
)
def test_a_file_that_is_cut_short_or_something_else_is_not_stored(root, tmp_path, content):
    write_folder(TRUTH, tmp_path / "files")
    (tmp_path / "files" / SESSION).write_bytes(content)
    with pytest.raises(TryAgain, match=r"2026-11-20.*19 of 20 steps are stored"):
        synced(root, folder(tmp_path / "files"))


def test_a_folder_that_does_not_exist_is_bad_input(root, tmp_path):
    with pytest.raises(BadInput, match="there is no folder"):
        synced(root, folder(tmp_path / "nowhere"))


def test_columns_are_read_by_name_whatever_their_order(fake):
    header = gzip.decompress(fake.objects[SESSION]).split(b"\n")[0]
    assert header == b"ticker,volume,open,close,high,low,window_start,transactions"
    provider = storage(fake)
    step = provider.plan(replace(MARKET, start=LAST)).steps[0]
    bars = asyncio.run(provider.fetch(step)).bars
    assert bars.filter(pl.col("high") < pl.col("close")).is_empty()
    assert BUCKET in fake.asked[-1].path
