"""Who opens a socket: by a ticket that is good once, or by a header; never by a token in the URL."""

from __future__ import annotations

import datetime as dt

import pytest
from starlette.testclient import TestClient, WebSocketDenialResponse
from starlette.websockets import WebSocket

from tapehawk.accounts.tickets import issue
from tapehawk.api.app import build
from tapehawk.api.dependencies import SocketUser
from tapehawk.api.problems import MEDIA_TYPE
from tests.api.conftest import token_of, user_of


@pytest.fixture
def sockets(house):
    app = build(house)

    @app.websocket("/ws/whoami")
    async def whoami(socket: WebSocket, user: SocketUser) -> None:
        await socket.accept()
        await socket.send_text(user.email)
        await socket.close()

    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


def ticket_of(house, name):
    user = user_of(house, name)
    with house.database.write() as records:
        return issue(records, "socket", user.id, now=house.now())


def asked(client, url, **headers):
    with client.websocket_connect(url, headers=headers) as socket:
        return socket.receive_text()


def refused(client, url, status=401, **headers):
    with pytest.raises(WebSocketDenialResponse) as info:
        asked(client, url, **headers)
    assert info.value.status_code == status
    assert info.value.headers["content-type"] == MEDIA_TYPE
    return info.value.json()["detail"]


def test_a_ticket_opens_one_socket(house, sockets):
    ticket = ticket_of(house, "ada")
    assert asked(sockets, f"/ws/whoami?ticket={ticket}") == "ada@example.org"
    assert "used" in refused(sockets, f"/ws/whoami?ticket={ticket}")


def test_a_ticket_is_good_for_half_a_minute(house, sockets):
    ticket, issued = ticket_of(house, "ada"), house.now()
    object.__setattr__(house.who, "now", lambda: issued + dt.timedelta(seconds=31))
    refused(sockets, f"/ws/whoami?ticket={ticket}")


def test_a_ticket_of_another_purpose_opens_none(house, sockets):
    user = user_of(house, "ada")
    with house.database.write() as records:
        ticket = issue(records, "invitation", user.id, now=house.now())
    refused(sockets, f"/ws/whoami?ticket={ticket}")


def test_a_header_opens_a_socket_and_a_token_in_the_url_none(house, sockets):
    token = token_of(house, user_of(house, "ada"))
    assert asked(sockets, "/ws/whoami", authorization=f"Bearer {token}") == "ada@example.org"
    assert refused(sockets, f"/ws/whoami?token={token}") == "sign in first"
    refused(sockets, f"/ws/whoami?ticket={token[:200]}")
    assert "at most 200" in refused(sockets, f"/ws/whoami?ticket={token * 2}", status=422)


def test_a_disabled_user_opens_none(house, sockets):
    ticket, user = ticket_of(house, "ada"), user_of(house, "ada")
    with house.database.write() as records:
        records.users.change(user.id, now=house.now(), is_active=False)
    assert "disabled" in refused(sockets, f"/ws/whoami?ticket={ticket}")
