"""Signing in, staying so, and the ends of it, on both databases."""

from __future__ import annotations

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from tapehawk.accounts.signing_in import AGAIN, GRACE, LASTS, WRONG
from tapehawk.accounts.tokens import Tokens
from tapehawk.core.errors import NoData, NotSignedIn, TooMany
from tests.accounts.conftest import HERE, KEY, events


@pytest.fixture
def login(accounts):
    return lambda: accounts.signing_in.with_password("Ada@Example.org", "correct horse", HERE)


@pytest.fixture
def refresh(accounts):
    return lambda token: accounts.signing_in.refresh(token, HERE)


def test_who_signs_in_is_known_by_the_token(accounts, login, clock):
    assert accounts.who.of(login().access_token).id == accounts.ada.id
    with accounts.database.read() as records:
        assert records.users.get(accounts.ada.id).last_login == clock()


def test_a_wrong_password_and_an_unknown_email_are_told_the_same(accounts):
    for email, password in [("ada@example.org", "wrong"), ("bob@example.org", "correct horse"), ("", "")]:
        with pytest.raises(NotSignedIn) as info:
            accounts.signing_in.with_password(email, password, HERE)
        assert (info.value.message, info.value.hint) == (WRONG, "")
    assert events(accounts.database) == ["user_added", *["login_failed"] * 3]


def test_an_unknown_email_costs_a_password_too(accounts, monkeypatch):
    computed = []
    inner = accounts.signing_in.passwords._hash
    verify = inner.verify
    monkeypatch.setattr(inner, "verify", lambda *given: computed.append(given) or verify(*given))
    for email in ("ada@example.org", "nobody@example.org"):
        with pytest.raises(NotSignedIn):
            accounts.signing_in.with_password(email, "wrong", HERE)
    (_, known), (_, unknown) = computed
    assert known.split("$")[:4] == unknown.split("$")[:4]  # kind, version and cost


def test_who_has_no_password_signs_in_with_none(accounts):
    with accounts.database.write() as records:
        records.users.change(accounts.ada.id, now=accounts.signing_in.now(), password_hash="")
    with pytest.raises(NotSignedIn, match=WRONG):
        accounts.signing_in.with_password("ada@example.org", "", HERE)


def test_a_disabled_user_is_told_so_only_with_the_right_password(accounts):
    with accounts.database.write() as records:
        records.users.change(accounts.ada.id, now=accounts.signing_in.now(), is_active=False)
    with pytest.raises(NotSignedIn, match=WRONG):
        accounts.signing_in.with_password("ada@example.org", "wrong", HERE)
    with pytest.raises(NotSignedIn, match="disabled"):
        accounts.signing_in.with_password("ada@example.org", "correct horse", HERE)
    assert events(accounts.database)[-1] == "login_refused"


def test_a_hash_of_weaker_settings_is_made_anew_at_a_sign_in(accounts, login, monkeypatch):
    monkeypatch.setattr(type(accounts.signing_in.passwords), "is_outdated", lambda self, kept: True)
    login()
    with accounts.database.read() as records:
        assert records.users.get(accounts.ada.id).password_hash != accounts.ada.password_hash
    monkeypatch.undo()
    login()


def test_each_refresh_brings_new_tokens(accounts, login, refresh, clock):
    token = login().refresh_token
    for _ in range(3):
        clock.move(days=29)
        grant = refresh(token)
        assert accounts.who.of(grant.access_token).id == accounts.ada.id
        assert grant.refresh_token != token
        token = grant.refresh_token


def test_a_sign_in_that_nobody_refreshes_ends(login, refresh, clock):
    token = login().refresh_token
    clock.move(seconds=LASTS.total_seconds())
    with pytest.raises(NotSignedIn, match="ended"):
        refresh(token)


@pytest.mark.parametrize("rotations", [1, 2, 5])
def test_a_token_that_was_used_ends_the_sign_in_however_old_it_is(accounts, login, refresh, clock, rotations):
    first = newest = login().refresh_token
    for _ in range(rotations):
        newest = refresh(newest).refresh_token
    access = refresh(newest).access_token
    clock.move(seconds=GRACE.total_seconds() + 1)
    with pytest.raises(NotSignedIn, match="used before") as info:
        refresh(first)
    assert info.value.hint == AGAIN
    for ended in (lambda: refresh(newest), lambda: accounts.who.of(access), lambda: refresh(first)):
        with pytest.raises(NotSignedIn, match="ended"):
            ended()
    assert events(accounts.database).count("refresh_reused") == 1


def test_reuse_ends_no_other_sign_in(accounts, login, refresh, clock):
    other, first = login(), login().refresh_token
    refresh(first)
    clock.move(minutes=1)
    with pytest.raises(NotSignedIn):
        refresh(first)
    assert refresh(other.refresh_token)


