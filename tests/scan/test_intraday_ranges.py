"""Intraday ranges of scanners with a cap: a session's first rows, whatever came later."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from tapehawk.core.columns import close, open_
from tapehawk.core.panel import Panel
from tapehawk.core.scanner import NONE, Scanner, Setup
from tapehawk.scanners.breakout import Breakout
from tapehawk.scanners.crp import Crp
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
    tapes = {name: [(100.0, 110.0, 99.0, 100.0 + body, 1e5) for body in bodies] for name, bodies in SIZES.items()}
    return together(
        {
            name: [Minute(day, 5 * i, bar) for day in range(sessions) for i, bar in enumerate(bars)]
            for name, bars in tapes.items()
        },
        "5m",
    )


def together(tapes: Mapping[str, Sequence[Minute]], timeframe: str) -> Panel:
    parts = [intraday(timeframe, minutes, symbol=name) for name, minutes in tapes.items()]
    columns = {name: np.concatenate([part.columns[name] for part in parts]) for name in parts[0].columns}
    starts = np.cumsum([0, *(part.n_bars for part in parts)])
    return Panel(tuple(tapes), starts, np.concatenate([part.time for part in parts]), columns, timeframe=timeframe)


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


SESSIONS = 25
EAGER = (
    Breakout(consolidation_period=1, resistance_break_pct=0, breakout_volume_ratio=0, min_probability_score=0),
    Crp(close_location=0.6, range_threshold_pct=100, range_ratio=10, volume_ratio=0),
)


def walks(*, turned: bool) -> Panel:
    """Twelve random walks in half hours; `turned`: on the last day they go the other way from noon on, and faster."""
    rng, tapes = np.random.default_rng(3), {}
    for number in range(12):
        price, tape = 50.0, []
        for i, step in enumerate(rng.normal(0, 0.01, SESSIONS * 13)):
            day, at = divmod(i, 13)
            move = -3 * step if turned and day == SESSIONS - 1 and at >= 5 else step
            last = price * (1 + move)
            tape.append(Minute(day, 30 * at, (price, max(price, last) * 1.002, min(price, last) * 0.998, last, 1e6)))
            price = last
        tapes[f"S{number}"] = tape
    return together(tapes, "30m")


@pytest.mark.parametrize("scanner", EAGER, ids=["breakout", "crp"])
def test_q8_what_comes_after_the_cutoff_neither_ranks_nor_fills_a_row(scanner):
    """An afternoon turned upside down: the same rows in the same order, none of which tells how the day went on."""
    seen, other = (ask(walks(turned=turned), scanner, cutoff="12:00").to_dict() for turned in (False, True))
    assert len(seen["results"]) == 3
    assert [seen["results"], seen["funnel"]] == [other["results"], other["funnel"]]
    assert not [name for name in seen["results"][0] if name.startswith(("eod", "performance", "success", "outcome"))]
    evening, other_evening = (ask(walks(turned=turned), scanner).results for turned in (False, True))
    assert evening != other_evening
