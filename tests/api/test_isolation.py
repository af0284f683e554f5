"""Nobody sees or changes what is another's, by any route; viewers change nothing; a new route has to say what it is."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping

import pytest
import sqlalchemy as sa

from tapehawk.api.dependencies import current_user
from tapehawk.records.tables import METADATA
from tests.api.conftest import user_of
from tests.api.owning import ADMINS, ANYBODY, ASKING, OWNED, SHARED, Owned, Route

KINDS = {"OWNED": set(OWNED), "SHARED": set(SHARED), "ADMINS": set(ADMINS), "ANYBODY": set(ANYBODY)}
VOLATILE = re.compile(
    r'"(id|timestamp|request_id|created_at|updated_at|added_at)":"[^"]*"'  # differ from one answer to the next anyway
)
AUTH = "/api/v1/auth/"


@pytest.fixture
def routes(anyone) -> set[Route]:
    """Return every route of the document."""
    paths = anyone.app.openapi()["paths"]
    return {(method.upper(), path) for path, methods in paths.items() for method in methods}


def test_every_route_says_whose_things_it_is_about(routes):
    known = set().union(*KINDS.values())
    assert not (routes - known), "new routes: give each its place in tests/api/owning.py"
    assert not (known - routes), "these are gone: take them out of tests/api/owning.py"


def test_no_route_is_two_things():
    assert sum(map(len, KINDS.values())) == len(set().union(*KINDS.values()))
    assert set(OWNED) | set(SHARED) >= ASKING


@pytest.mark.parametrize("route", OWNED, ids=" ".join)
def test_what_is_adas_is_not_there_for_bob(house, signed_in, route):
    ada, bob, case = user_of(house, "ada"), signed_in("bob"), OWNED[route]
    before = _asked(bob, route, {}, case) if case.same else None
    if case.same:
        _forgotten(house, "bob")
    place = case.make(house, ada)
    kept = _all_of(house, ada)
    answer = _asked(bob, route, place, case)
    if case.same:
        assert VOLATILE.sub("", answer.text) == VOLATILE.sub("", before.text)
    else:
        assert answer.status_code == 404
    for secret in (*place.values(), "secret"):
        assert secret not in re.sub(r'"detail":"[^"]*"', "", answer.text)
    assert _all_of(house, ada) == kept, "Bob changed what is Ada's"


@pytest.mark.parametrize("route", OWNED, ids=" ".join)
def test_what_is_adas_is_there_for_ada(house, signed_in, route):
    """Else a path that is wrong would prove the rest."""
    ada, case = user_of(house, "ada"), OWNED[route]
    place = case.make(house, ada)
    answer = _asked(signed_in("ada"), route, place, case)
    assert answer.status_code < 300
    if case.same and route[0] == "GET":
        assert VOLATILE.sub("", answer.text) != VOLATILE.sub("", _asked(signed_in("bob"), route, place, case).text)


def test_viewers_change_nothing(routes, signed_in):
    vera = signed_in("vera", role="viewer")
    changing = sorted(one for one in routes - ASKING - ANYBODY if one[0] != "GET" and not one[1].startswith(AUTH))
    assert changing
    answers = {route: _asked(vera, route, {}, Owned(dict)).status_code for route in changing}
    assert {route: status for route, status in answers.items() if status != 403} == {}


def test_what_is_for_admins_refuses_users(routes, signed_in):
    ada = signed_in("ada")
    answers = {route: _asked(ada, route, {}, Owned(dict)).status_code for route in ADMINS}
    assert {route: status for route, status in answers.items() if status != 403} == {}


def test_who_is_not_signed_in_gets_nothing(routes, anyone):
    closed = sorted(one for one in routes - ANYBODY if not one[1].startswith(AUTH))
    answers = {route: _asked(anyone, route, {}, Owned(dict)).status_code for route in closed}
    assert {route: status for route, status in answers.items() if status != 401} == {}


def test_a_route_that_forgets_its_owner_is_found(house, signed_in):
    """The planted bug: a route that shows what is anybody's fails the same check."""
    ada, bob = user_of(house, "ada"), signed_in("bob")
    bob.app.dependency_overrides[current_user] = lambda: ada  # everybody is Ada
    route = ("GET", "/api/v1/signals/{signal_id}")
    assert _asked(bob, route, OWNED[route].make(house, ada), OWNED[route]).status_code == 200


def _asked(client, route: Route, place: Mapping[str, str], case: Owned):
    method, path = route
    url = re.sub(r"\{(\w+)(:path)?\}", lambda one: place.get(one[1], str(uuid.UUID(int=7))), path)
    return client.request(method, url, json=case.body)


def _all_of(house, user) -> dict[str, list[str]]:
    """Return every row of every table that is a user's."""
    owned = [table for table in METADATA.sorted_tables if "user_id" in table.c]
    with house.database.read() as records:
        return {
            table.name: sorted(
                map(str, records._connection.execute(sa.select(table).where(table.c.user_id == user.id)))
            )
            for table in owned
        }


def _forgotten(house, name: str) -> None:
    """Remove what a user has made, their sign-in apart."""
    user = user_of(house, name)
    with house.database.write() as records:
        for table in reversed(METADATA.sorted_tables):
            if "user_id" in table.c and table.name != "sign_ins":
                records._connection.execute(sa.delete(table).where(table.c.user_id == user.id))
