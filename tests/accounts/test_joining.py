"""How somebody becomes a user, and who becomes the owner, on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from tapehawk.accounts.joining import Newcomer
from tapehawk.accounts.owner import PLACEHOLDER, owner_of
from tapehawk.accounts.who import Who
from tapehawk.core.errors import BadInput, Conflict, NotAllowed, NotSignedIn, TooMany
from tests.accounts.conftest import HERE, events

BOB = Newcomer("bob@example.org", "bobs own horse", "Bob", "Bobson")
HOME = replace(HERE, ip="127.0.0.1", at_home=True)


@pytest.fixture
def joining(accounts):
    return accounts.joining


def test_who_registers_is_a_user_and_signed_in_and_never_an_admin(accounts, joining):
    bob = accounts.who.of(joining.register(BOB, HERE).access_token)
    assert (bob.email, bob.role, bob.first_name, bob.last_name) == ("bob@example.org", "user", "Bob", "Bobson")
    assert events(accounts.database)[-2:] == ["registered", "login"]


def test_an_email_is_one_users_in_whatever_case(joining):
    for email in ("ada@example.org", "ADA@EXAMPLE.ORG"):
        with pytest.raises(Conflict):
            joining.register(replace(BOB, email=email), HERE)


def test_of_many_who_register_an_email_at_once_one_does(accounts, joining):
    def register(_):
        try:
            return joining.register(BOB, HERE)
        except Conflict:
            return None

    with ThreadPoolExecutor(4) as pool:
        assert [bool(one) for one in pool.map(register, range(4))].count(True) == 1


def test_where_it_is_closed_nobody_registers(joining):
    with pytest.raises(NotAllowed):
        replace(joining, registration="closed").register(BOB, HERE)


def test_where_it_is_open_to_who_comes_directly_nobody_registers_through_a_proxy(joining):
    direct = replace(joining, registration="direct")
    with pytest.raises(NotAllowed):
        direct.register(BOB, replace(HERE, proxied=True))
    assert direct.register(BOB, HERE)


def test_an_invitation_is_for_one_person_and_is_not_used_up_by_a_mistake(accounts, joining, clock):
    by_invitation = replace(joining, registration="invite")
    ticket = by_invitation.invite(accounts.ada, HERE).ticket
    with pytest.raises(NotAllowed, match="invitation"):
        by_invitation.register(BOB, HERE)
    with pytest.raises(Conflict):
        by_invitation.register(replace(BOB, email="ada@example.org"), HERE, ticket)
    assert by_invitation.register(BOB, HERE, ticket)
    for spent in (ticket, "made up"):
        with pytest.raises(NotSignedIn):
            by_invitation.register(replace(BOB, email="eve@example.org"), HERE, spent)
    late = by_invitation.invite(accounts.ada, HERE)
    clock.time = late.expires_at
    with pytest.raises(NotSignedIn):
        by_invitation.register(replace(BOB, email="eve@example.org"), HERE, late.ticket)


def test_registering_has_its_limit_for_an_address(joining):
    with pytest.raises(TooMany):  # noqa: PT012  which of them is refused does not matter
        for number in range(101):
            joining.register(replace(BOB, email=f"{number}@example.org"), HERE)


@pytest.mark.parametrize(
    "email", ["", "nobody", "owner@localhost", "a@b", "two@at@signs.org", "x" * 330 + "@example.org"]
)
def test_an_admin_adds_nobody_without_a_proper_email(joining, email):
    with pytest.raises(BadInput, match="no email address"):
        joining.add(replace(BOB, email=email), "admin")


def test_the_owner_comes_by_the_link_once(accounts, joining):
    ticket = joining.owner_ticket()
    owner = accounts.who.of(joining.welcome(ticket, BOB, HERE).access_token)
    assert (owner.email, owner.role) == ("bob@example.org", "admin")
    with pytest.raises(NotSignedIn):
        joining.welcome(ticket, replace(BOB, email="eve@example.org"), HERE)
    assert joining.owner_ticket() is None
    assert "owner_made" in events(accounts.database)


def test_an_owner_who_says_nothing_has_a_placeholder_and_chooses_later(accounts, joining):
    owner = accounts.who.of(joining.welcome(joining.owner_ticket(), Newcomer("", ""), HERE).access_token)
    assert (owner.email, owner.role) == (PLACEHOLDER, "admin")
    with pytest.raises(NotSignedIn):
        accounts.signing_in.with_password(PLACEHOLDER, "", HERE)
    accounts.changing.email(owner, "owner@example.org", "", HERE)
    accounts.changing.password(owner, "", "owners horse", HERE, keep=None)
    assert accounts.signing_in.with_password("owner@example.org", "owners horse", HERE)


def test_a_link_is_not_used_up_by_a_mistake_ends_with_the_next_and_in_a_day(joining, clock):
    first = joining.owner_ticket()
    with pytest.raises(BadInput):
        joining.welcome(first, Newcomer("bob@example.org", "short"), HERE)
    with pytest.raises(Conflict):
        joining.welcome(first, replace(BOB, email="ada@example.org"), HERE)
    second = joining.owner_ticket()
    with pytest.raises(NotSignedIn):
        joining.welcome(first, BOB, HERE)
    clock.move(days=1)
    with pytest.raises(NotSignedIn):
        joining.welcome(second, BOB, HERE)


def test_a_link_makes_no_second_owner(accounts, joining):
    ticket = joining.owner_ticket()
    joining.add(replace(BOB, email="root@example.org"), "admin")
    with pytest.raises(Conflict, match="owner already"):
        joining.welcome(ticket, BOB, HERE)


def test_of_many_who_open_the_link_at_once_one_is_the_owner(accounts, joining):
    ticket = joining.owner_ticket()

    def open_it(number):
        try:
            return joining.welcome(ticket, replace(BOB, email=f"{number}@example.org"), HERE)
        except NotSignedIn:
            return None

    with ThreadPoolExecutor(4) as pool:
        assert [bool(one) for one in pool.map(open_it, range(4))].count(True) == 1
    with accounts.database.read() as records:
        assert records.users.count("admin") == 1


def test_at_home_the_owner_is_the_first_admin_and_made_where_there_is_none(accounts, clock):
    at_home = Who(accounts.database, accounts.tokens, clock, open_at_home=True)
    with ThreadPoolExecutor(4) as pool:
        (owner,) = set(pool.map(lambda _: at_home.of(None, HOME).id, range(4)))
    clock.move(days=1)
    accounts.joining.add(replace(BOB, email="root@example.org"), "admin")
    assert at_home.of(None, HOME).id == owner_of(accounts.database, now=clock()).id == owner


def test_elsewhere_and_where_the_setting_is_not_made_nobody_is_the_owner(accounts, clock):
    at_home = Who(accounts.database, accounts.tokens, clock, open_at_home=True)
    for refused in (lambda: at_home.of(None, HERE), lambda: accounts.who.of(None, HOME)):
        with pytest.raises(NotSignedIn, match="sign in first"):
            refused()
    with pytest.raises(NotSignedIn, match="not one of ours"):
        at_home.of("made up", HOME)
