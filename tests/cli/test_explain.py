"""`scanner explain`: each condition with its value and threshold, and the first that was not true."""

from __future__ import annotations

import pytest

EXPLAIN = ("--scanner-type", "inside_bar")
pytestmark = pytest.mark.usefixtures("stored")


@pytest.fixture
def hit(answer) -> dict[str, object]:
    """Return a row of the last session."""
    return answer("run", "--scanner-type", "inside_bar")["results"][0]


def test_a_hit_of_a_run_is_a_hit_when_explained(answer, hit):
    found = answer("explain", hit["symbol"], *EXPLAIN)
    pattern = next(one for one in found["patterns"] if one["pattern"] == hit["pattern"])
    assert pattern["hit"] is True
    assert pattern["first_not_true"] is None
    assert {one["state"] for one in pattern["conditions"]} == {"true"}
    assert pattern["row"]["entry"] == hit["entry"]


def test_what_is_no_hit_names_the_first_condition_that_was_not_true(answer, scanner, hit):
    found = answer("explain", hit["symbol"], *EXPLAIN)
    other = next(one for one in found["patterns"] if not one["hit"])
    shown = scanner("explain", hit["symbol"], *EXPLAIN).stdout
    assert f"no hit: {other['first_not_true']}" in shown
    assert "✓ inside bar" in shown
    assert "✗ " in shown
    assert "[simulated]" in shown


def test_conditions_are_shown_in_the_words_of_formulas(scanner, hit):
    shown = scanner("explain", hit["symbol"], *EXPLAIN).stdout
    assert "high[1] * 1.001" in shown
    assert "  raw.close >= 5" in shown


def test_a_symbol_like_none_that_is_stored_is_answered_with_what_there_is(scanner, answer):
    first = answer("sql", "select min(symbol) as s from bars_1d")[0]["s"]
    assert f", from {first} to " in scanner("explain", "12345", *EXPLAIN).stderr


def test_a_history_that_is_too_short_is_unknown_and_said_to_be(scanner, hit):
    shown = scanner("explain", hit["symbol"], *EXPLAIN, "--date", "2024-06-03").stdout
    assert "? " in shown
    assert "not enough history" in shown


@pytest.mark.parametrize(
    ("args", "code"),
    [(("NOPE", *EXPLAIN), 2), (("NOPE", "--scanner-type", "brakout"), 2), (("NOPE",), 2)],
)
def test_an_unknown_symbol_or_scanner_is_bad_input(scanner, args, code):
    assert scanner("explain", *args).exit_code == code
