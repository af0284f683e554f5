"""What a role may do."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

from tapehawk.core.errors import NotAllowed

Role: TypeAlias = Literal["admin", "user", "viewer"]
ROLES: Final = ("admin", "user", "viewer")
USUAL: Final[Role] = "user"


def need_writer(role: str) -> None:
    """Raise NotAllowed for who may only read."""
    if role == "viewer":
        raise NotAllowed("a viewer may look and change nothing", hint="an admin can make you a user")


def need_admin(role: str) -> None:
    """Raise NotAllowed for anybody but an admin."""
    if role != "admin":
        raise NotAllowed("this is for admins")
