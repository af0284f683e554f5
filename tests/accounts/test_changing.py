"""What changes of a user, and that an admin is always left, on both databases."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from tapehawk.accounts.joining import Newcomer
from tapehawk.accounts.tickets import issue
from tapehawk.core.errors import Conflict, NoData, NotAllowed, NotSignedIn, TooMany
from tests.accounts.conftest import HERE, events


@pytest.fixture
def root(accounts):
    return accounts.joining.add(Newcomer("root@example.org", "root horse"), "admin")


@pytest.fixture
def login(accounts):
    return lambda password="correct horse": accounts.signing_in.with_password("ada@example.org", password, HERE)


def test_a_changed_password_ends_every_other_sign_in(accounts, login):
    this, other = login(), login()
    keep = accounts.tokens.read(this.access_token).sign_in
    accounts.changing.password(accounts.ada, "correct horse", "better horse", HERE, keep=keep)
    assert accounts.who.of(this.access_token)
    with pytest.raises(NotSignedIn):
        accounts.who.of(other.access_token)
    with pytest.raises(NotSignedIn):
        accounts.signing_in.refresh(other.refresh_token, HERE)
    with pytest.raises(NotSignedIn):
        login()
    assert login("better horse")
    assert "password_changed" in events(accounts.database)


def test_who_has_the_token_but_not_the_password_changes_none_and_has_few_guesses(accounts):
    for _ in range(10):
        with pytest.raises(NotAllowed):
            accounts.changing.password(accounts.ada, "a guess", "better horse", HERE, keep=None)
    with pytest.raises(TooMany):
        accounts.changing.password(accounts.ada, "correct horse", "better horse", HERE, keep=None)
    assert events(accounts.database).count("password_refused") == 10


def test_an_email_is_changed_with_the_password_and_only_to_one_that_is_free(accounts, root, login):
    with pytest.raises(NotAllowed):
        accounts.changing.email(accounts.ada, "ada@example.com", "a guess", HERE)
    with pytest.raises(Conflict):
        accounts.changing.email(accounts.ada, "ROOT@example.org", "correct horse", HERE)
    accounts.changing.email(accounts.ada, "Lovelace@example.com", "correct horse", HERE)
    with accounts.database.read() as records:
        assert records.users.by_email("lovelace@example.com").id == accounts.ada.id
    with pytest.raises(NotSignedIn):
        login()


def test_who_is_disabled_is_out_at_once_and_stays_signed_out_when_enabled_again(accounts, root, login):
    grant = login()
    with accounts.database.write() as records:
        ticket = issue(records, "socket", accounts.ada.id, now=accounts.signing_in.now())
    assert not accounts.changing.standing(root, accounts.ada.id, HERE, is_active=False).is_active
    for refused in (
        lambda: accounts.who.of(grant.access_token),
        lambda: accounts.who.by_ticket(ticket),
        lambda: accounts.signing_in.refresh(grant.refresh_token, HERE),
        login,
    ):
        with pytest.raises(NotSignedIn):
            refused()
    accounts.changing.standing(root, accounts.ada.id, HERE, is_active=True)
    with pytest.raises(NotSignedIn):
        accounts.signing_in.refresh(grant.refresh_token, HERE)
    assert login()
    assert [one for one in events(accounts.database) if one.endswith("abled")] == ["disabled", "enabled"]


def test_a_role_holds_at_once_whatever_the_token_says(accounts, root, login):
    token = login().access_token
    accounts.changing.standing(root, accounts.ada.id, HERE, role="viewer")
    assert accounts.who.of(token).role == "viewer"
    with accounts.database.read() as records:
        row = records.audit.page(limit=1).items[0]
    assert (row["event"], row["user_id"], row["ip"]) == ("role_changed", accounts.ada.id, HERE.ip)
    assert row["detail"] == {"by": str(root.id), "before": "user", "after": "viewer"}


@pytest.mark.parametrize("change", [{"role": "user"}, {"is_active": False}, {"role": "viewer", "is_active": False}])
def test_the_last_admin_stays_one(accounts, root, change):
    with pytest.raises(Conflict, match="last admin"):
        accounts.changing.standing(root, root.id, HERE, **change)
    accounts.changing.standing(root, accounts.ada.id, HERE, role="admin")
    assert accounts.changing.standing(root, root.id, HERE, **change)
    with pytest.raises(Conflict, match="last admin"):
        accounts.changing.standing(accounts.ada, accounts.ada.id, HERE, **change)


def test_an_admin_who_is_disabled_is_none_that_is_left(accounts, root):
    accounts.changing.standing(root, accounts.ada.id, HERE, role="admin", is_active=False)
    with pytest.raises(Conflict, match="last admin"):
        accounts.changing.standing(root, root.id, HERE, role="user")


def test_of_two_admins_who_dismiss_each_other_at_once_one_is_left(accounts, root):
    for _ in range(5):
        accounts.changing.standing(root, accounts.ada.id, HERE, role="admin")
        together = threading.Barrier(2)

        def dismiss(who, together=together):
            together.wait()
            try:
                return accounts.changing.standing(root, who, HERE, role="user")
            except Conflict as error:
                return error

        with ThreadPoolExecutor(2) as pool:
            answers = list(pool.map(dismiss, [root.id, accounts.ada.id]))
        assert [isinstance(one, Conflict) for one in answers].count(True) == 1
        with accounts.database.read() as records:
            assert records.users.count("admin") == 1
            left = records.users.first_admin()
        accounts.changing.standing(left, root.id, HERE, role="admin")


def test_nobody_is_no_user(accounts, root):
    import uuid

    with pytest.raises(NoData):
        accounts.changing.standing(root, uuid.uuid4(), HERE, role="user")
