"""Tokens: what is ours is read, everything else is refused and never a bug."""

from __future__ import annotations

import base64
import datetime as dt
import json
import uuid

import jwt
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tapehawk.accounts.tokens import AUDIENCE, LASTS, REFRESHING, Claims, Refreshing, Tokens
from tapehawk.core.errors import BadInput, NotSignedIn

NOW = dt.datetime(2026, 3, 2, 15, tzinfo=dt.UTC)
KEY, OLD, STRANGE = "k" * 32, "o" * 32, "s" * 32
USER, SIGN_IN = uuid.uuid4(), uuid.uuid4()


def tokens(*keys: str, now: dt.datetime = NOW) -> Tokens:
    return Tokens(keys or (KEY,), lambda: now)


OURS = tokens()
TOKEN = OURS.signed(USER, "viewer", SIGN_IN)
REFRESH = OURS.refreshing(SIGN_IN, 3, NOW + dt.timedelta(days=30))
KID = jwt.get_unverified_header(TOKEN)["kid"]


def said(token: str = TOKEN) -> dict:
    return jwt.decode(token, options={"verify_signature": False})


def forged(key: str = KEY, algorithm: str = "HS256", kid: object = KID, **changes: object) -> str:
    claims = {name: value for name, value in (said() | changes).items() if value is not None}
    return jwt.encode(claims, key, algorithm=algorithm, headers={"kid": kid})


def part(value: object) -> str:
    written = value if isinstance(value, str) else json.dumps(value)
    return base64.urlsafe_b64encode(written.encode()).decode().rstrip("=")


def test_a_token_says_who_in_which_role_of_which_sign_in():
    assert OURS.read(TOKEN) == Claims(USER, "viewer", SIGN_IN, NOW + LASTS)
    assert OURS.read_refreshing(REFRESH) == Refreshing(SIGN_IN, 3)


def test_a_token_holds_until_it_ends_by_our_own_clock():
    assert tokens(now=NOW + LASTS - dt.timedelta(seconds=1)).read(TOKEN)
    with pytest.raises(NotSignedIn, match="expired") as info:
        tokens(now=NOW + LASTS).read(TOKEN)
    assert "refresh" in info.value.hint


def test_after_a_change_of_keys_the_old_one_verifies_and_the_new_one_signs():
    changed = tokens(STRANGE, KEY)
    assert changed.read(TOKEN)
    assert changed.read_refreshing(REFRESH)
    with pytest.raises(NotSignedIn):
        OURS.read(changed.signed(USER, "user", SIGN_IN))
    with pytest.raises(NotSignedIn):
        tokens(STRANGE).read(TOKEN)


def test_no_key_and_a_short_key_are_refused():
    for keys in [(), ("short",), (KEY, "short")]:
        with pytest.raises(BadInput, match="JWT_SECRET"):
            Tokens(keys, lambda: NOW)


header, body, signature = TOKEN.split(".")
deep = part("[" * 100_000)
HOSTILE = {
    "nothing": "",
    "one dot": ".",
    "dots": "..",
    "signed by another's key": forged(STRANGE),
    "with another key's name": forged(kid="0" * 12),
    "without a key's name": jwt.encode(said(), KEY, algorithm="HS256"),
    "of no algorithm": f"{part({'alg': 'none', 'typ': 'JWT', 'kid': KID})}.{body}.",
    "of no algorithm, in capitals": f"{part({'alg': 'NONE', 'kid': KID})}.{body}.",
    "of no algorithm, with our signature": f"{part({'alg': 'none', 'kid': KID})}.{body}.{signature}",
    "of another algorithm": forged(KEY * 2, "HS512"),
    "of an algorithm that needs no secret": f"{part({'alg': 'RS256', 'kid': KID})}.{body}.{signature}",
    "truncated": TOKEN[:-1],
    "without its signature": f"{header}.{body}.",
    "with a body of its own": f"{header}.{part(said() | {'role': 'admin'})}.{signature}",
    "for another audience": forged(aud="somebody else"),
    "for no audience": forged(aud=None),
    "a refresh token": REFRESH,
    "that never ends": forged(exp=None),
    "that ends at no time": forged(exp="tomorrow"),
    "that ends beyond all time": forged(exp=10**30),
    "that ends at infinity": forged(exp=float("inf")),
    "of nobody": forged(sub=None),
    "of no user's id": forged(sub="ada"),
    "of no sign-in": forged(sid=None),
    "of a sign-in that is no id": forged(sid=7),
    "with a header that is no object": f"{part([])}.{body}.{signature}",
    "with a header that is deep": f"{deep}.{body}.{signature}",
    "with a body that is deep": f"{header}.{deep}.{signature}",
    "with a key's name that is a list": f"{part({'alg': 'HS256', 'kid': [KID]})}.{body}.{signature}",
    "with half a character": f"{TOKEN}\ud800",
    "with a null": f"{TOKEN}\0",
    "with other letters": "ключ.ключ.ключ",
}


@pytest.mark.parametrize("token", HOSTILE.values(), ids=HOSTILE)
def test_what_is_not_ours_is_refused(token):
    with pytest.raises(NotSignedIn, match="not one of ours"):
        OURS.read(token)


@pytest.mark.parametrize("token", [token for why, token in HOSTILE.items() if token != REFRESH])
def test_what_is_not_ours_refreshes_nothing(token):
    with pytest.raises(NotSignedIn, match="not one of ours"):
        OURS.read_refreshing(token)


def test_an_access_token_refreshes_nothing_whatever_it_says():
    for token in (TOKEN, forged(gen=1), forged(gen=1, aud=[AUDIENCE])):
        with pytest.raises(NotSignedIn):
            OURS.read_refreshing(token)
    with pytest.raises(NotSignedIn):
        OURS.read_refreshing(forged(gen="many", aud=REFRESHING))


@given(st.text() | st.tuples(st.text(), st.text(), st.text()).map(".".join))
@example("\ud800.\ud800.\ud800")
def test_any_text_is_refused(text):
    for read in (OURS.read, OURS.read_refreshing):
        with pytest.raises(NotSignedIn):
            read(text)


@given(st.integers(0, len(TOKEN) - 2), st.characters(codec="ascii"))
def test_a_token_with_one_character_changed_is_refused(place, character):
    changed = TOKEN[:place] + character + TOKEN[place + 1 :]
    if changed != TOKEN:
        with pytest.raises(NotSignedIn):
            OURS.read(changed)
