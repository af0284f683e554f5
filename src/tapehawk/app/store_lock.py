"""One service process to an embedded database: a lock in its folder, which the system lets go when the process ends."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tapehawk.core.errors import TryAgain

NAME: Final = "service.lock"


@contextmanager
def alone(store: Path) -> Iterator[None]:
    """Hold a store's embedded database for this process. Raises TryAgain while another one serves it."""
    store.mkdir(parents=True, exist_ok=True)
    with (store / NAME).open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            file.seek(0)
            hint = "services that run apart need PostgreSQL (DATABASE_URL) and Redis (REDIS_URL)"
            raise TryAgain(f"process {file.read().strip() or '?'} serves {store} already", hint=hint) from error
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
