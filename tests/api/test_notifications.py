"""`/api/v1/notifications`: what a user was told, and how they want to be told."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator

import pytest

from tapehawk.app.house import House
from tapehawk.app.notifying import means
from tapehawk.notify.registry import kinds
from tapehawk.notify.sending import Sender
from tapehawk.notify.telling import tell
from tests.api.conftest import housed
from tests.fakes.receivers import http_receiver
from tests.notify.conftest import signal_row, write_signals

URL = "/api/v1/notifications"
HOOK = {"url": "https://example.org/hooks/t0psecret", "secret": "0123456789abcdef-secret"}
SHOWN = {"url": "https://example.org/***", "secret": "***cret"}


@pytest.fixture
def house(own_home, database_url) -> Iterator[House]:
    """Return the parts of the notification service, on either database."""
    yield from housed()


@pytest.fixture
def ada(signed_in):
    return signed_in("ada")


@pytest.fixture
def bob(signed_in):
    return signed_in("bob")


def id_of(house: House, name: str) -> uuid.UUID:
    with house.database.read() as records:
        return records.users.by_email(f"{name}@example.org").id


def signals(house: House, name: str, count: int, first: int = 0) -> None:
    """Let a user have signals, and be told of them."""
    look(house)
    now = dt.datetime.now(dt.UTC)
    rows = [signal_row(id_of(house, name), first + n, now + dt.timedelta(microseconds=n)) for n in range(count)]
    write_signals(house.database, *rows)
    look(house)


def look(house: House) -> None:
    tell(house.database, now=house.now(), most=house.known.notifications.max_per_hour)


def preferences(*channels: dict[str, object], **others: object) -> dict[str, object]:
    return {"time_zone": "UTC", "quiet_hours": None, "digest": None, "channels": list(channels), **others}


def channel(kind: str, address: dict[str, object]) -> dict[str, object]:
    return {"kind": kind, "address": address, "is_active": True}


# --------------------------------------------------------------------------------------------- notifications


def test_a_signal_becomes_a_notification_that_can_be_read(house, ada):
    assert ada.post(f"{URL}/rules", json={"name": "all"}).status_code == 201
    signals(house, "ada", 3)
    answer = ada.get(URL).json()
    assert (len(answer["items"]), answer["unread_count"], answer["next_cursor"]) == (3, 3, None)
    assert answer["items"][0]["type"] == "signal"
    one = answer["items"][0]["id"]
    assert ada.patch(f"{URL}/{one}", json={"is_read": True}).json()["is_read"] is True
    assert ada.get(URL, params={"unread": True}).json()["unread_count"] == 2
    assert one not in [item["id"] for item in ada.get(URL, params={"unread": True}).json()["items"]]
    assert ada.patch(f"{URL}/all", json={"is_read": True}).json() == {"changed": 2}
    assert ada.get(URL).json()["unread_count"] == 0
    assert ada.patch(f"{URL}/{one}", json={"is_read": False}).json()["is_read"] is False


def test_pages_follow_each_other(house, ada):
    ada.post(f"{URL}/rules", json={"name": "all"})
    signals(house, "ada", 7)
    seen, cursor = [], None
    while True:
        answer = ada.get(URL, params={"limit": 3, **({"cursor": cursor} if cursor else {})})
        assert answer.status_code == 200, answer.text
        page = answer.json()
        seen += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == 7


def test_nobody_sees_or_touches_anothers(house, ada, bob):
    ada.post(f"{URL}/rules", json={"name": "all"})
    ada.put(f"{URL}/preferences", json=preferences(channel("webhook", HOOK)))
    signals(house, "ada", 1)
    note, rule = ada.get(URL).json()["items"][0]["id"], ada.get(f"{URL}/rules").json()["items"][0]["id"]
    assert bob.get(URL).json() == {"items": [], "next_cursor": None, "unread_count": 0}
    assert bob.patch(f"{URL}/{note}", json={"is_read": True}).status_code == 404
    assert bob.patch(f"{URL}/all", json={"is_read": True}).json() == {"changed": 0}
    assert bob.get(f"{URL}/rules").json()["items"] == []
    for call in (bob.get, bob.delete):
        assert call(f"{URL}/rules/{rule}").status_code == 404
    assert bob.put(f"{URL}/rules/{rule}", json={"name": "mine"}).status_code == 404
    assert bob.get(f"{URL}/preferences").json()["channels"] == []
    assert bob.post(f"{URL}/test", json={"channel": "webhook"}).status_code == 404
    assert ada.get(URL).json()["unread_count"] == 1


WRITES = [
    ("patch", "/all", {"is_read": True}),
    ("patch", f"/{uuid.UUID(int=1)}", {"is_read": True}),
    ("put", "/preferences", preferences()),
    ("post", "/rules", {"name": "x"}),
    ("put", f"/rules/{uuid.UUID(int=1)}", {"name": "x"}),
    ("delete", f"/rules/{uuid.UUID(int=1)}", None),
    ("post", "/test", {"channel": "in_app"}),
]


@pytest.mark.parametrize("house", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("method", "path", "body"), WRITES)
def test_a_viewer_changes_nothing_and_nobody_does_unless_signed_in(house, signed_in, anyone, method, path, body):
    assert signed_in("vera", "viewer").request(method, URL + path, json=body).status_code == 403
    assert anyone.request(method, URL + path, json=body).status_code == 401


# ----------------------------------------------------------------------------------------------- preferences


def test_preferences_start_plain(ada):
    usual = {"time_zone": "America/New_York", "quiet_hours": None, "digest": None, "channels": []}
    assert ada.get(f"{URL}/preferences").json() == usual


def test_preferences_are_kept_with_addresses_masked(house, ada):
    given = preferences(
        channel("webhook", HOOK),
        channel("email", {"to": "ada@example.org"}),
        quiet_hours={"start": "22:00", "end": "07:00"},
    )
    answer = ada.put(f"{URL}/preferences", json=given)
    assert answer.status_code == 200
    shown = ada.get(f"{URL}/preferences").json()
    assert answer.json() == shown
    assert {one["kind"]: one["address"] for one in shown["channels"]} == {
        "webhook": SHOWN, "email": {"to": "a***@example.org"},
    }  # fmt: skip
    assert shown["quiet_hours"] == {"start": "22:00", "end": "07:00"}
    assert "t0psecret" not in answer.text
    assert HOOK["secret"] not in answer.text


def test_writing_back_what_was_shown_changes_nothing(house, ada):
    ada.put(f"{URL}/preferences", json=preferences(channel("webhook", HOOK)))
    shown = ada.get(f"{URL}/preferences").json()
    for one in shown["channels"]:
        one.pop("last")
    assert ada.put(f"{URL}/preferences", json=shown).status_code == 200
    with house.database.read() as records:
        assert records.of(id_of(house, "ada")).channels.of_kind("webhook")["address"] == HOOK


def test_channels_stay_where_none_are_given_and_go_where_they_are_left_out(ada):
    ada.put(f"{URL}/preferences", json=preferences(channel("webhook", HOOK)))
    ada.put(f"{URL}/preferences", json={"time_zone": "Europe/Zurich"})
    kept = ada.get(f"{URL}/preferences").json()
    assert (kept["time_zone"], len(kept["channels"])) == ("Europe/Zurich", 1)
    ada.put(f"{URL}/preferences", json=preferences())
    assert ada.get(f"{URL}/preferences").json()["channels"] == []


@pytest.mark.parametrize("house", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "bad",
    [
        preferences(time_zone="Mars/Olympus"),
        preferences(digest={"every_minutes": 5, "at": "09:00"}),
        preferences(quiet_hours={"start": "25:00", "end": "07:00"}),
        preferences(channel("pigeon", {})),
        preferences(channel("webhook", {"url": "ftp://example.org", "secret": "0123456789abcdef"})),
        preferences(channel("webhook", {"url": "https://example.org"})),
        preferences(channel("webhook", SHOWN)),
        preferences(channel("webhook", HOOK), channel("webhook", HOOK)),
        preferences(channel("webhook", {"url": {"a": [1]}, "secret": None})),
        preferences(channel("email", {"to": "ada@example.org\r\nBcc: x@example.org"})),
        preferences(channel("ntfy", {"topic": "../admin"})),
        preferences(channel("webhook", {**HOOK, "secret": "0123456789abcdef\0"})),
        preferences(nonsense=1),
        {"channels": "no"},
        [],
    ],
)
def test_what_makes_no_sense_is_a_422_that_repeats_no_secret(house, ada, bad):
    answer = ada.put(f"{URL}/preferences", json=bad)
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert "0123456789abcdef" not in answer.text
    assert ada.get(f"{URL}/preferences").json()["channels"] == []


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:6379/",
        "http://169.254.169.254/latest",
        "http://[::1]/",
        "http://localhost/",
        "http://10.0.0.8/",
    ],
)
def test_a_webhook_into_a_private_network_is_refused(ada, url):
    answer = ada.put(f"{URL}/preferences", json=preferences(channel("webhook", {**HOOK, "url": url})))
    assert (answer.status_code, "private network" in answer.json()["detail"]) == (403, True)
    assert "allow_private" in answer.json()["hint"]


# ----------------------------------------------------------------------------------------------------- rules


def test_a_rule_is_made_changed_listed_and_deleted(ada):
    asked = {"name": "r", "conditions": {"scanners": ["gap"], "min_confidence": 70}, "channels": ["email"]}
    made = ada.post(f"{URL}/rules", json=asked)
    assert made.status_code == 201
    rule = made.json()
    assert rule["conditions"]["statuses"] == ["active"]
    assert ada.get(f"{URL}/rules/{rule['id']}").json() == rule
    changed = ada.put(f"{URL}/rules/{rule['id']}", json={**asked, "is_active": False, "cooldown_minutes": 30}).json()
    assert (changed["is_active"], changed["cooldown_minutes"]) == (False, 30)
    assert [one["id"] for one in ada.get(f"{URL}/rules").json()["items"]] == [rule["id"]]
    assert ada.delete(f"{URL}/rules/{rule['id']}").status_code == 204
    assert ada.get(f"{URL}/rules/{rule['id']}").status_code == 404


@pytest.mark.parametrize("house", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "bad",
    [
        {},
        {"name": ""},
        {"name": "x" * 101},
        {"name": "x", "channels": ["pigeon"]},
        {"name": "x", "cooldown_minutes": -1},
        {"name": "x", "conditions": {"min_confidence": 101}},
        {"name": "x", "conditions": {"direction": "UP"}},
        {"name": "x", "conditions": {"phases": ["lunch"]}},
        {"name": "x", "conditions": {"symbols": ["S" * 33]}},
        {"name": "x", "conditions": {"symbols": ["A"] * 1001}},
        {"name": "x", "conditions": {"colour": "red"}},
        {"name": "a\0b"},
        {"name": "x", "conditions": {"symbols": ["\0"]}},
        {"name": "x", "conditions": {"scanners": ["a\r\nb"]}},
        {"name": "x", "user_id": str(uuid.UUID(int=1))},
    ],
)
def test_a_bad_rule_is_a_422(house, ada, bad):
    assert ada.post(f"{URL}/rules", json=bad).status_code == 422


def test_a_rule_that_is_off_tells_nothing(house, ada):
    ada.post(f"{URL}/rules", json={"name": "off", "is_active": False})
    signals(house, "ada", 2)
    assert ada.get(URL).json()["items"] == []


def test_there_are_only_so_many_rules(ada, monkeypatch):
    monkeypatch.setattr("tapehawk.app.telling.RULES", 3)
    answers = [ada.post(f"{URL}/rules", json={"name": "x"}).status_code for _ in range(4)]
    assert answers == [201, 201, 201, 422]


# ------------------------------------------------------------------------------------------------------ test


@pytest.fixture
def receiver(monkeypatch):
    monkeypatch.setenv("SCANNER__NOTIFICATIONS__ALLOW_PRIVATE", "true")
    with http_receiver() as held:
        yield held


def test_a_channel_is_tried_and_what_the_far_side_said_is_told(receiver, house, ada):
    ada.put(f"{URL}/preferences", json=preferences(channel("webhook", {**HOOK, "url": f"{receiver.url}/t0psecret"})))
    receiver.body = b"thanks"
    answer = ada.post(f"{URL}/test", json={"channel": "webhook"}).json()
    assert (answer["delivered"], answer["said"]) == (True, "200 thanks")
    assert receiver.taken[0].headers["tapehawk-delivery"] == answer["id"]
    receiver.refuse(404, b"no hook at /t0psecret")
    answer = ada.post(f"{URL}/test", json={"channel": "webhook"})
    assert answer.json()["delivered"] is False
    assert "404" in answer.json()["said"]
    assert "t0psecret" not in answer.text
    last = ada.get(f"{URL}/preferences").json()["channels"][0]["last"]
    assert (last["state"], last["attempt"]) == ("failed", 1)
    assert not Sender(house.database, means(house), house.now).send_one()  # a test is not sent again


def test_the_list_can_be_tried_too(ada):
    answer = ada.post(f"{URL}/test", json={"channel": "in_app"}).json()
    assert answer["delivered"] is True
    assert [item["type"] for item in ada.get(URL).json()["items"]] == ["test"]


def test_tests_are_limited(ada, bob):
    answers = [ada.post(f"{URL}/test", json={"channel": "in_app"}) for _ in range(12)]
    assert [answer.status_code for answer in answers] == [200] * 10 + [429] * 2
    assert 3000 < int(answers[-1].headers["Retry-After"]) <= 3600
    assert bob.post(f"{URL}/test", json={"channel": "in_app"}).status_code == 200


@pytest.mark.parametrize(("kind", "status"), [("email", 404), ("pigeon", 422), ("", 422), ("x" * 17, 422)])
def test_a_channel_that_is_not_there_can_not_be_tried(ada, kind, status):
    assert ada.post(f"{URL}/test", json={"channel": kind}).status_code == status


def test_from_a_signal_to_a_webhook(receiver, house, ada):
    ada.put(f"{URL}/preferences", json=preferences(channel("webhook", {**HOOK, "url": receiver.url})))
    ada.post(f"{URL}/rules", json={"name": "all", "channels": ["webhook"]})
    signals(house, "ada", 2)
    sender = Sender(house.database, means(house), house.now)
    assert [sender.send_one(), sender.send_one()] == [True, False]
    (taken,) = receiver.taken
    listed = {item["id"]: item for item in ada.get(URL).json()["items"]}
    assert {one["id"] for one in taken.json["notifications"]} == set(listed)
    for one in taken.json["notifications"]:
        assert one["data"] == listed[one["id"]]["data"]


def test_every_kind_of_channel_says_what_it_must_be_told(ada):
    found = {one["kind"]: one["address"] for one in ada.get(f"{URL}/kinds").json()["items"]}
    assert set(found) == set(kinds())
    secret = found["webhook"]["properties"]["secret"]
    assert (secret["writeOnly"], secret["minLength"]) == (True, 16)
    assert found["telegram"]["required"] == ["bot_token", "chat_id"]
