"""`/api/v1/users`, and which role may do what with accounts."""

from __future__ import annotations

import uuid

import pytest

from tests.api.conftest import user_of

ROLES = ("nobody", "viewer", "user", "admin")
MATRIX = {  # what nobody, a viewer, a user and an admin are answered
    ("GET", "/api/v1/auth/me"): (401, 200, 200, 200),
    ("PATCH", "/api/v1/auth/me"): (401, 200, 200, 200),
    ("GET", "/api/v1/auth/sign-ins"): (401, 200, 200, 200),
    ("POST", "/api/v1/auth/ws-ticket"): (401, 200, 200, 200),
    ("POST", "/api/v1/auth/invitations"): (401, 403, 403, 201),
    ("GET", "/api/v1/users"): (401, 403, 403, 200),
    ("GET", "/api/v1/users/{id}"): (401, 403, 403, 200),
    ("PATCH", "/api/v1/users/{id}"): (401, 403, 403, 200),
    ("GET", "/api/v1/audit"): (401, 403, 403, 200),
    ("POST", "/api/v1/auth/password"): (401, 204, 204, 204),
    ("POST", "/api/v1/auth/logout"): (401, 204, 204, 204),
    ("DELETE", "/api/v1/auth/sign-ins"): (401, 204, 204, 204),
}
BODIES = {"PATCH": {}, "POST": {"new_password": "a new horse"}}


@pytest.mark.parametrize(("asked", "answers"), MATRIX.items(), ids=lambda one: " ".join(map(str, one)))
def test_each_role_may_do_what_it_may(house, anyone, signed_in, asked, answers):
    method, path = asked
    path = path.format(id=user_of(house, "somebody").id)
    body = BODIES.get(method) if path.endswith(("me", "password")) or method == "PATCH" else None
    clients = [anyone, *(signed_in(role, role=role) for role in ROLES[1:])]
    assert tuple(client.request(method, path, json=body).status_code for client in clients) == answers


def test_an_admin_changes_a_role_and_disables_at_once(house, signed_in):
    root, ada = signed_in("root", role="admin"), signed_in("ada")
    path = f"/api/v1/users/{user_of(house, 'ada').id}"
    assert root.patch(path, json={"role": "viewer"}).json()["role"] == "viewer"
    assert ada.get("/api/v1/auth/me").json()["role"] == "viewer"
    assert root.patch(path, json={"is_active": False}).json()["is_active"] is False
    assert ada.get("/api/v1/auth/me").status_code == 401
    assert root.get(path).json()["is_active"] is False


def test_the_last_admin_is_not_locked_out(house, signed_in):
    root = signed_in("root", role="admin")
    for change in ({"role": "user"}, {"is_active": False}):
        assert root.patch(f"/api/v1/users/{user_of(house, 'root').id}", json=change).status_code == 409
    assert root.get("/api/v1/users").status_code == 200


REFUSED = [{"role": "owner"}, {"role": "admin", "email": "x@y.org"}, {"is_active": "perhaps"}, []]


@pytest.mark.parametrize("change", REFUSED)
def test_what_can_not_be_changed_is_refused(house, signed_in, change):
    answer = signed_in("root", role="admin").patch(f"/api/v1/users/{user_of(house, 'ada').id}", json=change)
    assert answer.status_code == 422


def test_a_user_who_is_not_there_is_not_found(signed_in):
    root = signed_in("root", role="admin")
    assert root.patch(f"/api/v1/users/{uuid.uuid4()}", json={}).status_code == 404
    assert root.get("/api/v1/users/me").status_code == 422
