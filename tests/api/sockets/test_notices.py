"""What a user is told reaches their own sockets as it is listed, from whichever process writes it down."""

from __future__ import annotations

import httpx2
import pytest

from tapehawk.api.notifications import Notification
from tapehawk.app.house import House
from tapehawk.app.settings import settings
from tapehawk.app.telling import try_out
from tapehawk.core.events import UserNotification
from tests.api.conftest import user_of
from tests.api.sockets.served import Served, heard
from tests.notify.conftest import a_rule, signal_row, write_signals
from tests.records.test_signals import signal

SIGNALS = "/ws/signals"


def listed(served, name: str = "ada") -> list[dict]:
    headers = {"Authorization": f"Bearer {served.token(name)}"}
    url = f"http://127.0.0.1:{served.port}/api/v1/notifications"
    return httpx2.get(url, headers=headers, trust_env=False).json()["items"]


def test_a_notification_is_told_as_it_is_listed(served, house):
    with served.client(SIGNALS) as socket:
        assert heard(socket)["type"] == "snapshot"
        try_out(house, user_of(house, "ada").id, "in_app")
        said = heard(socket)
    assert said["type"] == "notification"
    assert [said["notification"]] == listed(served)
    assert said["notification"].keys() == Notification.model_fields.keys()


def test_it_is_told_to_its_user_and_nobody_else_at_all_of_their_sockets(served, house):
    ada, bob = user_of(house, "ada"), user_of(house, "bob")
    with served.client(SIGNALS) as one, served.client(SIGNALS) as two, served.client(SIGNALS, "bob") as his:
        for socket in (one, two, his):
            heard(socket)
        try_out(house, ada.id, "in_app")
        try_out(house, bob.id, "in_app")
        hers = [heard(socket)["notification"]["id"] for socket in (one, two)]
        assert hers == [listed(served)[0]["id"]] * 2
        assert heard(his)["notification"]["id"] == listed(served, "bob")[0]["id"] not in hers


def test_who_was_away_gets_what_they_missed_of_their_own(served, house):
    ada, bob = user_of(house, "ada"), user_of(house, "bob")
    with served.client(SIGNALS) as socket:
        number = heard(socket)["sequence"]
    served.say(UserNotification(str(bob.id), {"id": "his"}), UserNotification(str(ada.id), {"id": "hers"}))
    with served.client(f"{SIGNALS}?since={number}") as socket:
        assert heard(socket)["missed"] == 1
        assert heard(socket)["notification"] == {"id": "hers"}


def test_what_a_rule_makes_of_a_signal_is_told_in_one_process(working, served, house):
    ada = user_of(house, "ada")
    a_rule(house.database, ada.id)
    with served.client(SIGNALS) as socket:
        heard(socket)
        write_signals(house.database, signal_row(ada.id, 1, house.now()))
        assert heard(socket)["notification"]["data"]["symbol"] == "S00001"


def test_with_redis_what_one_process_writes_is_told_by_another(working, house, make_server, monkeypatch):
    monkeypatch.setenv("REDIS_URL", make_server().address)
    ada = user_of(house, "ada")
    a_rule(house.database, ada.id)
    bob = user_of(house, "bob")
    with (
        Served(House(settings(), ("records",))) as records,
        Served(House(settings(), ("notifications",))),
        records.client(SIGNALS) as hers,
        records.client(SIGNALS, "bob") as his,
    ):
        heard(hers), heard(his)
        write_signals(house.database, signal_row(ada.id, 1, house.now()))
        assert heard(hers)["notification"]["type"] == "signal"
        records.say(UserNotification(str(bob.id), {"id": "his"}))
        assert heard(his)["notification"] == {"id": "his"}


@pytest.mark.parametrize("status", ["triggered", "cancelled"])
def test_a_signal_that_is_moved_by_hand_is_told_too(served, house, status):
    user = user_of(house, "ada")
    with house.database.write() as records:
        records.of(user.id).signals.keep([signal(0)])
    with served.client(SIGNALS) as socket:
        (before,) = heard(socket)["signals"]
        url = f"http://127.0.0.1:{served.port}/api/v1/signals/{before['id']}/status"
        headers = {"Authorization": f"Bearer {served.token()}"}
        answer = httpx2.patch(url, json={"status": status}, headers=headers, trust_env=False).json()
        said = heard(socket)
    del answer["history"]
    assert (said["type"], said["signal"]) == ("signal", answer)
