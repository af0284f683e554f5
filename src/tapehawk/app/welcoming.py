"""The first start: a link that makes who opens it the owner, shown where the service was started and nowhere else."""

from __future__ import annotations

from tapehawk.app.house import House

PATH = "/welcome"
_ANY = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104  what is listened on, and where that is reached here


def welcome_link(house: House, *, port: int | None = None) -> str | None:
    """Return the link; None where there is an owner, or the database is one that several processes share.

    The ticket stands behind the `#`, which browsers send to nobody: no log of a server or a proxy has it.
    """
    api = house.known.api
    if "auth" not in house.services or house.database.is_shared or api.auth == "loopback-open":
        return None
    ticket = house.accounts.joining.owner_ticket()
    if ticket is None:
        return None
    host = _ANY.get(api.host, f"[{api.host}]" if ":" in api.host else api.host)
    return f"http://{host}:{port or api.port}{PATH}#{ticket}"
