"""Showing addresses without their secrets, and taking what was shown for what is kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from pydantic import SecretStr

from tapehawk.core.errors import BadInput
from tapehawk.notify.door import Address
from tapehawk.notify.registry import address_of

STRUCK: Final = "***"
_LONG: Final = 20  # characters of a secret whose last four say nothing about the rest


def masked(address: Address) -> dict[str, Any]:
    """Return an address as it is shown."""
    return {key: mask(value.get_secret_value()) if isinstance(value, SecretStr) else value for key, value in address}


def mask(secret: str) -> str:
    """Return enough of a secret for its owner to know which it is: a host, the end of a long one."""
    if not secret:
        return ""
    if secret.startswith(("http://", "https://")):
        return f"{urlsplit(secret).scheme}://{urlsplit(secret).hostname}/{STRUCK}"
    name, at, domain = secret.partition("@")
    if at and name and "." in domain:
        return f"{name[0]}{STRUCK}@{domain}"
    return STRUCK + (secret[-4:] if len(secret) >= _LONG else "")


def unmasked(kind: str, given: Mapping[str, Any], kept: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return what is to be kept of an address that was given: what is kept, where it is that as it is shown.

    A secret that is masked stands for the kept one only in an address that is the same in all else: otherwise whoever
    can write could have a secret they can't read sent elsewhere. Raises BadInput for such a one, and for no address.
    """
    if kept is not None and dict(given) in (masked(address_of(kind, kept)), _present(masked(address_of(kind, kept)))):
        return dict(kept)
    if any(isinstance(value, str) and STRUCK in value for value in given.values()):
        hint = "an address that changes is given whole, with its secrets"
        raise BadInput(f"the address for {kind} holds a masked value", hint=hint)
    return address_of(kind, given).plain()


def _present(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value not in (None, "")}