def test_a_second_asking_within_the_grace_gets_the_answer_of_the_first(login, refresh, clock):
    first = login().refresh_token
    answer = refresh(first)
    clock.move(seconds=GRACE.total_seconds())
    assert refresh(first).refresh_token == answer.refresh_token
    assert refresh(answer.refresh_token)


def test_the_grace_is_for_the_token_before_and_no_older_one(login, refresh):
    first = login().refresh_token
    refresh(refresh(first).refresh_token)
    with pytest.raises(NotSignedIn, match="used before"):
        refresh(first)


def test_after_a_change_of_keys_the_grace_still_holds(accounts, login, refresh, clock):
    first = login().refresh_token
    refresh(first)
    rotated = replace(accounts.signing_in, tokens=Tokens(("n" * 32, KEY), clock))
    second = rotated.refresh(first, HERE).refresh_token
    assert rotated.refresh(second, HERE)


def test_of_refreshes_that_race_all_get_the_same_token_and_it_is_good(accounts, login, refresh):
    token, together = login().refresh_token, threading.Barrier(6)

    def race(_):
        together.wait()
        return refresh(token)

    with ThreadPoolExecutor(6) as pool:
        grants = list(pool.map(race, range(6)))
    (next_token,) = {grant.refresh_token for grant in grants}
    assert accounts.tokens.read_refreshing(next_token).generation == 2
    assert refresh(next_token)
    assert "refresh_reused" not in events(accounts.database)


def test_a_token_of_a_generation_to_come_is_not_good_and_ends_nothing(accounts, login, refresh, clock):
    token = login().refresh_token
    shown = accounts.tokens.read_refreshing(token)
    ahead = accounts.tokens.refreshing(shown.sign_in, shown.generation + 1, clock() + LASTS)
    with pytest.raises(NotSignedIn, match="ended"):
        refresh(ahead)
    assert refresh(token)


def test_a_disabled_user_refreshes_nothing(accounts, login, refresh):
    token = login().refresh_token
    with accounts.database.write() as records:
        records.users.change(accounts.ada.id, now=accounts.signing_in.now(), is_active=False)
    with pytest.raises(NotSignedIn, match="disabled"):
        refresh(token)


def test_logging_out_ends_both_tokens_and_may_be_done_twice(accounts, login, refresh):
    grant, other = login(), login()
    for _ in range(2):
        accounts.signing_in.end_by_token(grant.refresh_token, HERE)
    with pytest.raises(NotSignedIn, match="ended"):
        refresh(grant.refresh_token)
    with pytest.raises(NotSignedIn, match="ended"):
        accounts.who.of(grant.access_token)
    assert accounts.who.of(other.access_token)
    assert events(accounts.database).count("logout") == 1


def test_logging_out_everywhere_ends_all_of_ones_own(accounts, login):
    grants = [login(), login()]
    accounts.signing_in.end_all(accounts.ada, HERE)
    for grant in grants:
        with pytest.raises(NotSignedIn, match="ended"):
            accounts.who.of(grant.access_token)


def test_nobody_ends_the_sign_in_of_another(accounts, login):
    from tapehawk.accounts.joining import Newcomer

    sign_in = accounts.tokens.read(login().access_token).sign_in
    bob = accounts.joining.add(Newcomer("bob@example.org", "another horse"), "user")
    with pytest.raises(NoData):
        accounts.signing_in.end_one(bob, sign_in, HERE)
    accounts.signing_in.end_one(accounts.ada, sign_in, HERE)
    with pytest.raises(NoData):
        accounts.signing_in.end_one(accounts.ada, sign_in, HERE)


def test_guesses_are_counted_even_where_nobody_has_the_email(accounts):
    for email in ("ada@example.org", "nobody@example.org"):
        for _ in range(10):
            with pytest.raises(NotSignedIn):
                accounts.signing_in.with_password(email, "wrong", HERE)
        with pytest.raises(TooMany) as info:
            accounts.signing_in.with_password(email.upper(), "correct horse", HERE)
        assert 0 < info.value.wait <= dt.timedelta(minutes=15).total_seconds()


def test_a_right_password_forgets_the_wrong_ones(accounts, login):
    for _ in range(3):
        for _ in range(9):
            with pytest.raises(NotSignedIn):
                accounts.signing_in.with_password("ada@example.org", "wrong", HERE)
        login()


def test_an_address_has_so_many_tries_for_all_accounts(accounts):
    for _ in range(3):
        accounts.signing_in.with_password("ada@example.org", "correct horse", HERE)
    for number in range(100):
        with pytest.raises(NotSignedIn):
            accounts.signing_in.with_password(f"{number}@example.org", "wrong", HERE)
    with pytest.raises(TooMany, match="address"):
        accounts.signing_in.with_password("ada@example.org", "correct horse", HERE)
    for elsewhere in (replace(HERE, ip="192.0.2.8"), replace(HERE, at_home=True)):
        assert accounts.signing_in.with_password("ada@example.org", "correct horse", elsewhere)
