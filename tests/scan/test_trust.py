"""Stale and quarantined bars: refused by a strict question, named by a broad one."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import polars as pl
import pytest

from tapehawk.core.bars import Series
from tapehawk.core.errors import NoData
from tapehawk.data import store
from tapehawk.data.quality import check_written
from tapehawk.scan.desk import Desk
from tapehawk.scan.question import Question
from tests.data.quality.planted import DAILY, listing, market, sessions, split

DAYS = sessions(120)
DAY, LAST = DAYS[80], DAYS[-1]
SAME_EVENING = dt.datetime.combine(LAST, dt.time(23), dt.UTC)
WEEKS_LATER = SAME_EVENING + dt.timedelta(days=30)
HOLDS = {"formula": "close > 0"}


def ask(root, now=SAME_EVENING, **asked):
    return Desk(root, now=lambda: now).run(Question("formula", parameters=HOLDS, **asked))


def filled(root, bars, series: Series = DAILY):
    store.append_bars(root, [(series, bars)])
    check_written(root, [(series, bars)])
    return root


@pytest.fixture
def fresh(tmp_path):
    return filled(tmp_path, market())


@pytest.fixture
def halted(tmp_path):
    """Return a store in which CCC, still listed, has no bars of the last ten days."""
    bars = market().filter((pl.col("symbol") != "CCC") | (pl.col("time").dt.date() <= DAYS[-4]))
    store.append_symbols(tmp_path, listing("CCC", DAYS[0]))
    return filled(tmp_path, bars)


@pytest.fixture
def missed(tmp_path):
    return filled(tmp_path, split(market(), "CCC", DAY, 1, 10))


# ------------------------------------------------------------------------------------------------ the whole store


def test_fresh_bars_answer_a_strict_question_as_a_broad_one(fresh):
    assert ask(fresh, strict=True).results == ask(fresh).results
    assert ask(fresh).labels == ()


def test_stale_bars_answer_a_broad_question_and_say_so_on_the_report_and_on_each_row(fresh):
    report = ask(fresh, WEEKS_LATER)
    assert report.labels == (f"stale since {LAST}",)
    assert report.results
    assert all(row["labels"] == [f"stale since {LAST}"] for row in report.results)


def test_a_strict_question_refuses_stale_bars_naming_since_when(fresh):
    with pytest.raises(NoData, match=f"1d bars are stale since {LAST}") as refused:
        ask(fresh, WEEKS_LATER, strict=True)
    assert "scanner sync" in refused.value.hint


def test_a_question_about_a_past_day_is_answered_whatever_the_clock_says(fresh):
    assert ask(fresh, WEEKS_LATER, scan_date=DAY, strict=True).labels == ()
    assert ask(fresh, WEEKS_LATER, start_date=DAYS[70], end_date=DAY, strict=True).labels == ()
    assert ask(fresh, WEEKS_LATER, start_date=DAYS[70]).labels == (f"stale since {LAST}",)


def test_simulated_bars_are_never_late(tmp_path):
    root = filled(tmp_path, market(), replace(DAILY, simulated=True))
    assert ask(root, WEEKS_LATER, strict=True).labels == ("simulated",)


# ---------------------------------------------------------------------------------------------------- symbols


def reasons(report) -> dict[str, int]:
    return {why: count for step in report.funnel[0]["steps"] for why, count in step.get("reasons", {}).items()}


def test_a_stale_symbol_is_left_out_counted_in_the_funnel_and_named(halted):
    report = ask(halted)
    assert reasons(report) == {"stale": 1}
    (note,) = report.notes
    assert note.startswith(f"1 symbol left out as stale: CCC since {DAYS[-4]}; scanner sync")
    assert "CCC" not in {row["symbol"] for row in report.results}


def test_a_strict_question_refuses_a_stale_symbol_that_it_names_and_not_a_market_that_has_one(halted):
    with pytest.raises(NoData, match=f"stale: CCC since {DAYS[-4]}"):
        ask(halted, symbols=("AAA", "CCC"), strict=True)
    assert ask(halted, symbols=("AAA",), strict=True).notes == ()
    assert len(ask(halted, strict=True)) == 7
    assert len(ask(halted, scan_date=DAYS[-4], symbols=("CCC",), strict=True)) == 1


def test_a_scan_before_a_missed_split_counts_and_names_what_is_quarantined(missed):
    report = ask(missed, scan_date=DAYS[79])
    assert reasons(report) == {"quarantined": 1}
    (note,) = report.notes
    assert note.startswith("1 symbol without the history before a missed split, 80 bars: ")
    assert f"CCC before {DAY}" in note
    assert "scanner data check" in note


def test_a_scan_after_a_missed_split_has_the_symbol_and_says_that_its_history_is_short(missed):
    report = ask(missed, scan_date=DAYS[100])
    assert len(report) == 8
    assert reasons(report) == {}
    assert len(report.notes) == 1


def test_a_strict_question_refuses_quarantined_bars_that_it_names(missed):
    with pytest.raises(NoData, match=f"quarantine for a missed split: CCC before {DAY}") as refused:
        ask(missed, scan_date=DAYS[79], symbols=("CCC",), strict=True)
    assert "scanner data check" in refused.value.hint
    assert len(ask(missed, scan_date=DAYS[100], symbols=("CCC",), strict=True)) == 1


def test_results_are_the_same_bytes_again_and_name_the_quarantine(missed):
    one, two = ask(missed), ask(missed)
    assert (one.results, one.funnel, one.data_version) == (two.results, two.funnel, two.data_version)
    assert "quarantine@1" in one.data_version


def test_many_names_are_counted_not_listed(tmp_path):
    bars = market()
    for name in ["AAA", "BBB", "CCC", "DDD", "EEE", "FFF", "GGG"]:
        bars = split(bars, name, DAY, 1, 10)
    (note,) = ask(filled(tmp_path, bars)).notes
    assert note.startswith("7 symbols without the history")
    assert "and 2 more" in note
