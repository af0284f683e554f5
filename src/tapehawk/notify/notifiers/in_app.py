"""The list of notifications of the web app and the API: a notification is in it by being on record."""

from __future__ import annotations

from typing import ClassVar

from tapehawk.notify.door import Address, Notifier
from tapehawk.notify.wording import Letter


class InAppAddress(Address):
    """Nothing: everybody has their list."""


class InApp(Notifier[InAppAddress]):
    """Says that it is there; whoever wrote the notification has delivered it."""

    address_type: ClassVar = InAppAddress
    most: ClassVar = 10_000

    def send(self, letter: Letter) -> str:
        """Return that it is in the list."""
        return f"in the list of notifications: {letter.title}"
