"""Passwords: kept as Argon2id, compared in the same time, few at once."""

from __future__ import annotations

import threading
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tapehawk.accounts.passwords import LEAST, MOST, Passwords
from tapehawk.core.errors import BadInput, TryAgain
from tests.accounts.conftest import quick

QUICK = quick()


def test_what_is_kept_is_argon2id_with_64_mib_and_names_no_password():
    passwords = Passwords()
    kept = passwords.hashed("correct horse")
    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert "horse" not in kept
    assert passwords.match("correct horse", kept)
    assert not passwords.is_outdated(kept)
    assert passwords.is_outdated(QUICK.hashed("correct horse"))


@given(st.text(min_size=LEAST, max_size=MOST), st.text(max_size=MOST))
def test_a_password_matches_itself_and_no_other(password, other):
    kept = QUICK.hashed(password)
    assert QUICK.match(password, kept)
    if other.encode("utf-8", "surrogatepass") != password.encode("utf-8", "surrogatepass"):
        assert QUICK.match(other, kept) == (normalize("NFKC", other) == normalize("NFKC", password))


def test_what_looks_the_same_on_two_keyboards_is_the_same_password():
    assert QUICK.match("caf\u00e9 au lait", QUICK.hashed("cafe\u0301 au lait"))


def test_nothing_matches_where_nothing_is_kept():
    for password in ("", "anything"):
        assert not QUICK.match(password, "")


def test_a_hash_that_is_damaged_matches_nothing():
    kept = QUICK.hashed("correct horse")
    assert not QUICK.match("correct horse", kept[:-5])


@pytest.mark.parametrize("password", ["", "x" * (LEAST - 1), "x" * (MOST + 1)])
def test_a_password_that_is_too_short_or_too_long_is_refused(password):
    with pytest.raises(BadInput, match=f"{LEAST} to {MOST}"):
        QUICK.hashed(password)


class Slow:
    """A hasher that computes until it is let go, and knows how many computed at once."""

    def __init__(self) -> None:
        self.go, self.begun = threading.Event(), threading.Semaphore(0)
        self.now = self.most = 0

    def hash(self, password, *, salt=None):
        return "kept"

    def verify(self, password, hash):
        self.now += 1
        self.most = max(self.most, self.now)
        self.begun.release()
        assert self.go.wait(30)
        self.now -= 1
        return True

    @classmethod
    def identify(cls, hash):
        return True

    def check_needs_rehash(self, hash):
        return False


def test_only_so_many_are_computed_at_once_and_the_line_has_an_end():
    slow, answers = Slow(), []
    passwords = Passwords(slow, at_once=2, in_line=3)

    def ask() -> None:
        answers.append(passwords.match("p", "kept"))

    threads = [threading.Thread(target=ask) for _ in range(5)]
    for thread in threads:
        thread.start()
    for _ in range(2):
        assert slow.begun.acquire(timeout=30)
    while passwords._places._value:  # until the five of them have their places
        threading.Event().wait(0.001)
    with pytest.raises(TryAgain):
        passwords.match("p", "kept")
    slow.go.set()
    for thread in threads:
        thread.join(30)
    assert (answers, slow.most) == ([True] * 5, 2)
    assert passwords.match("p", "kept")
