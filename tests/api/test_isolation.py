"""Nobody sees or changes what is another's, by any route; viewers change nothing; a new route has to say what it is."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from types import MappingProxyType

import pytest
import sqlalchemy as sa

from tapehawk.api.dependencies import current_user
from tapehawk.records.tables import METADATA, users
from tests.api.conftest import user_of
from tests.api.owning import ADMINS, ANYBODY, ASKING, OWNED, SHARED, Owned, Route

KINDS = {"OWNED": set(OWNED), "SHARED": set(SHARED), "ADMINS": set(ADMINS), "ANYBODY": set(ANYBODY)}
VOLATILE = re.compile(  # what differs from one answer to the next anyway, and how much the whole service has to do
    r'"(id|scan_id|scanId|job_id|timestamp|request_id|version|\w+_at)": ?"[^"]*"|"(\w*[qQ]ueueLength|elapsedMs)":[\d.]+'
)
AUTH = "/api/v1/auth/"
NOBODYS = str(uuid.UUID(int=7))
pytestmark = pytest.mark.usefixtures("stored")


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
    ada, case = user_of(house, "ada"), OWNED[route]
    before = _asked(signed_in("bob"), route, {}, case) if case.same else None
    if case.same:
        _forgotten(house, "bob")
    place = case.make(house, ada)
    kept = _all_of(house, ada)
    answer = _asked(signed_in("bob"), route, place, case)
    if case.same:
        assert _plain(answer) == _plain(before)
        assert not [id for id in _ids(place) if id in answer.text]
    else:
        assert answer.status_code == 404
        nowhere = {**place, **dict.fromkeys(_ids(place).values(), NOBODYS)}
        assert _plain(answer, place) == _plain(_asked(signed_in("bob"), route, nowhere, case), nowhere)
    assert "secret" not in answer.text
    assert _all_of(house, ada) == kept, "Bob changed what is Ada's"


@pytest.mark.parametrize("route", OWNED, ids=" ".join)
def test_what_is_adas_is_there_for_ada(house, signed_in, route):
    """Else a path that is wrong would prove the rest."""
    ada, case = user_of(house, "ada"), OWNED[route]
    place = case.make(house, ada)
    answer = _asked(signed_in("ada"), route, place, case)
    assert answer.status_code < 300
    if case.same and route[0] == "GET":
        assert _plain(answer) != _plain(_asked(signed_in("bob"), route, place, case))


def test_viewers_change_nothing(routes, signed_in):
    vera = signed_in("vera", role="viewer")
    changing = sorted(one for one in routes - ASKING - ANYBODY if one[0] != "GET" and not one[1].startswith(AUTH))
    assert changing
    answers = {route: _asked(vera, route, {}, Owned(dict)).status_code for route in changing}
    assert {route: status for route, status in answers.items() if status != 403} == {}


@pytest.mark.parametrize("route", sorted(ASKING), ids=" ".join)
def test_viewers_may_ask(signed_in, route):
    case = OWNED.get(route, Owned(dict))
    assert _asked(signed_in("vera", role="viewer"), route, {}, case).status_code in (200, 422)


@pytest.mark.parametrize("role", ["user", "viewer"])
def test_what_is_for_admins_refuses_everybody_else(signed_in, role):
    other, root = signed_in("ada", role=role), signed_in("root", role="admin")
    answers = {route: _asked(other, route, {}, Owned(dict)).status_code for route in ADMINS}
    assert {route: status for route, status in answers.items() if status != 403} == {}
    assert 403 not in {_asked(root, route, {}, Owned(dict)).status_code for route in ADMINS}


def test_who_is_not_signed_in_gets_nothing(routes, anyone):
    closed = sorted(routes - ANYBODY)
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
    url = re.sub(r"\{(\w+)(:path)?\}", lambda one: place.get(one[1], NOBODYS), path)
    return client.request(method, url, json=case.body)


def _ids(place: Mapping[str, str]) -> dict[str, str]:
    """Return the ids in a path, each with the name of its part."""
    return {value: name for name, value in place.items() if name.endswith("_id")}


def _plain(answer, place: Mapping[str, str] = MappingProxyType({})) -> str:
    """Return what is said, without what is never the same and the ids that were asked for."""
    text = VOLATILE.sub("", answer.text)
    for id in _ids(place):
        text = text.replace(id, "")
    return text


def _all_of(house, user) -> dict[str, list[str]]:
    """Return a user, and every row of every table that is theirs."""
    owner = {table: table.c.user_id for table in METADATA.sorted_tables if "user_id" in table.c} | {users: users.c.id}
    with house.database.read() as records:
        return {
            table.name: sorted(map(str, records._connection.execute(sa.select(table).where(column == user.id))))
            for table, column in owner.items()
        }


def _forgotten(house, name: str) -> None:
    """Remove a user with all that is theirs."""
    user = user_of(house, name)
    with house.database.write() as records:
        records._connection.execute(sa.delete(users).where(users.c.id == user.id))
