"""A POST under an idempotency key is done once, however often it is sent."""

from __future__ import annotations

import datetime as dt
from threading import Event, Thread

import pytest

from tapehawk.api import portfolios
from tapehawk.records.answers import GIVEN_UP
from tests.api.conftest import user_of

URL = "/api/v1/portfolios"
BODY = {"name": "mine", "symbols": ["AAPL"]}


def under(key: str) -> dict[str, str]:
    return {"Idempotency-Key": key}


def names(client) -> list[str]:
    return [one["name"] for one in client.get(URL).json()["items"]]


def test_sent_again_it_is_answered_again_and_done_once(signed_in):
    ada = signed_in()
    first = ada.post(URL, json=BODY, headers=under("a"))
    again = ada.post(URL, json=BODY, headers=under("a"))
    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert first.headers["content-type"] == again.headers["content-type"]
    assert ("idempotency-replayed" in first.headers, again.headers["idempotency-replayed"]) == (False, "true")
    assert names(ada) == ["mine"]


def test_without_a_key_or_under_another_it_is_done_again(signed_in):
    ada = signed_in()
    for headers in ({}, {}, under("a"), under("b")):
        assert ada.post(URL, json=BODY, headers=headers).status_code == 201
    assert names(ada) == ["mine"] * 4


@pytest.mark.parametrize(
    ("path", "body"), [(URL, BODY | {"name": "other"}), (f"{URL}?x=1", BODY), ("/api/v1/watchlist", {"symbols": ["A"]})]
)
def test_another_request_under_the_same_key_is_a_conflict(signed_in, path, body):
    ada = signed_in()
    ada.post(URL, json=BODY, headers=under("a"))
    answer = ada.post(path, json=body, headers=under("a"))
    assert (answer.status_code, answer.headers["content-type"]) == (409, "application/problem+json")
    assert names(ada) == ["mine"]


def test_keys_are_a_users_own(signed_in):
    ada, bob = signed_in(), signed_in("bob")
    mine, his = (client.post(URL, json=BODY, headers=under("a")).json() for client in (ada, bob))
    assert mine["id"] != his["id"]
    assert names(bob) == ["mine"]


def test_what_failed_can_be_sent_again_under_its_key(signed_in):
    ada = signed_in()
    assert ada.post(URL, json={"name": ""}, headers=under("a")).status_code == 422
    assert ada.post(URL, json=BODY, headers=under("a")).status_code == 201


def test_a_viewer_takes_no_key(signed_in, house):
    vera = signed_in("vera", role="viewer")
    assert vera.post(URL, json=BODY, headers=under("a")).status_code == 403
    user = user_of(house, "vera")
    with house.database.write() as records:
        records.users.change(user.id, now=house.now(), role="user")
    assert vera.post(URL, json=BODY, headers=under("a")).status_code == 201


@pytest.mark.parametrize("key", ["", " ", "k" * 129, "a b", "é"])
def test_a_key_that_is_none_is_a_422(signed_in, key):
    answer = signed_in().post(URL, json=BODY, headers={"Idempotency-Key": key.encode("latin-1")})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["at"] == "Idempotency-Key"


def test_while_it_is_in_work_it_is_a_conflict_with_when_to_ask_again(signed_in, monkeypatch):
    began, go_on, shown = Event(), Event(), portfolios.Portfolio.model_validate

    def slow(row):
        began.set()
        go_on.wait(10)
        return shown(row)

    monkeypatch.setattr(portfolios.Portfolio, "model_validate", slow)
    ada, got = signed_in(), []
    thread = Thread(target=lambda: got.append(ada.post(URL, json=BODY, headers=under("a"))))
    thread.start()
    began.wait(10)
    try:
        meanwhile = ada.post(URL, json=BODY, headers=under("a"))
    finally:
        go_on.set()
        thread.join()
    assert (meanwhile.status_code, "retry-after" in meanwhile.headers) == (409, True)
    assert got[0].status_code == 201


def test_a_request_that_was_killed_gives_its_key_back_in_time(house, signed_in):
    ada, user = signed_in(), user_of(house, "ada")
    began = house.now() - GIVEN_UP + dt.timedelta(minutes=1)
    with house.database.write() as records:
        records.of(user.id).answers.claim("fresh", "a hash", now=began)
        records.of(user.id).answers.claim("old", "a hash", now=began - dt.timedelta(minutes=2))
    assert ada.post(URL, json=BODY, headers=under("fresh")).status_code == 409
    assert ada.post(URL, json=BODY, headers=under("old")).status_code == 201


def test_of_many_that_are_sent_at_once_one_is_done(signed_in):
    ada, got = signed_in(), []
    threads = [Thread(target=lambda: got.append(ada.post(URL, json=BODY, headers=under("a")))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {one.status_code for one in got} <= {201, 409}
    assert names(ada) == ["mine"]
    assert len({one.json()["id"] for one in got if one.status_code == 201}) == 1


def test_every_post_of_a_router_that_creates_says_so(anyone):
    document = anyone.get("/openapi.json").json()["paths"]
    for path in (URL, "/api/v1/watchlist"):
        headers = [one for one in document[path]["post"]["parameters"] if one["in"] == "header"]
        assert [one["name"] for one in headers] == ["Idempotency-Key"]
