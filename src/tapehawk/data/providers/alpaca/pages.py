"""Following a list to its last page: only a null token ends it, an empty page does not."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Protocol, TypeVar

from tapehawk.data.providers.wire.transport import Query, Wire
from tapehawk.data.providers.wire.trouble import Answer, Trouble, error_of


class HasNext(Protocol):
    """A page that knows where the next one begins."""

    @property
    def next(self) -> str | None:
        """Token of the next page, None for none."""


P = TypeVar("P", bound=HasNext)


async def pages(wire: Wire, path: str, query: Query, read: Callable[[Answer], P], about: str) -> AsyncIterator[P]:
    """Yield every page, first to last."""
    seen: set[str] = set()
    page = await wire.get(path, query, read=read, about=about)
    yield page
    while page.next:
        if page.next in seen:
            raise error_of(Trouble("server", "its pages lead in a circle"), wire.provider, about)
        seen.add(page.next)
        page = await wire.get(path, {**query, "page_token": page.next}, read=read, about=about)
        yield page
