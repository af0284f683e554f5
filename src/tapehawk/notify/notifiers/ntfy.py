"""ntfy, at ntfy.sh or a server of one's own."""

from __future__ import annotations

import re
from typing import Annotated, Any, ClassVar
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator

from tapehawk.notify.apprised import Apprised
from tapehawk.notify.door import UNSET, Address


class NtfyAddress(Address):
    """A topic of a server. Who knows a topic's name can read it: it is a secret."""

    topic: Annotated[SecretStr, Field(description="letters, digits, _ and -")]
    server: Annotated[str, Field(max_length=200, description="https://ntfy.sh, or your own")] = "https://ntfy.sh"
    token: Annotated[SecretStr, Field(description="access token, where the topic needs one: tk_…")] = UNSET

    @field_validator("topic")
    @classmethod
    def _is_a_topic(cls, topic: SecretStr) -> SecretStr:
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", topic.get_secret_value()):
            raise ValueError("a topic has up to 64 letters, digits, _ and -")
        return topic

    @field_validator("token")
    @classmethod
    def _is_a_token(cls, token: SecretStr) -> SecretStr:
        if not re.fullmatch(r"[A-Za-z0-9_]{0,64}", token.get_secret_value()):
            raise ValueError("an access token reads like tk_…")
        return token

    @field_validator("server")
    @classmethod
    def _is_a_server(cls, server: str) -> str:
        if not re.fullmatch(r"https?://[A-Za-z0-9.-]+(:\d{1,5})?/?", server):
            raise ValueError("a server reads like https://ntfy.example.org")
        return server

    def hosts(self) -> tuple[str, ...]:
        """Return the server."""
        return (str(urlsplit(self.server).hostname),)


class Ntfy(Apprised[NtfyAddress]):
    """Publishes to the topic."""

    address_type: ClassVar = NtfyAddress
    most: ClassVar = 3500  # ntfy makes an attachment of what is longer than 4,096 bytes

    def plugin(self) -> Any:  # noqa: ANN401 - Apprise's
        """Return Apprise's."""
        from apprise.plugins.ntfy import NotifyNtfy

        server, token = urlsplit(self.address.server), self.address.token.get_secret_value() or None
        make: Any = NotifyNtfy
        return make(
            [self.address.topic.get_secret_value()],
            mode="private",
            host=server.hostname,
            port=server.port,
            secure=server.scheme == "https",
            auth="token" if token else None,
            token=token,
            include_image=False,
        )
