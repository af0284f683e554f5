"""Two sets of rows compared: what counts as the same, what as different, and which bar explains it."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from tapehawk.scan.bar_oddities import Oddity, oddities
from tapehawk.scan.intrabar import INTRABAR
from tapehawk.scan.parity import UNEXPLAINED, Parity, Standing, explained, pairs_that_differ

DAY = dt.date(2024, 2, 14)
MINUTE = 60_000_000
OPEN = 1_707_921_000_000_000  # 2024-02-14 14:30 UTC


def row(minute: int = 0, symbol: str = "AAA", **values) -> dict:
    at = dt.datetime.fromtimestamp(OPEN / 1e6, dt.UTC) + dt.timedelta(minutes=minute)
    usual = {
        "symbol": symbol,
        "bar_time": f"{at:%Y-%m-%dT%H:%M:%SZ}",
        "scanner": "momentum",
        "pattern": "continuation up",
        "direction": "BUY",
        "entry": 10.0,
        "stop": 9.0,
        "score": 62.5,
        "size_reason": None,
        "labels": ["simulated"],
    }
    return usual | values


# ------------------------------------------------------------------------------------------- the same or not


def test_the_same_rows_in_any_order_are_equal():
    rows = [row(0), row(1), row(1, "BBB")]
    assert pairs_that_differ(rows, rows[::-1]) == []


@pytest.mark.parametrize(("live", "same"), [(10.0 + 9e-9, True), (10.0 + 2e-8, False), (-10.0, False), (None, False)])
def test_levels_are_the_same_to_nine_digits(live, same):
    assert (pairs_that_differ([row(entry=10.0)], [row(entry=live)]) == []) == same


@pytest.mark.parametrize("other", [{"labels": []}, {"size_reason": "too small"}, {"own": 1.0}, {"stop": None}])
def test_every_column_counts_and_one_that_a_side_lacks_is_null_there(other):
    ((past, now),) = pairs_that_differ([row()], [row(**other)])
    (one,) = explained([(past, now)], [], (), length=MINUTE)
    ((name, (left, right)),) = one.values.items()
    assert (one.on, {name: right}, left) == ("both", other, row().get(name))


def test_a_null_column_and_one_that_is_not_there_are_the_same():
    assert pairs_that_differ([row(own=None)], [row()]) == []


@pytest.mark.parametrize("which", ["scanner", "pattern", "direction", "symbol", "bar_time"])
def test_a_row_of_another_scanner_pattern_side_symbol_or_bar_is_another_row(which):
    other = row() | {which: row(1)[which] if which == "bar_time" else "OTHER"}
    assert [one.on for one in explained(pairs_that_differ([row()], [other]), [], (), length=MINUTE)] in (
        ["historical", "live"],
        ["live", "historical"],
    )


def test_a_row_said_twice_needs_two_on_the_other_side():
    assert pairs_that_differ([row()], [row(), row()]) == [(None, row())]
    assert pairs_that_differ([row(), row()], [row(), row()]) == []
    assert pairs_that_differ([row(), row(score=1.0)], [row(score=1.0), row()]) == []


def test_what_differs_stands_in_order_of_bars():
    live = [row(2, "AAA"), row(0, "BBB"), row(0, "AAA")]
    assert [(now["bar_time"], now["symbol"]) for _, now in pairs_that_differ([], live)] == [
        (row(0)["bar_time"], "AAA"), (row(0)["bar_time"], "BBB"), (row(2)["bar_time"], "AAA")
    ]  # fmt: skip


def test_nothing_on_both_sides_is_equal():
    assert pairs_that_differ([], []) == []
    assert Parity(DAY, 0, 0, ()).equal


# ------------------------------------------------------------------------------------------- what stands


def test_a_listener_holds_what_was_said_and_not_taken_back():
    heard = Standing()
    heard.hear([row(0), row(1)], [], through=OPEN + 2 * MINUTE)
    heard.hear([row(0, score=1.0)], [row(0)], through=OPEN + 2 * MINUTE)
    assert sorted(one["score"] for one in heard.rows()) == [1.0, 62.5]
    with pytest.raises(ValueError, match="not in list"):
        heard.hear([], [row(5)], through=OPEN + 6 * MINUTE)


EARLY = ["simulated", INTRABAR]


def test_a_trigger_stays_with_what_the_close_said():
    heard = Standing()
    up, down = row(5, "AAA", labels=EARLY), row(5, "BBB", labels=EARLY)
    heard.hear([up, down], [], through=OPEN + 5 * MINUTE)
    heard.hear([row(5, "AAA")], [up, down], through=OPEN + 10 * MINUTE)
    assert heard.rows() == [row(5, "AAA"), {**up, "confirmed": True}, {**down, "confirmed": False}]


def test_a_trigger_that_a_revised_minute_took_back_before_the_close_was_none():
    heard, told = Standing(), row(5, labels=EARLY)
    heard.hear([told], [], through=OPEN + 5 * MINUTE)
    heard.hear([], [told], through=OPEN + 5 * MINUTE)
    assert heard.rows() == []


def test_a_trigger_is_paired_with_a_trigger_and_never_with_the_row_of_its_close():
    early = row(labels=EARLY, confirmed=True)
    assert pairs_that_differ([row(), early], [early]) == [(row(), None)]
    ((past, now),) = pairs_that_differ([row(), early], [{**early, "confirmed": False}, row()])
    (one,) = explained([(past, now)], [], (), length=MINUTE)
    assert (one.intrabar, one.on, dict(one.values)) == (True, "both", {"confirmed": (True, False)})


# ------------------------------------------------------------------------------------------- why


def frame(*bars: tuple) -> pl.DataFrame:
    names = ["symbol", "time", "open", "high", "low", "close", "volume"]
    schema = dict(zip(names, [pl.String, pl.Int64, *[pl.Float64] * 5], strict=True))
    return pl.DataFrame(
        [(s, OPEN + at * MINUTE, 1.0, 2.0, 0.5, close, 9.0) for s, at, close in bars], schema, orient="row"
    )


def as_came(*bars: tuple) -> pl.DataFrame:
    """Bars with the seconds after their close at which they came."""
    seconds = [later for *_, later in bars]
    rows = frame(*[bar[:3] for bar in bars])
    return rows.with_columns(received=pl.col("time") + MINUTE + pl.Series(seconds, dtype=pl.Int64) * 1_000_000)


STORED = frame(("AAA", 0, 1.0), ("AAA", 1, 1.5), ("BBB", 0, 1.0))


@pytest.mark.parametrize(
    ("came", "said"),
    [
        ([("AAA", 0, 1.0, 1), ("AAA", 1, 1.5, 2), ("BBB", 0, 1.0, 3)], []),
        ([("AAA", 0, 1.0, 1), ("BBB", 0, 1.0, 1)], ["the bar AAA 14:31:00Z never came"]),
        (
            [("AAA", 0, 1.0, 1), ("AAA", 1, 1.5, 240), ("BBB", 0, 1.0, 1)],
            ["the bar AAA 14:31:00Z came late, at 14:36:00Z"],
        ),
        (
            [("AAA", 0, 1.0, 1), ("AAA", 1, 1.2, 1), ("AAA", 1, 1.5, 60), ("BBB", 0, 1.0, 1)],
            ["the bar AAA 14:31:00Z was revised at 14:33:00Z"],
        ),
        (
            [("AAA", 0, 1.0, 1), ("AAA", 1, 1.2, 1), ("BBB", 0, 1.0, 1)],
            ["the bar AAA 14:31:00Z came as another than is stored: close 1.2 instead of 1.5"],
        ),
        (
            [("AAA", 0, 1.0, 1), ("AAA", 1, 1.5, 1), ("BBB", 0, 1.0, 1), ("CCC", 0, 1.0, 1)],
            ["the bar CCC 14:30:00Z came and is not stored"],
        ),
    ],
)
def test_a_bar_is_odd_when_it_was_not_the_same_for_both_sides(came, said):
    assert [str(one) for one in oddities(STORED, as_came(*came), MINUTE)] == said


def reason(minute: int, symbol: str, odd: list[Oddity], among=(), length=MINUTE) -> str:
    (one,) = explained([(row(minute, symbol), None)], odd, among, length=length)
    return one.reason


def test_the_last_odd_bar_of_the_symbol_up_to_the_rows_own_is_the_reason():
    odd = [Oddity("AAA", OPEN + at * MINUTE, f"was number {at}") for at in (1, 3, 5)]
    assert reason(4, "AAA", odd) == "the bar AAA 14:33:00Z was number 3"
    assert reason(0, "AAA", odd) == UNEXPLAINED, "no later bar explains an earlier row"


def test_any_minute_of_a_slower_bar_explains_its_row():
    odd = [Oddity("AAA", OPEN + 4 * MINUTE, "never came"), Oddity("AAA", OPEN + 5 * MINUTE, "came late")]
    assert reason(0, "AAA", odd, length=5 * MINUTE) == "the bar AAA 14:34:00Z never came"


def test_another_symbols_bar_explains_only_rows_that_depend_on_it():
    odd = [Oddity("BBB", OPEN, "never came")]
    assert reason(4, "AAA", odd) == UNEXPLAINED
    assert reason(4, "AAA", odd, among={"momentum"}) == "the bar BBB 14:30:00Z never came"


def test_the_answer_has_counts_then_the_rows_that_differ():
    differences = explained(pairs_that_differ([row(), row(1)], [row(score=60.0)]), [], (), length=MINUTE)
    found = Parity(DAY, 2, 1, differences).to_dict()
    assert list(found) == ["day", "equal", "historical", "live", "differences"]
    assert (found["day"], found["equal"], found["historical"], found["live"]) == ("2024-02-14", False, 2, 1)
    first, second = found["differences"]
    assert (first["on"], first["values"]) == ("both", {"score": {"historical": 62.5, "live": 60.0}})
    assert (second["on"], second["values"], second["reason"]) == ("historical", {}, UNEXPLAINED)
