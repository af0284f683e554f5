"""From entries to what is told: whatever is trimmed, lost or not ours, nothing is missing in silence."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tapehawk.bus.place import Place
from tapehawk.bus.reading import BEGUN, Cursor, Entry, Missed, joined
from tapehawk.core.errors import BadInput
from tapehawk.core.events import DeepAnalysisComplete, spoken

ERA = 1_700_000_000_000


def entry(number: int, era: int = ERA) -> Entry:
    event = DeepAnalysisComplete(f"{era}/{number}")
    return Entry(Place(era, number), event.kind, msgspec.json.encode(spoken(event)))


def told(entries, kinds=None):
    cursor = Cursor(Place(ERA, 0), kinds)
    return [one for each in entries for one in cursor.take(each)]


places = st.builds(Place, st.integers(0, 10**16 - 1), st.integers(0, 10**16 - 1))


@given(places, places)
def test_places_and_their_texts_sort_alike_and_come_back(one, other):
    assert Place.read(str(one)) == one
    assert (str(one) < str(other)) == (one < other)


@given(st.sets(st.integers(1, 200)))
def test_whatever_is_no_longer_there_is_counted_where_it_is_missing(kept):
    heard = told([entry(number) for number in sorted(kept)])
    expected, before = [], 0
    for number in sorted(kept):
        if number > before + 1:
            expected.append((str(Place(ERA, number - 1)), Missed(number - before - 1, "overtaken")))
        expected.append((str(Place(ERA, number)), DeepAnalysisComplete(f"{ERA}/{number}")))
        before = number
    assert heard == expected


@given(st.lists(st.tuples(st.integers(ERA, ERA + 3), st.integers(1, 5)), unique=True).map(sorted))
def test_between_eras_nobody_claims_to_know_how_many(places):
    heard = told([entry(number, era) for era, number in places])
    eras = [ERA, *(era for era, _ in places)]
    unknown = [event for _, event in heard if event == Missed(None, "begun anew")]
    assert len(unknown) == len(set(eras)) - 1


def test_the_beginning_of_an_era_is_told_before_anything_is_said_in_it():
    begun = Entry(Place(ERA + 5, 0), BEGUN, b"")
    assert told([entry(1), begun, entry(1, ERA + 5)])[1:] == [
        (str(begun.place), Missed(None, "begun anew")),
        (str(Place(ERA + 5, 1)), DeepAnalysisComplete(f"{ERA + 5}/1")),
    ]


SPOILT = [
    b"",
    b"\xff",
    b"5",
    b"[]",
    b"{}",
    b'{"kind":"shout"}',
    b'{"kind":"deepAnalysisComplete","x":1}',
    b'{"kind":[1]}',
]


@pytest.mark.parametrize("said", SPOILT)
@pytest.mark.parametrize("kind", ["", "deepAnalysisComplete", "shout"])
def test_what_can_not_be_read_is_told_and_costs_nothing_else(said, kind):
    heard = told([entry(1), Entry(Place(ERA, 2), kind, said), entry(3)])
    assert [event for _, event in heard[1:2]] == [Missed(1, "unreadable")]
    assert len(heard) == 3


@pytest.mark.parametrize("era", [ERA - 1, ERA + 1])
def test_what_somebody_else_wrote_outside_the_numbering_moves_no_position(era):
    heard = told([entry(1), Entry(Place(era, 0), "", b""), entry(2)])
    assert [position for position, _ in heard] == [str(Place(ERA, number)) for number in (1, 1, 2)]
    assert heard[1][1] == Missed(1, "unreadable")


def test_kinds_that_are_not_wanted_are_passed_over_and_still_counted():
    heard = told([entry(1), entry(4)], kinds=frozenset({"stateChanged"}))
    assert [event for _, event in heard] == [Missed(2, "overtaken")]


@pytest.mark.parametrize(
    ("since", "newest", "at", "missed"),
    [
        (Place(5, 3), Place(5, 9), Place(5, 3), False),
        (Place(5, 9), Place(5, 9), Place(5, 9), False),
        (Place(4, 99), Place(5, 9), Place(4, 99), False),  # what is kept of the older era comes first, then the gap
        (Place(5, 10), Place(5, 9), Place(5, 9), True),
        (Place(6, 1), Place(5, 9), Place(5, 0), True),  # the bus has forgotten and its clock goes behind
    ],
)
def test_where_a_subscriber_goes_on(since, newest, at, missed):
    assert joined(since, newest) == (at, Missed(None, "begun anew") if missed else None)


def test_a_position_that_is_none_says_what_gives_them():
    with pytest.raises(BadInput, match="no position") as raised:
        Place.read("yesterday")
    assert "publish" in raised.value.hint
