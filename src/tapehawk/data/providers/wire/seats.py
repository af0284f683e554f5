"""One stream on a key: vendors end the older connection or refuse the newer, so a process opens no second one.

What another process opens is the vendor's to refuse. Without a key nobody counts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Final

from tapehawk.core.errors import TryAgain
from tapehawk.data.providers.wire.secrets import Keys

_TAKEN: Final[set[str]] = set()
_LOCK: Final = Lock()


@contextmanager
def seat(provider: str, address: str, keys: Keys) -> Iterator[None]:
    """Hold a key's one stream at an address meanwhile. Raises TryAgain while another one of this process holds it."""
    secrets = keys.secrets()
    owner = hashlib.sha256("\n".join((address, *secrets)).encode()).hexdigest()
    with _LOCK:
        if owner in _TAKEN:
            raise TryAgain(
                f"{provider}: a live stream on this key is open already",
                hint="one stream serves any number of symbols: name them all in one command",
            )
        if secrets:
            _TAKEN.add(owner)
    try:
        yield
    finally:
        with _LOCK:
            _TAKEN.discard(owner)
