"""Every path, field and word that is published, in one process; behind nginx and split: tests/service/test_split.py."""

from __future__ import annotations

import pytest

from tapehawk.api.openapi import document, operations
from tests.api.asked import answers, at
from tests.api.conftest import user_of
from tests.api.owned_things import a_notification, a_signal
from tests.api.published import FIRST_TO_LAST, SCANNERS, WORDS
from tests.api.shapes import differences, planted


@pytest.mark.usefixtures("stored", "working")
def test_every_path_answers_what_is_published_and_a_planted_difference_is_found(house, signed_in):
    root = signed_in("root", role="admin")
    a_signal(house, user_of(house, "root"))
    a_notification(house, user_of(house, "root"))
    said = list(answers(root))
    assert [one for _, _, different in said for one in different] == []
    count = 0
    for asked, answer, _ in said:
        for other in planted(asked.says, answer):
            assert list(differences(asked.says, other)), (asked.route, other)
            count += 1
    assert count > 300


def test_what_is_asked_is_documented():
    known = {f"{method.upper()} {path}" for path, method, _ in operations(document())}
    assert {asked.route for asked in FIRST_TO_LAST} - known == set()


@pytest.mark.parametrize("name", WORDS)
def test_a_field_has_the_published_words_and_no_others(name):
    schema, _, field = name.partition(".")
    known = document()["components"]["schemas"][schema]["properties"][field]
    assert set(known.get("enum") or at(known, "anyOf.0.enum")) == WORDS[name]


def test_every_published_scanner_is_there(signed_in):
    listed = signed_in().get("/api/v1/scanner/scanners").json()["items"]
    assert {one["name"] for one in listed} >= SCANNERS
