"""Following a list to its last page.

`next_url` names the vendor's own host and never holds the key: its path and query are asked for at the configured
address. A page that points at one already seen would go on for ever and is an error.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import TypeVar
from urllib.parse import urlsplit

from tapehawk.data.providers.polygon.reading import Envelope
from tapehawk.data.providers.wire.transport import Wire
from tapehawk.data.providers.wire.trouble import Answer, Trouble, error_of

E = TypeVar("E", bound=Envelope)


async def pages(
    wire: Wire, path: str, read: Callable[[Answer], E], about: str = "", symbol: str = ""
) -> AsyncIterator[E]:
    """Yield every page, first to last; `path` holds its query."""
    seen: set[str] = set()
    here: str | None = path
    while here:
        if here in seen:
            raise error_of(Trouble("server", "its pages lead in a circle"), wire.provider, about, symbol=symbol)
        seen.add(here)
        page = await wire.get(here, read=read, about=about, symbol=symbol)
        yield page
        here = rebased(page.next_url)


def rebased(url: str | None) -> str | None:
    """Return the path and query of an address, None for none."""
    if not url:
        return None
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
