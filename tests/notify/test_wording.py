"""How it reads, whatever a symbol or a label holds."""

from __future__ import annotations

import uuid

from hypothesis import given
from hypothesis import strategies as st

from tapehawk.notify.preferences import Preferences
from tapehawk.notify.wording import Letter, letter_of, message_of, plain, title_of
from tests.notify.conftest import NOW
from tests.notify.test_routing import news

ZONE = Preferences(time_zone="America/New_York").zone


def note(number: int, **values) -> dict[str, object]:
    told = {"type": "signal", "title": f"BUY S{number}", "message": "entry 1", "data": {}, "created_at": NOW}
    return {"id": uuid.UUID(int=number), **told, **values}


def test_a_signal_reads_like_this():
    one = news(symbol="AAPL", entry_price=1189.25, target2=None, confidence=82.4, phase="after_hours", labels=["stale"])
    assert title_of(one) == "BUY AAPL: breakout, resistance break"
    assert message_of(one, ZONE) == (
        "entry 1,189.25, stop 10, target1 11.5, confidence 82, 1m after-hours, 2026-11-20 10:30 EST, stale"
    )


def test_what_is_simulated_says_so_first():
    assert title_of(news(symbol="X", labels=["simulated"])).startswith("[simulated] BUY X")


def test_one_notification_is_its_letter_and_several_are_listed():
    assert letter_of("id", [note(1)]).title == "BUY S1"
    several = letter_of("id", [note(1), note(2), note(3, type="more", data={"count": 9950})])
    assert several.title == "9,952 notifications"
    assert several.text(1000) == "BUY S1: entry 1\nBUY S2: entry 1\nand 9,950 more"


def test_what_does_not_fit_is_counted():
    letter = Letter("id", "t", tuple(f"line {n:03}" for n in range(100)), more=5)
    text = letter.text(100)
    assert len(text) <= 100
    shown = text.count("line")
    assert text.endswith(f"and {100 - shown + 5} more")


@given(st.lists(st.text(max_size=50), min_size=1, max_size=30), st.integers(40, 400), st.integers(0, 10**6))
def test_a_text_is_never_longer_than_it_may_be(lines, most, more):
    assert len(Letter("id", "t", tuple(map(plain, lines)), more=more).text(most)) <= most


@given(st.text())
def test_plain_text_is_one_line_that_can_be_seen(text):
    said = plain(text)
    assert said == plain(said)
    assert all(one.isprintable() for one in said)
    assert "\n" not in said


def test_a_symbol_that_would_add_a_header_or_turn_the_text_around_does_not():
    title = title_of(news(symbol="A\r\nBcc: x@y.z\u202e\u2028\x00"))
    assert title == "BUY A Bcc: x@y.z : breakout, resistance break"
