"""`/api/v1/auth`: the way of a user through it, over HTTP."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pwdlib.hashers.argon2 import Argon2Hasher
from starlette.testclient import TestClient

from tapehawk.accounts.passwords import Passwords
from tapehawk.accounts.throttle import Throttle
from tapehawk.api.problems import MEDIA_TYPE
from tapehawk.api.refresh_cookie import MARK, NAME

ADA = {"email": "ada@example.org", "password": "correct horse", "first_name": "Ada", "last_name": "Lovelace"}
LOGIN = {name: ADA[name] for name in ("email", "password")}


@pytest.fixture
def client(house, anyone) -> TestClient:
    house.accounts.passwords = Passwords(Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1))
    return anyone


@pytest.fixture
def ada(client):
    """Return the tokens of a user who has registered."""
    return client.post("/api/v1/auth/register", json=ADA).json()


@pytest.fixture
def clock(house):
    """Return what moves the time of the house."""
    house.now()
    began, passed = house.now(), [dt.timedelta()]
    house.now = lambda: began + passed[0]
    return lambda **by: passed.__setitem__(0, passed[0] + dt.timedelta(**by))


def bearer(grant):
    return {"Authorization": f"Bearer {grant['access_token']}"}


def me(client, grant):
    return client.get("/api/v1/auth/me", headers=bearer(grant))


def refreshed(client, grant):
    return client.post("/api/v1/auth/refresh", json={"refresh_token": grant["refresh_token"]})


def test_who_registers_is_signed_in(client, ada):
    assert ada.keys() == {"access_token", "refresh_token", "token_type", "expires_in"}
    assert (ada["token_type"], ada["expires_in"]) == ("bearer", 900)
    shown = me(client, ada).json()
    assert {name: shown[name] for name in ("email", "first_name", "last_name", "role", "is_active")} == {
        "email": "ada@example.org",
        "first_name": "Ada",
        "last_name": "Lovelace",
        "role": "user",
        "is_active": True,
    }
    assert "password" not in str(shown)


def test_registering_twice_is_a_conflict(client, ada):
    answer = client.post("/api/v1/auth/register", json=ADA)
    assert answer.status_code == 409
    assert answer.json()["errors"] == [{"at": "email", "message": "ada@example.org is a user already"}]


def test_the_answer_to_a_login_is_kept_by_nobody(client, ada):
    answer = client.post("/api/v1/auth/login", json=LOGIN)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert "set-cookie" not in answer.headers
    assert me(client, answer.json()).status_code == 200


def test_a_wrong_password_and_an_unknown_email_get_the_same_answer(client, ada):
    answers = [
        client.post("/api/v1/auth/login", json={**LOGIN, **wrong})
        for wrong in ({"password": "wrong"}, {"email": "nobody@example.org"})
    ]
    shown = [{**answer.json(), "timestamp": "", "request_id": ""} for answer in answers]
    assert shown[0] == shown[1]
    assert [answer.status_code for answer in answers] == [401, 401]


def test_too_many_tries_are_told_when_to_come_back(client, ada):
    for _ in range(10):
        client.post("/api/v1/auth/login", json={**LOGIN, "password": "wrong"})
    answer = client.post("/api/v1/auth/login", json=LOGIN)
    assert answer.status_code == 429
    assert 0 < int(answer.headers["retry-after"]) <= 900


def test_a_refresh_token_is_good_once(client, ada, clock):
    again = refreshed(client, ada).json()
    clock(seconds=30)
    assert refreshed(client, again).status_code == 200
    assert refreshed(client, ada).status_code == 401
    assert me(client, again).status_code == 401


def test_a_browser_has_its_refresh_token_where_no_script_and_no_other_site_gets_it(client, ada):
    answer = client.post("/api/v1/auth/login", json={**LOGIN, "refresh_in": "cookie"})
    assert answer.json()["refresh_token"] is None
    said, mark = (one.lower() for one in answer.headers.get_list("set-cookie"))
    assert mark == "tapehawk_signed_in=1; max-age=2592000; path=/; samesite=strict", "scripts see that it is there"
    for word in ("httponly", "samesite=strict", "path=/api/v1/auth", "max-age=2592000"):
        assert word in said
    assert "secure" not in said
    rotated = client.post("/api/v1/auth/refresh")
    assert (rotated.status_code, rotated.json()["refresh_token"]) == (200, None)
    assert rotated.cookies[NAME] != answer.cookies[NAME]


def test_by_https_the_cookie_goes_by_https_only(client, ada):
    safely = TestClient(client.app, base_url="https://testserver")
    answer = safely.post("/api/v1/auth/login", json={**LOGIN, "refresh_in": "cookie"})
    assert all("secure" in one.lower() for one in answer.headers.get_list("set-cookie"))


def test_logging_out_by_the_cookie_ends_the_sign_in_and_takes_the_cookie_away(client, ada):
    grant = client.post("/api/v1/auth/login", json={**LOGIN, "refresh_in": "cookie"}).json()
    assert client.post("/api/v1/auth/logout").status_code == 204
    assert NAME not in client.cookies
    assert MARK not in client.cookies
    assert me(client, grant).status_code == 401
    assert me(client, ada).status_code == 200


def test_logging_out_by_either_token_ends_the_sign_in(client, ada):
    other = client.post("/api/v1/auth/login", json=LOGIN).json()
    assert client.post("/api/v1/auth/logout", headers=bearer(ada)).status_code == 204
    assert refreshed(client, ada).status_code == 401
    body = {"refresh_token": other["refresh_token"]}
    assert client.post("/api/v1/auth/logout", json=body).status_code == 204
    assert me(client, other).status_code == 401
    assert client.post("/api/v1/auth/logout").status_code == 401


def test_sign_ins_are_listed_and_ended_one_by_one_or_all(client, ada):
    for _ in range(2):
        client.post("/api/v1/auth/login", json=LOGIN, headers={"User-Agent": "another browser"})
    shown = client.get("/api/v1/auth/sign-ins", headers=bearer(ada)).json()["items"]
    assert sorted(one["is_current"] for one in shown) == [False, False, True]
    assert [one["user_agent"] for one in shown].count("another browser") == 2
    for end in (204, 404):
        answer = client.delete(f"/api/v1/auth/sign-ins/{shown[0]['id']}", headers=bearer(ada))
        assert answer.status_code == end
    first = client.get("/api/v1/auth/sign-ins?limit=1", headers=bearer(ada)).json()
    second = client.get(f"/api/v1/auth/sign-ins?cursor={first['next_cursor']}", headers=bearer(ada)).json()
    assert len(first["items"]) == len(second["items"]) == 1
    assert second["next_cursor"] is None
    assert client.delete("/api/v1/auth/sign-ins", headers=bearer(ada)).status_code == 204
    assert me(client, ada).status_code == 401


def test_all_other_sign_ins_end_and_the_one_that_asks_stays(client, ada):
    other = client.post("/api/v1/auth/login", json=LOGIN).json()
    assert client.delete("/api/v1/auth/sign-ins?others=true", headers=bearer(ada)).status_code == 204
    assert me(client, other).status_code == 401
    assert refreshed(client, other).status_code == 401
    (left,) = client.get("/api/v1/auth/sign-ins", headers=bearer(ada)).json()["items"]
    assert left["is_current"]


@pytest.mark.parametrize(
    ("account", "wrong"),
    [({"per_trade": 2}, "per_trade"), ({"account_size": -1}, "account_size"), ({"per_trad": 0.01}, "per_trad")],
)
def test_preferences_that_are_no_account_are_refused_and_nothing_changes(client, ada, account, wrong):
    asked = {"preferences": {"risk": account}, "first_name": "Augusta"}
    answer = client.patch("/api/v1/auth/me", json=asked, headers=bearer(ada))
    assert answer.status_code == 422
    assert wrong in answer.json()["detail"]
    now = me(client, ada).json()
    assert now["preferences"] == {}
    assert now["first_name"] != "Augusta"


def test_preferences_that_are_an_account_are_kept(client, ada):
    mine = {"risk": {"account_size": 25_000, "per_trade": 0.005}, "more": [1]}
    assert client.patch("/api/v1/auth/me", json={"preferences": mine}, headers=bearer(ada)).status_code == 200
    assert me(client, ada).json()["preferences"] == mine


def test_nobody_sees_or_ends_the_sign_ins_of_another(client, ada, signed_in):
    (mine,) = client.get("/api/v1/auth/sign-ins", headers=bearer(ada)).json()["items"]
    eve = signed_in("eve")
    assert mine["id"] not in {one["id"] for one in eve.get("/api/v1/auth/sign-ins").json()["items"]}
    assert eve.delete(f"/api/v1/auth/sign-ins/{mine['id']}").status_code == 404
    assert eve.delete("/api/v1/auth/sign-ins").status_code == 204
    assert me(client, ada).status_code == 200


def test_a_password_is_changed_with_the_one_of_now(client, ada):
    other = client.post("/api/v1/auth/login", json=LOGIN).json()
    asked = {"current_password": "a guess", "new_password": "better horse"}
    assert client.post("/api/v1/auth/password", json=asked, headers=bearer(ada)).status_code == 403
    asked |= {"current_password": "correct horse"}
    assert client.post("/api/v1/auth/password", json=asked, headers=bearer(ada)).status_code == 204
    assert [me(client, ada).status_code, me(client, other).status_code] == [200, 401]
    assert client.post("/api/v1/auth/login", json=LOGIN).status_code == 401
    assert client.post("/api/v1/auth/login", json={**LOGIN, "password": "better horse"}).status_code == 200


def test_users_change_what_is_theirs(client, ada):
    def change(asked):
        return client.patch("/api/v1/auth/me", json=asked, headers=bearer(ada))

    assert change({"first_name": "a\0"}).status_code == 422
    kept = change({"first_name": " Augusta\n", "preferences": {"theme": "dark", "rows": [1, 2.5, None]}}).json()
    assert (kept["first_name"], kept["last_name"]) == ("Augusta", "Lovelace")
    assert kept["preferences"] == {"theme": "dark", "rows": [1, 2.5, None]}
    email = {"email": "lovelace@example.org"}
    assert change(email).status_code == 403
    assert change({**email, "current_password": "correct horse"}).json()["email"] == "lovelace@example.org"
    for refused in ({"role": "admin"}, {"is_active": False}, {"email": "no"}, {"preferences": {"a": "x" * 20_000}}):
        assert change(refused).status_code == 422
    assert me(client, ada).json()["role"] == "user"


@pytest.mark.parametrize(
    "text", ['{"a": "\\u0000"}', '{"a": "\\ud800"}', '{"a": 1e999}', '{"a": 123456789012345678901234567890}']
)
def test_preferences_that_no_database_keeps_are_refused_or_mended(client, ada, text):
    headers = {**bearer(ada), "Content-Type": "application/json"}
    answer = client.patch("/api/v1/auth/me", content=f'{{"preferences": {text}}}', headers=headers)
    assert answer.status_code in (200, 422)
    assert me(client, ada).status_code == 200


def test_a_ticket_of_the_api_is_for_the_one_who_asked(house, client, ada):
    answer = client.post("/api/v1/auth/ws-ticket", headers=bearer(ada)).json()
    assert answer["expires_in"] == 30
    assert house.who.by_ticket(answer["ticket"]).email == "ada@example.org"


def test_an_invitation_is_written_by_an_admin(house, client, signed_in, monkeypatch):
    object.__setattr__(house.accounts.joining, "registration", "invite")
    assert client.post("/api/v1/auth/register", json=ADA).status_code == 403
    invitation = signed_in("root", role="admin").post("/api/v1/auth/invitations").json()["invitation"]
    assert client.post("/api/v1/auth/register", json={**ADA, "invitation": invitation}).status_code == 201
    for shown in ("", invitation):  # none, and one that is used
        refused = client.post("/api/v1/auth/register", json={**ADA, "email": "eve@example.org", "invitation": shown})
        assert [one["at"] for one in refused.json()["errors"]] == ["invitation"]


def test_the_owner_comes_by_the_page_of_the_link(house, client, monkeypatch, tmp_path):
    monkeypatch.setattr("tapehawk.api.web_app.BUILT", tmp_path)  # the plain page: the app is not built
    ticket = house.accounts.joining.owner_ticket()
    page = client.get("/welcome")
    assert "<form" in page.text
    assert ticket not in page.text
    assert "/api/v1/auth/welcome" in client.get("/welcome.js").text
    answer = client.post("/api/v1/auth/welcome", json={"ticket": ticket, "refresh_in": "cookie"})
    assert me(client, answer.json()).json()["role"] == "admin"
    assert client.post("/api/v1/auth/refresh").status_code == 200
    assert client.post("/api/v1/auth/welcome", json={"ticket": ticket}).status_code == 401


HOSTILE = ["", "Bearer", "Bearer ", "Bearer a.b.c", "Basic YTpi", "Bearer " + "[" * 20_000, "bearer \xff"]


@pytest.mark.parametrize("header", HOSTILE)
def test_what_is_no_token_is_a_problem_and_no_bug(client, header):
    answer = client.get("/api/v1/auth/me", headers={"Authorization": header.encode("latin-1")})
    assert (answer.status_code, answer.headers["content-type"]) == (401, MEDIA_TYPE)


NO_REQUESTS = [
    *(b"", b"{", b"[]", b"null", b'"x"', b"[" * 50_000, b"\xff\xfe"),
    *(b'{"email": 1}', b'{"extra": 1}', b'{"refresh_token": ["x"]}'),
]


@pytest.mark.parametrize("path", ["register", "login", "refresh", "logout", "welcome"])
@pytest.mark.parametrize("body", NO_REQUESTS)
def test_what_is_no_request_is_a_problem_and_no_bug(client, path, body):
    answer = client.post(f"/api/v1/auth/{path}", content=body, headers={"Content-Type": "application/json"})
    assert 400 <= answer.status_code < 500
    assert answer.headers["content-type"] == MEDIA_TYPE


texts = st.text(max_size=300)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(email=texts, password=texts, token=texts, header=st.binary(max_size=100))
def test_no_text_makes_a_bug(house, client, email, password, token, header):
    house.accounts.throttle._here._times.clear()
    asked = {
        "login": {"email": email, "password": password},
        "register": {"email": email, "password": password},
        "refresh": {"refresh_token": token},
        "logout": {"refresh_token": token},
        "welcome": {"ticket": token, "email": email, "password": password},
    }
    for path, body in asked.items():
        answer = client.post(f"/api/v1/auth/{path}", json=body)
        assert 400 <= answer.status_code < 500, (path, body, answer.text)
    shown = client.get("/api/v1/auth/me", headers={"Authorization": b"Bearer " + bytes(b for b in header if b >= 32)})
    assert shown.status_code == 401


def test_a_throttle_is_of_the_house(house):
    assert isinstance(house.accounts.throttle, Throttle)
