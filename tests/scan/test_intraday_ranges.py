"""Intraday ranges of scanners with a cap: a session's first rows, whatever came later."""

from __future__ import annotations

import numpy as np

from tapehawk.core.columns import close, open_
from tapehawk.core.panel import Panel
from tapehawk.core.scanner import NONE, Scanner, Setup
from tests.scan.market import ask, steps
from tests.scanners.tape import START, Minute, intraday

SIZES = {"AAA": (0, 1, 4, 9), "BBB": (0, 2, 3, 1), "CCC": (0, 0, 8, 8), "DDD": (3, 0, 0, 9)}  # body of each bar


class Rising(Scanner):
    """A close above its open by more than a half: the more, the better; two rows a session."""

    def universe(self):
        return {}

    def setups(self):
        yield Setup("rising", NONE, {"rising": close > open_ * 1.005}, score=close / open_)

    def limit(self):
        return 2, 0.0


def tape(sessions: int = 2) -> Panel:
    """Each symbol's four bars, the same every session."""
    parts = []
    for symbol, bodies in SIZES.items():
        bars = [(100.0, 110.0, 99.0, 100.0 + body, 1e5) for body in bodies]
        minutes = [Minute(day, 5 * i, bar) for day in range(sessions) for i, bar in enumerate(bars)]
        parts.append(intraday("5m", minutes, symbol=symbol))
    return Panel(
        tuple(SIZES),
        np.arange(len(SIZES) + 1) * 4 * sessions,
        np.concatenate([part.time for part in parts]),
        {name: np.concatenate([part.columns[name] for part in parts]) for name in parts[0].columns},
        timeframe="5m",
    )


def rows(panel: Panel) -> list[tuple[str, str, str]]:
    found = ask(panel, Rising(), start_date=START).results
    return [(row["date"], row["bar_time"][11:16], row["ticker"]) for row in found]


def test_q2_a_symbol_is_one_row_a_session_the_first_bar_at_which_it_is_true_and_the_cap_keeps_the_earliest():
    assert rows(tape()) == [
        ("2022-01-03", "14:30", "DDD"), ("2022-01-03", "14:35", "BBB"),
        ("2022-01-04", "14:30", "DDD"), ("2022-01-04", "14:35", "BBB"),
    ]  # fmt: skip


def test_q2_truncating_the_future_changes_no_earlier_row():
    whole = tape()
    every = ask(whole, Rising(), start_date=START).results
    for time in np.unique(whole.time):
        seen = ask(whole.until(int(time)), Rising(), start_date=START).results
        at = str(np.datetime64(int(time), "us"))[:19] + "Z"
        assert seen == [row for row in every if row["bar_time"] <= at], at


def test_q2_the_funnel_counts_the_firsts_and_says_what_the_cap_hides():
    report = ask(tape(sessions=1), Rising(), start_date=START)
    assert list(steps(report).items())[-3:] == [
        ("valid levels", 10),
        ("first in its session", 4),
        ("first 2 a session", 2),
    ]
    assert report.notes == ("2 rows beyond the first 2 a session are hidden; --set max_results_per_day=… shows more",)


def test_q2_with_a_cutoff_the_best_of_what_stands_then_are_kept():
    found = ask(tape(sessions=1), Rising(), start_date=START, cutoff="09:45").results
    assert [row["ticker"] for row in found] == ["CCC", "AAA"]
