"""A POST under an idempotency key is done once at most, whether its process is killed, it fails, or it is given up."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Event

import pytest

from tapehawk.api import models, portfolios
from tapehawk.api.once import Claim
from tapehawk.app.house import House
from tapehawk.core.errors import Conflict
from tapehawk.records.answers import GIVEN_UP
from tapehawk.records.portfolios import Portfolios
from tests.api.conftest import housed

URL = "/api/v1/portfolios"
BODY = {"name": "mine", "symbols": ["AAPL"]}
KEY = {"Idempotency-Key": "a"}


@pytest.fixture
def impatient(monkeypatch) -> None:
    """Let nobody wait longer than a second for an answer."""
    monkeypatch.setenv("SCANNER__API__TIMEOUT", "1")


@pytest.fixture
def house(own_home, database_url) -> Iterator[House]:
    """Return the parts of a service, on either database."""
    yield from housed()


@pytest.fixture
def much_later(house):
    """Return what lets so much time pass that who is in work was killed."""
    real, passed = house.now, [GIVEN_UP * 0]
    house.now = lambda: real() + passed[0]
    return lambda: passed.__setitem__(0, passed[0] + GIVEN_UP * 2)


@pytest.fixture
def killed(monkeypatch):
    """Let the process be killed before it keeps an answer, until `undo`."""
    with monkeypatch.context() as patch:
        patch.setattr(Claim, "settle", lambda _claim, _answer: None)
        yield patch


@pytest.fixture
def ada(signed_in):
    return signed_in()


def fails(*_: object, **__: object) -> None:
    raise RuntimeError


def send(client, headers=KEY):
    return client.post(URL, json=BODY, headers=headers)


def names(client) -> list[str]:
    return [one["name"] for one in client.get(URL).json()["items"]]


def is_in_work(answer) -> bool:
    return answer.status_code == 409 and answer.headers.get("retry-after") == "1"


def is_done_without_an_answer(answer) -> bool:
    said = answer.json()
    return (
        answer.status_code == 409
        and answer.headers["content-type"] == "application/problem+json"
        and "retry-after" not in answer.headers
        and "was carried out" in said["detail"]
        and "list" in said["hint"]
    )


def test_killed_after_it_was_done_it_is_never_done_again(ada, killed, much_later):
    assert send(ada).status_code == 201
    assert is_in_work(send(ada))
    for _ in range(2):
        much_later()
        assert is_done_without_an_answer(send(ada))
    killed.undo()
    assert is_done_without_an_answer(send(ada))
    assert names(ada) == ["mine"]
    assert send(ada, {"Idempotency-Key": "b"}).status_code == 201


def test_killed_before_it_was_done_it_is_done_anew(ada, killed, much_later):
    killed.setattr(Portfolios, "add", fails)
    assert send(ada).status_code == 500
    killed.undo()
    assert is_in_work(send(ada))
    much_later()
    assert [send(ada).status_code for _ in range(2)] == [201, 201]
    assert names(ada) == ["mine"]


def test_another_request_under_a_key_without_an_answer_is_told_that(ada, killed, much_later):
    send(ada)
    much_later()
    answer = ada.post(URL, json=BODY | {"name": "other"}, headers=KEY)
    assert (answer.status_code, "another request" in answer.json()["detail"]) == (409, True)


def test_failed_after_it_was_done_it_is_not_done_again(ada, monkeypatch, much_later):
    with monkeypatch.context() as patch:
        patch.setattr(portfolios, "_tagged", fails)
        assert send(ada).status_code == 500
    assert is_in_work(send(ada))
    much_later()
    assert is_done_without_an_answer(send(ada))
    assert names(ada) == ["mine"]


def test_failed_before_it_was_done_it_can_be_sent_again_at_once(ada, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(Portfolios, "add", fails)
        assert send(ada).status_code == 500
    assert send(ada).status_code == 201
    assert names(ada) == ["mine"]


def test_given_up_by_who_waited_it_does_nothing_any_more(impatient, ada, monkeypatch):
    first, sent_again, refused, enqueue = Event(), Event(), Event(), models.enqueue

    def slow(*asked):
        if first.is_set():
            return enqueue(*asked)
        first.set()
        sent_again.wait(10)
        try:
            return enqueue(*asked)
        except Conflict:
            refused.set()
            raise

    monkeypatch.setattr(models, "enqueue", slow)
    try:
        answers = [ada.post("/api/v1/ml/train", json={"scanner_type": "gap"}, headers=KEY) for _ in range(2)]
    finally:
        sent_again.set()
    assert [one.status_code for one in answers] == [504, 202]
    assert refused.wait(10)
    assert [one["id"] for one in ada.get("/api/v1/jobs").json()["items"]] == [answers[1].json()["job_id"]]
