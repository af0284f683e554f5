"""Keys: sent in headers, and struck out of every text that leaves a provider.

Vendors echo keys in error texts, transports write headers to their debug logs. Whatever is raised, logged, shown or
kept goes through `struck` first, and libraries that would log a key are given a `QuietLogger`.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Generator, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx2
from pydantic import SecretStr

from tapehawk.core.errors import ProviderRefused

STRUCK = "***"
LEAST = 4
"""Keys shorter than this are not struck out: they would take half the text with them."""


@dataclass(frozen=True)
class Keys:
    """What a key puts in the headers of every request: header → text around the secret ("Bearer {}") and the secret."""

    headers: Mapping[str, tuple[str, SecretStr]]

    @classmethod
    def bearer(cls, key: SecretStr) -> Keys:
        """Return `Authorization: Bearer KEY`."""
        return cls({"Authorization": ("Bearer {}", key)})

    def need(self, provider: str) -> None:
        """Raise ProviderRefused when a key is empty: nobody needs to be asked to know that."""
        if not all(self.secrets()):
            raise ProviderRefused(
                f"{provider}: no key is set",
                hint=f"set it as {provider.upper()}_API_KEY in the environment, or in the settings",
            )

    def sent(self) -> dict[str, str]:
        """Return the headers in clear, for the wire only."""
        return {name: form.format(secret.get_secret_value()) for name, (form, secret) in self.headers.items()}

    def secrets(self) -> tuple[str, ...]:
        """Return the secrets in clear, for striking them out."""
        return tuple(secret.get_secret_value() for _, secret in self.headers.values())


class KeyAuth(httpx2.Auth):
    """Puts keys on a request as it leaves, so that none is part of a client, a call or a traceback of ours."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys

    def auth_flow(self, request: httpx2.Request) -> Generator[httpx2.Request, httpx2.Response, None]:
        """Add the headers."""
        request.headers.update(self._keys.sent())
        yield request


def struck(text: str, secrets: Iterable[str]) -> str:
    """Return the text with every secret struck out."""
    for secret in sorted((one for one in secrets if len(one) >= LEAST), key=len, reverse=True):
        text = text.replace(secret, STRUCK)
    return text


class QuietLogger(logging.LoggerAdapter[logging.Logger]):
    """Writes to a logger, secrets struck out; websockets would write whole frames, the one with the key among them."""

    def __init__(self, logger: logging.Logger, secrets: Collection[str]) -> None:
        super().__init__(logger)
        self._secrets = secrets

    def log(self, level: int, msg: object, *args: object, **kwargs: Any) -> None:  # noqa: ANN401 - logging's own
        """Write the message, formatted here so that its parts are looked at together."""
        if self.isEnabledFor(level):
            said = str(msg) % args if args else str(msg)
            super().log(level, "%s", struck(said, self._secrets), **kwargs)
