"""`/api/v1/audit`: what happened is listed for admins, newest first, in pages, by whom and what and when."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import get_args

import pytest

from tapehawk.accounts.audit import SecurityEvent, note
from tapehawk.accounts.visitor import Visitor
from tests.api.conftest import user_of

URL = "/api/v1/audit"
DAY = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
HERE, THERE = Visitor("192.0.2.7", ""), Visitor("2001:db8::7", "")


@pytest.fixture
def root(signed_in):
    return signed_in("root", role="admin")


@pytest.fixture
def noted(house):
    """Let something happen to Ada on two days, and something to nobody on the next."""
    ada = user_of(house, "ada").id
    with house.database.write() as records:
        note(records, "login", ada, HERE, now=DAY, sign_in="1")
        note(records, "password_changed", ada, THERE, now=DAY + dt.timedelta(hours=12) - dt.timedelta(microseconds=1))
        note(records, "login_failed", None, THERE, now=DAY + dt.timedelta(hours=12))
    return str(ada)


def events(client, query: str = "") -> list[str]:
    answer = client.get(f"{URL}?{query}")
    assert answer.status_code == 200, answer.text
    return [one["event"] for one in answer.json()["items"]]


def test_what_happened_is_listed_newest_first_as_it_was_noted(noted, root):
    assert events(root) == ["login_failed", "password_changed", "login"]
    first = root.get(URL).json()["items"][-1]
    assert first["id"] > 0
    del first["id"]
    assert first == {
        "at": "2026-11-20T12:00:00Z",
        "event": "login",
        "user_id": noted,
        "ip": "192.0.2.7",
        "detail": {"sign_in": "1"},
    }


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("event=login", ["login"]),
        ("event=invited", []),
        ("user_id={ada}", ["password_changed", "login"]),
        ("user_id={other}", []),
        ("ip=2001:db8::7", ["login_failed", "password_changed"]),
        ("from=2026-11-21", ["login_failed"]),
        ("to=2026-11-20", ["password_changed", "login"]),
        ("from=2026-11-20&to=2026-11-20&ip=192.0.2.7", ["login"]),
    ],
)
def test_it_is_asked_for_by_what_whom_where_and_when(noted, root, query, found):
    assert events(root, query.format(ada=noted, other=uuid.uuid4())) == found


def test_pages_follow_each_other_whatever_happens_meanwhile(house, noted, root):
    first = root.get(f"{URL}?limit=2").json()
    with house.database.write() as records:
        note(records, "invited", None, HERE, now=DAY)
    second = root.get(URL, params={"limit": 2, "cursor": first["next_cursor"]}).json()
    assert [one["event"] for one in first["items"] + second["items"]] == ["login_failed", "password_changed", "login"]
    assert second["next_cursor"] is None


@pytest.mark.parametrize(
    "query", ["event=shout", "user_id=ada", "from=2026-11-21&to=2026-11-20", "ip=' OR 1=1--", "cursor=x", "limit=0"]
)
def test_what_can_not_be_asked_is_refused(root, query):
    assert root.get(f"{URL}?{query}").status_code == 422


def test_every_event_there_is_can_be_shown(house, root):
    with house.database.write() as records:
        for event in get_args(SecurityEvent):
            note(records, event, None, HERE, now=DAY)
    assert events(root)[::-1] == list(get_args(SecurityEvent))


def test_what_an_admin_does_is_in_it_with_who_did_it(house, signed_in, root):
    ada = user_of(house, "ada")
    root.patch(f"/api/v1/users/{ada.id}", json={"role": "viewer"})
    (one,) = root.get(f"{URL}?event=role_changed").json()["items"]
    by = str(user_of(house, "root").id)
    assert (one["user_id"], one["detail"]) == (str(ada.id), {"by": by, "before": "user", "after": "viewer"})
