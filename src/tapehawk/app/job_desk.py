"""Jobs as users see them: their own; an admin sees everybody's and the system's."""

from __future__ import annotations

from typing import Any

from tapehawk.app.house import House
from tapehawk.records.jobs import ENDED
from tapehawk.records.owned import Row
from tapehawk.records.pages import Page
from tapehawk.records.users import User


def page(house: House, user: User, *, limit: int, cursor: str | None) -> Page:
    """Return the jobs that a user sees, newest first."""
    with house.database.read() as records:
        seen: Any = records.jobs if user.role == "admin" else records.of(user.id).jobs
        found: Page = seen.page(limit=limit, cursor=cursor)
        return found


def job(house: House, user: User, id: str) -> Row:
    """Return a job. Raises NoData for one that the user does not see."""
    with house.database.read(fresh=True) as records:
        return dict(vars(records.jobs.get(id))) if user.role == "admin" else records.of(user.id).jobs.get(id)


def cancel_or_remove(house: House, user: User, id: str) -> str:
    """Cancel a job that waits or runs, remove one that has ended; say which. Raises as `job` does."""
    if job(house, user, id)["state"] not in ENDED:
        house.queue.cancel(id)
        return "cancelled"
    with house.database.write() as records:
        records.jobs.remove(id)
    return "deleted"
