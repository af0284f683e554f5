"""What a service may not be started with: an address that others reach without a secret, processes that can't share."""

from __future__ import annotations

from typing import Final

from tapehawk.accounts.tokens import LEAST_KEY
from tapehawk.accounts.visitor import is_loopback
from tapehawk.app.house import SERVICES, House
from tapehawk.core.errors import BadInput, UnknownName

KNOWN_SECRETS: Final = ("changeme", "change-me", "secret", "password", "example", "default", "jwt", "key", "your")
"""What secrets are made of that stand in somebody's documentation."""
_DISTINCT: Final = 10  # characters that a secret made by chance has at least


def check(house: House) -> None:
    """Raise for a service that does not exist, BadInput for what would be unsafe."""
    if not house.services:
        raise BadInput("no service to run", hint=f"of {', '.join(SERVICES)}")
    for name in house.services:
        if name not in SERVICES:
            raise UnknownName("service", name, SERVICES)
    _check_secret(house)
    _check_processes(house)


def _check_secret(house: House) -> None:
    """Refuse, where others can come, tokens that anybody could sign."""
    api = house.known.api
    keys = [key.strip() for key in api.jwt_secret.get_secret_value().split(",") if key.strip()]
    if is_loopback(api.host):
        return
    hint = (
        "python -c 'import secrets; print(secrets.token_urlsafe(48))' makes one for JWT_SECRET; or listen on localhost"
    )
    if not keys:
        raise BadInput(f"others reach {api.host}, and no secret of yours signs the tokens", hint=hint)
    if any(len(key.encode()) < LEAST_KEY for key in keys):
        raise BadInput(f"others reach {api.host}, and JWT_SECRET is shorter than {LEAST_KEY} bytes", hint=hint)
    if any(is_guessed(key) for key in keys):
        raise BadInput(f"others reach {api.host}, and JWT_SECRET is one that can be guessed", hint=hint)


def is_guessed(secret: str) -> bool:
    """Say whether a secret is made of words from examples, or of few characters again and again."""
    rest = secret.lower()
    for word in KNOWN_SECRETS:
        rest = rest.replace(word, "")
    return len(set(rest)) < _DISTINCT


def _check_processes(house: House) -> None:
    """Refuse several processes where they could not hear each other, or would share a database made for one."""
    known = house.known
    if known.api.workers == 1:
        return
    if known.api.reload:
        raise BadInput("several processes can't start anew with the source", hint="reload, or workers")
    if not known.redis_url:
        hint = "set REDIS_URL, or SCANNER_WORKERS=1"
        raise BadInput(f"{known.api.workers} processes need Redis to hear each other", hint=hint)
    if not house.database.is_shared:
        hint = "set DATABASE_URL to a PostgreSQL database, or SCANNER_WORKERS=1"
        raise BadInput(f"{known.api.workers} processes need PostgreSQL: SQLite is for one", hint=hint)
