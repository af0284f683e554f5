"""Any address that takes a POST of JSON, signed so that the receiver knows who it is from and that it is new.

    Tapehawk-Delivery     id of the message, the same at every attempt: whoever has seen it has seen the message
    Tapehawk-Timestamp    seconds since 1970, when this attempt was made
    Tapehawk-Signature    v1=<hex HMAC-SHA256, with the secret, of the timestamp, a full stop and the body>

A receiver refuses timestamps more than five minutes off, and signatures that are others (`verify`). It is not sent by
Apprise, whose generic webhooks are not signed.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Final
from urllib.parse import urlsplit

import httpx2
import msgspec
from pydantic import Field, SecretStr, field_validator

from tapehawk.notify.door import Address, Notifier, Secret
from tapehawk.notify.wording import Letter

TOLERANCE: Final = 300.0
"""Seconds that a timestamp may be off."""


class WebhookAddress(Address):
    """An address and the secret that signs what is sent to it."""

    url: Annotated[Secret, Field(description="where the POST goes: https://…")]
    secret: Annotated[SecretStr, Field(min_length=16, max_length=200, description="signs it; 16 characters or more")]

    @field_validator("url")
    @classmethod
    def _is_one(cls, url: SecretStr) -> SecretStr:
        try:
            parts = urlsplit(url.get_secret_value())
            is_one = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
        except ValueError:
            is_one = False
        if not is_one or not url.get_secret_value().isascii() or not url.get_secret_value().isprintable():
            raise ValueError("a webhook reads like https://example.org/path")
        if parts.username or parts.password:
            raise ValueError("a webhook's URL names no user and no password")
        return url

    def hosts(self) -> tuple[str, ...]:
        """Return where the POST goes."""
        return (str(urlsplit(self.url.get_secret_value()).hostname),)


class Webhook(Notifier[WebhookAddress]):
    """Posts the letter as JSON."""

    address_type: ClassVar = WebhookAddress
    most: ClassVar = 20_000

    def send(self, letter: Letter) -> str:
        """Post it; see `Notifier`."""
        body, timestamp = self._body(letter), str(int(self.means.timestamp()))
        headers = {
            "Content-Type": "application/json",
            "Tapehawk-Delivery": letter.id,
            "Tapehawk-Timestamp": timestamp,
            "Tapehawk-Signature": signature(self.address.secret.get_secret_value(), timestamp, body),
        }
        return self.means.line.send(
            httpx2.Request("POST", self.address.url.get_secret_value(), content=body, headers=headers)
        ).said

    def _body(self, letter: Letter) -> bytes:
        notifications = [_plain(one) for one in letter.notifications]
        said = {"id": letter.id, "title": letter.title, "text": letter.text(self.most)}
        return msgspec.json.encode({**said, "notifications": notifications, "more": letter.more})


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a notification as the API shows it."""
    told = {name: row[name] for name in ("type", "title", "message", "data")}
    return {"id": str(row["id"]), **told, "created_at": row["created_at"].isoformat()}


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """Return what stands in Tapehawk-Signature."""
    return "v1=" + hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def verify(secret: str, timestamp: str, signed: str, body: bytes, *, now: float) -> bool:
    """Say whether a receiver may believe a webhook. `now`: seconds since 1970."""
    is_new = timestamp.isascii() and timestamp.isdigit() and abs(now - int(timestamp)) <= TOLERANCE
    return is_new and hmac.compare_digest(signature(secret, timestamp, body).encode(), signed.encode())
