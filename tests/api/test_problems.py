"""Errors have one shape, whatever raised them."""

from __future__ import annotations

import inspect

from tapehawk.api.problems import MEDIA_TYPE, TITLES, status_of
from tapehawk.core import errors
from tapehawk.core.errors import TapehawkError

EVERY_ERROR = [
    kind
    for _, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, TapehawkError) and kind is not TapehawkError
]


def test_every_error_of_ours_has_a_status_and_a_title():
    for kind in EVERY_ERROR:
        assert status_of(kind) != 500, kind
        assert status_of(kind) in TITLES, kind


def test_an_unknown_path_is_a_problem_document(anyone):
    answer = anyone.get("/api/v1/nothing")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == MEDIA_TYPE
    assert {"error", "detail", "timestamp", "status", "title"} <= answer.json().keys()


def test_who_is_not_signed_in_is_told_so(anyone):
    answer = anyone.get("/api/v1/users")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"


def test_users_are_for_admins(signed_in):
    assert signed_in("ada").get("/api/v1/users").status_code == 403
    assert signed_in("root", role="admin").get("/api/v1/users").status_code == 200


def test_what_can_not_be_read_says_where(signed_in):
    answer = signed_in("root", role="admin").get("/api/v1/users?limit=0")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["at"] == "limit"
