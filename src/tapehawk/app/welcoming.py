"""The first start: a link that makes who opens it the owner, shown where the service was started and nowhere else."""

from __future__ import annotations

from tapehawk.app.house import House
from tapehawk.app.listening import url_of

PATH = "/welcome"


def welcome_link(house: House) -> str | None:
    """Return the link; None where there is an owner, or the database is one that several processes share.

    The ticket stands behind the `#`, which browsers send to nobody: no log of a server or a proxy has it.
    """
    api = house.known.api
    if "auth" not in house.services or house.database.is_shared or api.auth == "loopback-open":
        return None
    ticket = house.accounts.joining.owner_ticket()
    if ticket is None:
        return None
    return f"{url_of(api.host, api.port)}{PATH}#{ticket}"
