"""Who is told what, through what: rules, cooldowns, limits, letters."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tapehawk.notify.news import News, news_of
from tapehawk.notify.preferences import Digest, Preferences
from tapehawk.notify.routing import Reader, route
from tapehawk.notify.rules import Conditions, Rule
from tests.notify.conftest import NOW, signal_row

USER = uuid.UUID(int=1)


def news(number: int = 1, status: str = "active", seconds: float = 0, **row) -> News:
    made = signal_row(USER, number, NOW, **row)
    (one,) = news_of(made, 0)
    return News(USER, status, NOW + dt.timedelta(seconds=seconds), one.data)


def rule(*channels: str, cooldown: float = 0, number: int = 1, **conditions) -> Rule:
    wanted = Conditions(**conditions)
    return Rule(uuid.UUID(int=number), wanted, frozenset(channels), dt.timedelta(minutes=cooldown))


def reader(*rules: Rule, **known) -> Reader:
    values = {"preferences": Preferences(time_zone="UTC"), "channels": ["email", "slack"], **known}
    return Reader(rules=rules, **values)


@pytest.mark.parametrize(
    ("conditions", "is_told"),
    [
        ({}, True),
        ({"scanners": ["breakout"]}, True),
        ({"scanners": ["gap", "lc"]}, False),
        ({"symbols": ["AAPL"]}, True),
        ({"symbols": ["MSFT"]}, False),
        ({"watchlist": True}, True),
        ({"min_confidence": 82}, True),
        ({"min_confidence": 82.5}, False),
        ({"direction": "BUY"}, True),
        ({"direction": "SELL"}, False),
        ({"phases": ["premarket", "regular"]}, True),
        ({"phases": ["premarket"]}, False),
        ({"statuses": ["triggered"]}, False),
        ({"scanners": ["breakout"], "direction": "SELL"}, False),
    ],
)
def test_a_rule_tells_of_what_meets_all_of_its_conditions(conditions, is_told):
    one = news(symbol="AAPL", confidence=82.0)
    plan = route([one], reader(rule("email", **conditions), watched={"AAPL"}), NOW)
    assert bool(plan.notes) is is_told


def test_a_signal_without_confidence_meets_no_least_one():
    assert not route([news(confidence=None)], reader(rule(min_confidence=1)), NOW).notes


def test_another_symbol_is_not_on_the_watchlist():
    assert not route([news(symbol="AAPL")], reader(rule(watchlist=True), watched={"MSFT"}), NOW).notes


def test_two_rules_make_one_note_that_goes_where_either_wants_it():
    plan = route([news()], reader(rule("email", number=1), rule("slack", number=2)), NOW)
    assert len(plan.notes) == 1
    assert [one.channel for one in plan.postings] == ["email", "slack"]


def test_a_channel_that_is_off_or_not_there_gets_nothing_and_the_list_has_it_anyway():
    plan = route([news()], reader(rule("ntfy", "in_app")), NOW)
    assert len(plan.notes) == 1
    assert plan.postings == ()


def test_what_is_known_is_not_told_again():
    one = news()
    assert not route([one], reader(rule(), known={one.key}), NOW).notes
    assert len(route([one, one, replace(one)], reader(rule()), NOW).notes) == 1


def test_a_status_is_told_beside_the_one_before():
    both = [news(), news(status="triggered", seconds=5)]
    plan = route(both, reader(rule(statuses=["active", "triggered"])), NOW)
    assert [note.type for note in plan.notes] == ["signal", "signal_status"]
    assert plan.notes[1].title == "BUY S00001 triggered: breakout, resistance break"


def test_a_cooldown_is_by_rule_and_symbol():
    said = [news(n, symbol=symbol, seconds=60 * n) for n, symbol in enumerate(["A", "A", "B", "A"])]
    plan = route(said, reader(rule(cooldown=2)), NOW)
    assert [note.data["setup_key"] for note in plan.notes] == ["breakout|A|0", "breakout|B|2", "breakout|A|3"]
    both = route(said[:2], reader(rule(cooldown=2), rule(number=2)), NOW)
    assert [note.data["rules"] for note in both.notes] == [
        [str(uuid.UUID(int=n)) for n in (1, 2)],
        [str(uuid.UUID(int=2))],
    ]


def test_a_cooldown_replayed_suppresses_the_same():
    said = [news(n, symbol="A", seconds=60 * n) for n in range(10)]
    first = route(said, reader(rule(cooldown=3)), NOW)
    cooling = {(one.data["rules"][0], "A"): dt.datetime.fromisoformat(one.data["at"]) for one in first.notes}
    again = route(said[-3:], reader(rule(cooldown=3), known={one.key for one in first.notes}, cooling=cooling), NOW)
    assert again.notes == ()


def test_a_burst_is_one_letter_to_each_channel():
    plan = route([news(n) for n in range(30)], reader(rule("email", "slack")), NOW)
    assert [len(one.notes) for one in plan.postings] == [30, 30]
    assert {one.due_at for one in plan.postings} == {NOW}


def test_above_the_limit_the_rest_is_counted_and_the_most_confident_are_told():
    said = [news(n, confidence=float(n)) for n in range(100)]
    plan = route(said, reader(rule("email"), room=10, most=10), NOW)
    assert [note.data["confidence"] for note in plan.notes[:-1]] == [99.0 - n for n in range(10)]
    assert plan.notes[-1].data == {"count": 90, "most": 10}
    assert route(said, reader(rule("email"), room=-3, most=10), NOW).notes[0].data["count"] == 100


def test_a_digest_waits_and_its_letters_share_their_key():
    wanted = Preferences(time_zone="UTC", digest=Digest(every_minutes=60))
    plans = [
        route([news(n)], reader(rule("email"), preferences=wanted), NOW + n * dt.timedelta(minutes=1)) for n in (1, 2)
    ]
    assert {plan.postings[0].key for plan in plans} == {"at:2026-11-20T16:00:00+00:00"}


SAID = st.tuples(st.integers(0, 20), st.sampled_from(["active", "triggered"]), st.integers(0, 600))


@given(st.lists(SAID, max_size=60), st.integers(0, 30), st.integers(0, 10))
def test_nothing_is_told_twice_nothing_beyond_the_limit_and_everything_is_counted(said, room, cooldown):
    many = [news(number, status, seconds, symbol=f"S{number % 3}") for number, status, seconds in said]
    rules = [rule("email", cooldown=cooldown, statuses=["active", "triggered"])]
    plan = route(many, reader(*rules, room=room, most=room), NOW)
    notes = [note for note in plan.notes if note.type != "more"]
    assert len({note.key for note in plan.notes}) == len(plan.notes)
    assert len(notes) <= room
    if not cooldown:
        rest = sum(note.data["count"] for note in plan.notes if note.type == "more")
        assert len(notes) + rest == len({one.key for one in many})
    posted = [key for posting in plan.postings for key in posting.notes]
    assert sorted(posted) == sorted(note.key for note in plan.notes)
