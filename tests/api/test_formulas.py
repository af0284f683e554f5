"""A formula is checked without being evaluated: names and types, or what is wrong and where."""

from __future__ import annotations

import pytest

from tapehawk.core.expr import COLUMNS
from tapehawk.core.formula import names
from tests.api.hostile import TEXTS, is_problem

CHECK, SCAN = "/api/v1/scanner/formula/check", "/api/v1/scanner/scan"
WORDS = "/api/v1/scanner/formula/words"


def check(client, formula, **more):
    answer = client.post(CHECK, json={"formula": formula, **more})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_names_say_what_they_are_where_they_stand_and_what_they_give(signed_in):
    found = check(signed_in(), "close > highest(high, 20)[1] and macd(12, 26, 9).signal > 0 and close > open")
    assert (found["valid"], found["type"], found["errors"], found["matches"]) == (True, "condition", [], None)
    said = {one["name"]: (one["kind"], one["gives"], one["at"]) for one in found["names"]}
    assert said == {
        "close": ("column", "number", [0, 64]),
        "highest": ("function", "number", [8]),
        "high": ("column", "number", [16]),
        "macd": ("function", "several", [33]),
        "open": ("column", "number", [72]),
    }
    (one,) = (one for one in found["names"] if one["name"] == "highest")
    assert one["signature"].startswith("highest(")
    assert one["meaning"]
    assert found["columns"] == ["close", "high", "open"]
    assert found["cost"] > 0


def test_a_number_is_valid_and_can_not_be_scanned_for(signed_in):
    found = check(signed_in(), "close - sma(close, 20)", count=True)
    assert (found["valid"], found["type"], found["matches"]) == (True, "number", None)


def test_a_mistake_is_pointed_at_with_what_was_meant(signed_in):
    found = check(signed_in(), "close > highets(high, 20)")
    (mistake,) = found["errors"]
    assert found["valid"] is False
    assert mistake["column"] == 8
    assert "highest" in mistake["suggestions"]
    assert mistake["pointed"] == "close > highets(high, 20)\n        ^"


@pytest.mark.parametrize(
    ("formula", "column"), [("close >", 7), ("  clos > 1", 2), ("close[-1] > 1", 6), ("raw.clse > 1", 4), ("", 0)]
)
def test_each_mistake_has_its_place(signed_in, formula, column):
    assert check(signed_in(), formula)["errors"][0]["column"] == column


@pytest.mark.parametrize(
    "formula",
    [
        "__import__('os').system('id')",
        "().__class__.__bases__[0].__subclasses__()",
        "(lambda: 1)()",
        "[x for x in close]",
        "open('/etc/passwd').read()",
        "close if 1 else 2",
        "9 ** 9 ** 9 ** 9",
        "(" * 1000 + ")" * 1000,
        "+".join(["rank(close)"] * 150),
        "sma(close, 100000) > 1",
        "close > " + "1" * 5000,
        *(text for text in TEXTS if len(text) <= 10_000 and text != "-1" and "\0" not in text),
    ],
)
def test_what_is_no_formula_is_a_mistake_and_nothing_else(signed_in, formula):
    found = check(signed_in(), formula, count=True)
    assert found["valid"] is False
    assert len(found["errors"]) == 1
    assert found["matches"] is None


@pytest.mark.parametrize("word", [word.name for word in names()])
def test_every_function_can_be_named(signed_in, word):
    """The signature that is shown says what a call takes; without arguments it is a mistake that says so, or valid."""
    found = check(signed_in(), f"{word}()")
    assert found["valid"] or found["errors"][0]["message"]


def test_every_word_of_the_language_is_listed_with_what_it_takes_and_means(signed_in, anyone):
    listed = {one["name"]: one for one in signed_in().get(WORDS).json()["items"]}
    assert listed.keys() == {*COLUMNS, *(word.name for word in names())}
    assert all(one["meaning"].endswith(".") for one in listed.values())
    assert listed["macd"]["fields"] == ["line", "signal", "histogram"]
    assert listed["highest"]["signature"] == "highest(x, length)"
    assert listed["rsi"]["parameters"][0] == {"name": "length", "kind": "whole number", "default": "14"}
    assert (listed["raw.close"]["kind"], listed["raw.close"]["parameters"]) == ("column", [])
    assert is_problem(anyone.get(WORDS), 401)


def test_a_text_that_is_too_long_is_refused(signed_in):
    assert is_problem(signed_in().post(CHECK, json={"formula": "x" * 10_001}), 422)


@pytest.mark.usefixtures("stored")
def test_the_count_is_that_of_a_scan(signed_in):
    ada, formula = signed_in(), "close > open"
    matches = check(ada, formula, count=True)["matches"]
    scan = ada.post(SCAN, json={"scanner_type": "formula", "formula": formula}).json()
    assert matches["count"] == len(scan["results"]) > 0
    assert matches["of"] == scan["funnel"][0]["steps"][2]["passed"]
    assert (matches["as_of"], matches["labels"]) == (scan["as_of"], ["simulated"])


def test_without_stored_bars_the_count_has_a_reason(signed_in):
    matches = check(signed_in(), "close > open", count=True)["matches"]
    assert matches["count"] is None
    assert matches["reason"]
