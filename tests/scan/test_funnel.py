"""Funnels: who was asked and never entered, what each condition left, what a band or a cap hides."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np

from tapehawk.scan.desk import Desk
from tapehawk.scan.question import Question
from tapehawk.scanners.breakout import Breakout
from tapehawk.scanners.inside_bar import InsideBar
from tests.scan.market import ask, breaking, calm, days, fill, frame, inside_break, steps
from tests.scanners.tape import market


def test_the_funnel_begins_with_who_was_asked_and_why_some_never_entered(tmp_path):
    sessions = days(63)
    root = fill(
        tmp_path,
        frame("AAA", breaking(), sessions),
        frame("BBB", calm(63), sessions),
        frame("GONE", calm(40), sessions[:40]),
        frame("HALT", [*calm(61), *calm(1)], [*sessions[:61], sessions[62]]),
        frame("LATE", calm(1), sessions[62:]),
    )
    (funnel, _) = Desk(root).run(Question("inside_bar", scan_date=sessions[61])).funnel
    assert funnel["unit"] == "symbols"
    asked, stored, then, *rest = funnel["steps"]
    assert [(s["name"], s["passed"]) for s in (asked, stored)] == [("symbols asked", 5), ("with stored bars", 5)]
    assert (then["name"], then["passed"]) == (f"with a bar on {sessions[61]}", 2)
    assert then["reasons"] == {"last bar is earlier": 1, "first bar is later": 1, "no bar then": 1}
    assert [(s["name"], s["passed"], s["unknown"]) for s in rest] == [
        ("price ≥ 5", 2, 0), ("dollar volume ≥ 5,000,000 a day", 2, 0), ("inside bar", 0, 0), ("close above it", 0, 0),
        ("valid levels", 0, 0),
    ]  # fmt: skip


def test_zero_hits_and_zero_data_are_different_answers():
    panel = market({"AAA": calm(30), "BBB": calm(10)})
    report = ask(panel, InsideBar(), scan_date=dt.date(2022, 1, 31))
    assert len(report) == 0
    assert list(steps(report).values())[:4] == [2, 2, 1, 1]


def test_stale_and_quarantined_symbols_are_named_as_such():
    panel = market({"AAA": calm(30), "BBB": calm(10)})
    panel = replace(panel, stale=("BBB",))
    report = ask(panel, InsideBar(), scan_date=dt.date(2022, 1, 31))
    assert report.funnel[0]["steps"][2]["reasons"] == {"stale": 1}
    late = replace(panel, symbols=("AAA", "CCC"), left_out={"CCC": 400}, stale=())
    columns = {
        **late.columns,
        "session": np.concatenate((late.columns["session"][:30], late.columns["session"][20:30])),
    }
    report = ask(replace(late, columns=columns), InsideBar(), scan_date=dt.date(2022, 1, 10))
    assert report.funnel[0]["steps"][2]["reasons"] == {"quarantined": 1}


def test_a_range_counts_symbols_first_and_then_bars():
    report = ask(market({"AAA": breaking(), "BBB": calm(5)}), InsideBar(), start_date=dt.date(2022, 2, 1))
    funnel = report.funnel[0]
    assert funnel["unit"] == "bars"
    assert [(s["name"], s["passed"], s["unit"]) for s in funnel["steps"][:5]] == [
        ("symbols asked", 2, "symbols"), ("with stored bars", 2, "symbols"),
        ("with a bar from 2022-02-01 to 2022-04-01", 1, "symbols"), ("bars", 43, "bars"), ("price ≥ 5", 43, "bars"),
    ]  # fmt: skip


def test_an_unknown_condition_is_counted_as_unknown():
    report = ask(market({"AAA": [*calm(10), *inside_break()]}), InsideBar())
    step = next(s for s in report.funnel[0]["steps"] if s["name"].startswith("dollar volume"))
    assert (step["passed"], step["unknown"]) == (0, 1)


# -------------------------------------------------------------------------------------------------- band, floor and cap


def higher(price: float, by: float = 1.05) -> list:
    """A break of the sessions before on three times the volume."""
    return [*calm(30, price), (price, price * by, price * 0.999, price * by, 3.5e6)]


def test_rows_that_the_band_hides_are_counted_last_and_said_in_one_line():
    tapes = {"AAA": higher(100.0), "LOW": higher(20.0), "LOW2": higher(30.0), "HIGH": higher(5000.0)}
    report = ask(market(tapes), Breakout())
    assert [row["symbol"] for row in report.results] == ["AAA"]
    counts = list(steps(report).items())
    assert counts[-6:-1] == [
        ("min_price", 2),
        ("max_price", 1),
        ("min_volume", 1),
        ("valid levels", 1),
        ("score ≥ 10", 1),
    ]
    (note,) = report.notes
    assert note.startswith("3 rows outside the band (min_price = 50 hides 2, max_price = 2000 hides 1) are hidden; ")
    assert note.endswith("; --set min_price=… --set max_price=… widens it")
    wide = ask(market(tapes), Breakout(min_price=0, max_price=1e6, max_results_per_day=10))
    assert (len(wide), wide.notes) == (4, ())


def test_the_lowest_score_and_the_cap_are_steps_and_notes():
    tapes = {f"S{i}": higher(100.0, 1.01 + i / 1000) for i in range(6)}
    report = ask(market(tapes), Breakout())
    assert len(report) == 3
    assert list(steps(report).items())[-2:] == [("score ≥ 10", 6), ("best 3 a session", 3)]
    assert report.notes == ("3 rows beyond the best 3 a session are hidden; --set max_results_per_day=… shows more",)
    strict = ask(market(tapes), Breakout(min_probability_score=99))
    assert len(strict) == 0
    assert strict.notes[0].endswith(" with a score below 99 are hidden; --set min_probability_score=0 shows them")


def test_the_cap_is_for_each_session_of_a_range():
    report = ask(
        market({f"S{i}": [*higher(100.0), *higher(120.0)] for i in range(5)}),
        Breakout(),
        start_date=dt.date(2022, 1, 3),
    )
    dates = [row["date"] for row in report.results]
    assert len(dates) == 3 * len(set(dates)) > 3


def test_other_scanners_have_no_band_and_no_cap():
    report = ask(market({f"S{i}": breaking() for i in range(9)}), InsideBar())
    assert (len(report), report.notes) == (9, ())
