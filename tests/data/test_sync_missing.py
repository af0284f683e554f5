"""Sync: sessions and rows that should have come and did not are told loudly, and asked for again."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import polars as pl
import pytest

from tapehawk.core.errors import NoData, TryAgain
from tapehawk.data.providers.door import Wanted
from tapehawk.data.providers.folder.adapter import FolderProvider
from tapehawk.data.providers.folder.config import FolderConfig
from tapehawk.data.quality import CheckQuestion, check_store
from tests.data.syncs import FIRST, LAST, MARKET, assert_stored, clock_at, polygon, stored, synced, without
from tests.fakes.massive import FakeMassive
from tests.fakes.truth import Truth, simulated

TRUTH = simulated()
NAMES = tuple(TRUTH.daily["symbol"].unique().sort())
MIDDLE = dt.date(2026, 11, 5)


@pytest.fixture
def time():
    return clock_at()


def test_l14_a_missing_session_in_the_middle_is_named_everything_else_is_stored_and_it_is_asked_for_again(root, time):
    with FakeMassive(without(TRUTH, MIDDLE)) as fake:
        for again in (False, True):
            fake.asked.clear()
            with pytest.raises(NoData, match="1 session: 2026-11-05") as caught:
                synced(root, polygon(fake, time))
            assert "everything else is stored" in caught.value.hint
            assert len(fake.paths("/grouped/")) == (1 if again else 20)
        assert_stored(root, without(TRUTH, MIDDLE).daily)
        fake.truth = TRUTH
        assert synced(root, polygon(fake, time)).steps == 1
    assert_stored(root, TRUTH.daily)


def test_the_last_session_may_still_come_and_is_a_matter_of_trying_later(root, time):
    with FakeMassive(without(TRUTH, LAST)) as fake, pytest.raises(TryAgain, match="2026-11-20"):
        synced(root, polygon(fake, time))


def test_a_session_that_most_of_the_market_lacks_is_a_gap_and_asked_for_again_until_it_is_there(root, time):
    with FakeMassive(without(TRUTH, MIDDLE, symbols=NAMES[:-2])) as fake:
        assert synced(root, polygon(fake, time)).findings == {"gap": 1}
        fake.truth = TRUTH
        assert synced(root, polygon(fake, time), replace(MARKET, start=MIDDLE)).steps == 1
        assert synced(root, polygon(fake, time)).steps == 0
    assert_stored(root, TRUTH.daily)
    assert check_store(root, CheckQuestion(kinds=("gap",))).is_empty()


def test_the_last_session_is_asked_for_again_while_it_has_few_symbols(root, time):
    with FakeMassive(without(TRUTH, LAST, symbols=NAMES[:-2])) as fake:
        assert [synced(root, polygon(fake, time)).steps for _ in range(2)] == [20, 1]
        fake.truth = TRUTH
        assert [synced(root, polygon(fake, time)).steps for _ in range(2)] == [1, 0]
    assert_stored(root, TRUTH.daily)


def test_a_file_that_has_few_symbols_is_not_read_again_while_it_is_the_same(root, tmp_path):
    (tmp_path / "days").mkdir()
    for day, bars in without(TRUTH, MIDDLE, symbols=NAMES[:-2]).daily.group_by(pl.col("time").dt.date()):
        bars.with_columns(pl.col("time").dt.date()).write_parquet(tmp_path / "days" / f"{day[0]}.parquet")
    provider = FolderProvider(FolderConfig(path=str(tmp_path / "days"), adjustment="none"))
    assert [synced(root, provider).steps for _ in range(2)] == [20, 0]


def test_a_hole_in_the_only_symbol_asked_for_is_a_missing_session(root, time):
    with FakeMassive(without(TRUTH, MIDDLE)) as fake:
        for _ in range(2):
            with pytest.raises(NoData, match="2026-11-05"):
                synced(root, polygon(fake, time), Wanted("1d", NAMES[:1], FIRST, LAST))
    assert stored(root).height == 19


def test_a_session_that_one_symbol_lacks_among_others_is_a_halt_and_told_as_such(root, time):
    with FakeMassive(without(TRUTH, MIDDLE, symbols=NAMES[:1])) as fake:
        wanted = Wanted("1d", NAMES[:2], FIRST, LAST)
        assert synced(root, polygon(fake, time), wanted).halts == 1
        assert synced(root, polygon(fake, time), wanted).steps == 0


def test_a_halt_that_others_cover_in_the_store_is_none_the_less_no_missing_session(root, time):
    with FakeMassive(without(TRUTH, MIDDLE, symbols=NAMES[:1])) as fake:
        synced(root, polygon(fake, time))
        assert synced(root, polygon(fake, time), Wanted("1d", NAMES[:2], FIRST, LAST)).halts == 1


def test_a_symbol_listed_later_has_no_sessions_before(root, time):
    before = [day for day in TRUTH.daily["time"].dt.date().unique() if day < MIDDLE]
    with FakeMassive(without(TRUTH, *before, symbols=NAMES[:1])) as fake:
        synced(root, polygon(fake, time), Wanted("1d", NAMES[:1], FIRST, LAST))
    assert stored(root)["time"].dt.date().min() == MIDDLE


def test_a_symbol_that_left_has_no_sessions_after_and_fresh_listings_say_so(root, time):
    after = [day for day in TRUTH.daily["time"].dt.date().unique() if day > MIDDLE]
    gone = pl.col("symbol") == NAMES[0]
    listings = TRUTH.symbols.with_columns(
        active=pl.col("active") & ~gone,
        last_seen=pl.when(gone).then(MIDDLE).otherwise("last_seen"),
    )
    truth = replace(without(TRUTH, *after, symbols=NAMES[:1]), symbols=listings)
    with FakeMassive(truth) as fake:
        synced(root, polygon(fake, time), Wanted("1d", NAMES[:1], FIRST, LAST))
        assert fake.paths("/v3/reference/tickers")
    with FakeMassive(replace(truth, symbols=TRUTH.symbols)) as fake, pytest.raises(NoData, match="11 sessions"):
        synced(root / "other", polygon(fake, time), Wanted("1d", NAMES[:1], FIRST, LAST))


def test_a_whole_block_without_bars_between_two_with_bars_is_lost(root, time):
    truth = simulated(2, dt.date(2026, 6, 1), LAST)
    name, other = truth.daily["symbol"].unique().sort()
    summer = pl.col("time").dt.date().is_between(dt.date(2026, 7, 1), dt.date(2026, 8, 31))
    with FakeMassive(replace(truth, minutes=truth.minutes.filter(~(summer & (pl.col("symbol") == name))))) as fake:
        with pytest.raises(NoData, match=f"{name} from 2026-07-01 to 2026-08-31"):
            synced(root, polygon(fake, time), Wanted("1m", (name, other), dt.date(2026, 6, 1), LAST))
        fake.truth = truth
        assert synced(root, polygon(fake, time), Wanted("1m", (name, other), dt.date(2026, 6, 1), LAST)).steps == 1
    assert_stored(root, truth.minutes, timeframe="1m")


def test_listed_symbols_without_any_bar_are_told(root, time):
    with FakeMassive(replace(TRUTH, daily=TRUTH.daily.filter(pl.col("symbol") != NAMES[0]))) as fake:
        synced(root, polygon(fake, time))
        assert synced(root, polygon(fake, time), Wanted("1d", NAMES[:2], FIRST, LAST)).silent == NAMES[:1]


def test_no_bars_at_all_of_what_is_listed_is_an_error(root, time):
    with FakeMassive(Truth(symbols=TRUTH.symbols)) as fake:
        with pytest.raises(NoData, match="20 sessions"):
            synced(root, polygon(fake, time), replace(MARKET, end=dt.date(2026, 11, 20)))
        with pytest.raises(NoData, match="20 sessions"):
            synced(root, polygon(fake, time), Wanted("1d", NAMES[:1], FIRST, LAST))


class BoastfulMassive(FakeMassive):
    """Announces one row more than it sends, of one session."""

    boasts = True

    def _envelope(self, rows, query):
        body = super()._envelope(rows, query)
        return body | {"resultsCount": len(rows) + (self.boasts and bool(rows) and "2026-11-05" in self.asked[-1].path)}


def test_fewer_rows_than_announced_are_not_stored_and_asked_for_again(root, time):
    with BoastfulMassive(TRUTH) as fake:
        with pytest.raises(TryAgain, match=r"2026-11-05: \d+ bars came of \d+ announced"):
            synced(root, polygon(fake, time))
        assert_stored(root, without(TRUTH, MIDDLE).daily)
        fake.boasts = False
        synced(root, polygon(fake, time))
    assert_stored(root, TRUTH.daily)


def test_weekly_bars_are_not_counted_by_session(root, tmp_path):
    weeks = TRUTH.daily.filter(pl.col("time").dt.weekday() == 1).with_columns(pl.col("time").dt.date())
    (tmp_path / "weeks").mkdir()
    weeks.write_parquet(tmp_path / "weeks" / "all.parquet")
    provider = FolderProvider(FolderConfig(path=str(tmp_path / "weeks"), adjustment="none"))
    done = synced(root, provider, Wanted("1w", NAMES, FIRST, LAST))
    assert (done.bars.new, done.halts, done.silent) == (weeks.height, 0, ())
