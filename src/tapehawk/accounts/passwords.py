"""Passwords: Argon2id, few at a time, since each one computed takes 64 MiB and a processor for a moment."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore
from typing import Final

from pwdlib import PasswordHash
from pwdlib.hashers import HasherProtocol
from pwdlib.hashers.argon2 import Argon2Hasher

from tapehawk.core.errors import BadInput, TryAgain

LEAST, MOST = 8, 256
"""Characters of a password."""
AT_ONCE: Final = max(2, (os.cpu_count() or 2) // 2)
IN_LINE: Final = 16
"""How many may wait for their turn: each of them holds one of the threads that answer requests."""


class Passwords:
    """Hashes and compares. `at_once`: how many are computed at the same time; `in_line`: how many wait for that.

    Whoever comes when the line is full is told to try again (TryAgain), at once.
    """

    def __init__(self, hasher: HasherProtocol | None = None, *, at_once: int = AT_ONCE, in_line: int = IN_LINE) -> None:
        self._hash = PasswordHash((hasher or Argon2Hasher(),))
        self._turns, self._places = BoundedSemaphore(at_once), BoundedSemaphore(at_once + in_line)
        self._nobodys = self._hash.hash(os.urandom(16))

    def hashed(self, password: str) -> str:
        """Return what is kept of a password. Raises BadInput for one that is too short or too long."""
        if not LEAST <= len(password) <= MOST:
            raise BadInput(f"a password has {LEAST} to {MOST} characters", hint="several words make a good one")
        with self._turn():
            return self._hash.hash(_bytes(password))

    def match(self, password: str, kept: str) -> bool:
        """Say whether a password is the one that was kept. Where nothing was, that takes as long, and is False."""
        with self._turn():
            return self._hash.verify(_bytes(password), kept or self._nobodys) and bool(kept)

    def is_outdated(self, kept: str) -> bool:
        """Say whether a hash was made with weaker settings than today's."""
        return bool(kept) and self._hash.current_hasher.check_needs_rehash(kept)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._places.acquire(blocking=False):
            raise TryAgain("too many sign in at this moment")
        try:
            with self._turns:
                yield
        finally:
            self._places.release()


def _bytes(password: str) -> bytes:
    """Return a password as it is compared: what looks the same on two keyboards is the same."""
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")
