"""Grades in rows are words, not numbers."""

from __future__ import annotations

import json

import numpy as np
import pytest

from tapehawk.core.columns import close, open_
from tapehawk.core.expr import where
from tapehawk.core.scanner import NONE, Scanner, Setup
from tapehawk.scan.report import Report
from tapehawk.scanners.relative_volume import RelativeVolume
from tapehawk.scanners.technical import Technical
from tests.scan.market import ask, calm
from tests.scanners.tape import START, market


def test_a_grade_is_said_in_words_and_unknown_where_it_is_null():
    class Grading(Scanner):
        """How green a bar is."""

        def universe(self):
            return {}

        def setups(self):
            grade = where(close > open_ * 1.02, 1, 0) * where(close[5] > 0, 1, 1)
            yield Setup("graded", NONE, {"any": close > 0}, show={"green": grade}, words={"green": ("LITTLE", "MUCH")})
            yield Setup("plain", NONE, {"any": close > 0})

    panel = market({"AAA": calm(6), "BBB": [*calm(5), (100, 103, 100, 102.5, 1e6)], "NEW": calm(2)})
    assert said(ask(panel, Grading())) == {
        ("AAA", "graded", "LITTLE"), ("AAA", "plain", None), ("BBB", "graded", "MUCH"), ("BBB", "plain", None),
    }  # fmt: skip
    assert ("NEW", "graded", "UNKNOWN") in said(ask(panel, Grading(), scan_date=START))
    assert json.loads(ask(panel, Grading()).to_json())


def said(report: Report) -> set[tuple[str, str, str | None]]:
    return {(row["symbol"], row["pattern"], row["green"]) for row in report.results}


@pytest.mark.parametrize(
    ("scanner", "column", "words"),
    [
        (Technical(), "risk_level", {"VERY_LOW_RISK", "LOW_RISK", "MEDIUM_RISK", "HIGH_RISK"}),
        (
            RelativeVolume(min_relative_volume=1, min_avg_volume=0),
            "momentum_signal",
            {"NEUTRAL", "LOW", "MODERATE", "HIGH"},
        ),
    ],
)
def test_the_grades_of_the_built_in_scanners_are_words(scanner, column, words):
    rng = np.random.default_rng(3)
    tapes = {}
    for number in range(40):
        c = 100 * np.exp(np.cumsum(rng.normal(0, 0.02, 90)))
        o = c * np.exp(rng.normal(0, 0.01, 90))
        bars = zip(o, np.maximum(o, c) * 1.01, np.minimum(o, c) * 0.99, c, rng.uniform(1e6, 9e6, 90), strict=True)
        tapes[f"S{number:02}"] = list(bars)
    said = {row[column] for row in ask(market(tapes), scanner, start_date=START).results}
    assert said == words
