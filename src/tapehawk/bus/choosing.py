"""Which bus: by its address. Only the bus that is asked for is loaded."""

from __future__ import annotations

from tapehawk.bus.door import KEPT, Bus
from tapehawk.bus.memory import MemoryBus
from tapehawk.core.errors import BadInput

EXTRA = "tapehawk[redis]"


def bus_at(url: str | None, *, kept: int = KEPT) -> Bus:
    """Return the bus of the running event loop: in memory (None), or at redis://, rediss:// or unix://.

    Raises BadInput for another address, or where what it needs is not installed; no text repeats the address, which
    may hold a password.
    """
    if url is None:
        return MemoryBus(kept=kept)
    if not url.startswith(("redis://", "rediss://", "unix://")):
        raise BadInput("the address of the bus can't be read", hint="redis://USER:PASSWORD@HOST:PORT/0, or rediss://")
    try:
        from tapehawk.bus.redis import RedisBus
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "redis":
            raise
        raise BadInput("a bus at Redis needs redis, which is not installed", hint=f"pip install '{EXTRA}'") from error
    return RedisBus(url, kept=kept)
