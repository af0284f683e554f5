"""Whatever a POST creates, it creates once under an idempotency key."""

from __future__ import annotations

import pytest

from tapehawk.api.once import Claim
from tapehawk.records.answers import GIVEN_UP
from tests.api.owned_things import SPAN
from tests.api.owning import ASKING

CREATING = {  # what is sent, what else might be, where what was made is listed
    "/api/v1/portfolios": ({"name": "mine"}, {"name": "other"}, "/api/v1/portfolios"),
    "/api/v1/watchlist": ({"symbols": ["AAPL"]}, {"symbols": ["MSFT"]}, "/api/v1/watchlist"),
    "/api/v1/scanner/presets": (
        {"name": "mine", "scanner_type": "breakout"},
        {"name": "other", "scanner_type": "breakout"},
        "/api/v1/scanner/presets",
    ),
    "/api/v1/scanner/saved": ({"name": "mine"}, {"name": "other"}, "/api/v1/scanner/saved"),
    "/api/v1/notifications/rules": ({"name": "mine"}, {"name": "other"}, "/api/v1/notifications/rules"),
    "/api/scan/execute": ({"scanner_type": "gap", **SPAN}, {"scanner_type": "breakout", **SPAN}, "/api/scan/list"),
    "/api/v1/ml/train": ({"scanner_type": "gap"}, {"scanner_type": "breakout"}, "/api/v1/jobs"),
}
SAYING = {"/api/v1/scanner/start", "/api/v1/scanner/stop"}  # what shall be so: said again, it is so
KEY = {"Idempotency-Key": "6f1ed002-ab57-4a21-8d0e"}
pytestmark = pytest.mark.usefixtures("stored")


@pytest.mark.parametrize("path", CREATING)
def test_what_is_sent_again_is_answered_again_and_made_once(signed_in, path):
    body, other, listed = CREATING[path]
    ada = signed_in()
    first, again = (ada.post(path, json=body, headers=KEY) for _ in range(2))
    assert first.status_code in (200, 201, 202), first.text
    assert (again.status_code, again.json()) == (first.status_code, first.json())
    assert again.headers["idempotency-replayed"] == "true"
    refused = ada.post(path, json=other, headers=KEY)
    assert (refused.status_code, refused.headers["content-type"]) == (409, "application/problem+json")
    assert "Idempotency-Key" in refused.json()["detail"]
    assert len(ada.get(listed).json()["items"]) == 1


@pytest.mark.parametrize("path", CREATING)
def test_what_was_made_by_a_process_that_was_killed_then_is_not_made_again(signed_in, house, path, monkeypatch):
    body, _, listed = CREATING[path]
    ada, now = signed_in(), house.now
    monkeypatch.setattr(Claim, "settle", lambda _claim, _answer: None)
    ada.post(path, json=body, headers=KEY)
    monkeypatch.setattr(house, "now", lambda: now() + GIVEN_UP * 2)
    again = ada.post(path, json=body, headers=KEY)
    assert (again.status_code, "was carried out" in again.text) == (409, True), again.text
    assert len(ada.get(listed).json()["items"]) == 1


def test_who_registers_again_is_told_that_the_email_is_taken_and_needs_no_key(anyone):
    """A key is a user's own, and who registers is none yet; an email makes one account, whatever is sent again."""
    asked = {"email": "ada@example.org", "password": "correct horse battery"}
    assert [anyone.post("/api/v1/auth/register", json=asked).status_code for _ in range(2)] == [201, 409]


def test_an_invitation_is_a_secret_that_is_kept_nowhere_and_so_made_anew(signed_in):
    """An answer that is kept would hold its ticket: where one got lost another is asked for, and it fades unused."""
    root = signed_in("root", role="admin")
    made = [root.post("/api/v1/auth/invitations", headers=KEY).json()["invitation"] for _ in range(2)]
    assert made[0] != made[1]


def test_every_post_takes_a_key_that_does_not_only_ask_or_sign_in(anyone):
    said = {path: methods["post"] for path, methods in anyone.app.openapi()["paths"].items() if "post" in methods}
    keyed = {path for path, post in said.items() if "Idempotency-Key" in str(post.get("parameters"))}
    without = {path for _, path in ASKING} | {path for path in said if path.startswith("/api/v1/auth/")}
    assert keyed == said.keys() - without - SAYING
    assert keyed == CREATING.keys() | {"/api/v1/notifications/test"}
