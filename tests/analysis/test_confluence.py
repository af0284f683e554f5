"""Confluence: who votes, what counts as agreement, and what does not."""

from __future__ import annotations

import pytest

from tapehawk.analysis.confluence import Confluence
from tapehawk.analysis.part import On, Seen, answered
from tests.analysis import facts

VOTES = {
    "B": {"momentum_short_atr": 0.5, "rsi": 60.0, "macd_histogram_atr": 0.1},
    "S": {"momentum_short_atr": -0.5, "rsi": 40.0, "macd_histogram_atr": -0.1},
    "H": {"momentum_short_atr": 0.5, "rsi": 60.0, "macd_histogram_atr": -0.1},
}
TIMEFRAMES = ("5m", "15m", "1h", "4h", "1d", "1w")


def answer(votes: str, side: str = "BUY", missing: int = 0) -> dict:
    """The answer to some votes, and `missing` timeframes without bars."""
    every = TIMEFRAMES[: len(votes) + missing]
    seen = facts.seen({On(timeframe): VOTES[vote] for timeframe, vote in zip(every, votes, strict=False)})
    return answered(Confluence(every), side, seen)


@pytest.mark.parametrize(
    ("votes", "strength", "share"),
    [
        ("BBBB", "STRONG", 1.0),
        ("BBBS", "STRONG", 0.75),
        ("BBBH", "STRONG", 0.75),
        ("BBB", "STRONG", 1.0),
        ("BB", "MODERATE", 1.0),  # two of two are not three
        ("BBH", "MODERATE", 2 / 3),
        ("BBBHH", "MODERATE", 0.6),
        ("BBHH", "WEAK", 0.5),
        ("BS", "WEAK", 0.5),
        ("HHHH", "WEAK", 0.0),
        ("SSSS", "WEAK", 0.0),  # they agree, but not with a BUY
    ],
)
def test_the_strength_is_that_of_the_signals_side(votes, strength, share):
    said = answer(votes)
    assert (said["strength"], said["share"]) == (strength, pytest.approx(share))
    turned = answer(votes.translate(str.maketrans("BS", "SB")), "SELL")
    assert (turned["strength"], turned["share"]) == (strength, pytest.approx(share))


def test_s12_two_against_two_is_no_confluence():
    said = answer("BBSS")
    assert (said["strength"], said["votes"]) == ("WEAK", {"BUY": 2, "SELL": 2, "HOLD": 0})
    assert answer("BBSS", "SELL")["strength"] == "WEAK"
    assert (answer("BBSS", "HOLD")["strength"], answer("BBSS", "HOLD")["side"]) == ("WEAK", "HOLD")


@pytest.mark.parametrize(("votes", "side"), [("BBBS", "BUY"), ("SSSB", "SELL")])
def test_a_hold_is_counted_for_the_side_with_more_votes(votes, side):
    said = answer(votes, "HOLD")
    assert (said["side"], said["share"], said["strength"]) == (side, 0.75, "STRONG")


def test_a_timeframe_without_bars_has_no_vote_and_says_why():
    said = answer("BBB", missing=1)
    assert said["share"] == 1.0
    assert said["timeframes"]["4h"] == {"available": False, "reason": "no 4h bars"}


@pytest.mark.parametrize("votes", ["", "B"])
def test_fewer_than_two_timeframes_are_no_confluence(votes):
    said = answer(votes, missing=2)
    assert not said["available"]
    assert said["reason"].startswith(f"{len(votes)} of at least 2 timeframes answer")


@pytest.mark.parametrize(
    ("momentum", "rsi", "macd", "vote"),
    [
        (0.1, 46.0, 0.1, "BUY"), (0.1, 45.0, 0.1, "HOLD"), (0.0, 60.0, 0.1, "HOLD"), (0.1, 60.0, 0.0, "HOLD"),
        (-0.1, 54.0, -0.1, "SELL"), (-0.1, 55.0, -0.1, "HOLD"), (-0.1, 40.0, 0.1, "HOLD"),
    ],
)  # fmt: skip
def test_the_question_is_the_same_on_each_timeframe(momentum, rsi, macd, vote):
    bar = {"momentum_short_atr": momentum, "rsi": rsi, "macd_histogram_atr": macd}
    said = answered(Confluence(), "BUY", facts.seen({On(timeframe): bar for timeframe in ("5m", "1h", "1d", "1w")}))
    assert {one["vote"] for one in said["timeframes"].values()} == {vote}


def test_a_timeframe_whose_value_is_null_has_no_vote():
    values = {On("1d"): VOTES["B"], On("1h"): VOTES["B"], On("5m"): {**VOTES["B"], "rsi": float("nan")}}
    said = answered(Confluence(("5m", "1h", "1d")), "BUY", facts.seen(values))
    assert said["votes"] == {"BUY": 2, "SELL": 0, "HOLD": 0}
    assert said["timeframes"]["5m"] == {"available": False, "reason": "rsi has no value on the last closed bar"}


def test_nothing_at_all_is_said_to_be_nothing():
    assert "0 of at least 2" in answered(Confluence(), "BUY", Seen({}))["reason"]
