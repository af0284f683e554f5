"""Telegram, by a bot of the user's own."""

from __future__ import annotations

import html
import re
from typing import Annotated, Any, ClassVar, Final

from pydantic import Field, SecretStr, field_validator

from tapehawk.notify.apprised import Apprised
from tapehawk.notify.door import Address

_TOKEN: Final = r"^\d{6,20}:[A-Za-z0-9_-]{20,100}$"  # noqa: S105 - the shape of one


class TelegramAddress(Address):
    """A bot, and the chat that it writes into."""

    bot_token: Annotated[SecretStr, Field(description="what BotFather gave you: 123456:ABC…")]
    chat_id: Annotated[str, Field(pattern=r"^(-?\d{1,20}|@\w{4,64})$", description="a number, or @name of a channel")]

    @field_validator("bot_token")
    @classmethod
    def _is_one(cls, token: SecretStr) -> SecretStr:
        if not re.fullmatch(_TOKEN, token.get_secret_value(), re.ASCII):
            raise ValueError("a bot's token reads like 123456:ABC…")
        return token


class Telegram(Apprised[TelegramAddress]):
    """Writes into the chat."""

    address_type: ClassVar = TelegramAddress
    most: ClassVar = 3000  # escaping makes it longer, and 4096 is the limit
    format: ClassVar = "html"

    def escaped(self, text: str) -> str:
        """Return it as HTML: of what is called text, Apprise would leave some tags as they are and drop others."""
        return html.escape(text)

    def plugin(self) -> Any:  # noqa: ANN401 - Apprise's
        """Return Apprise's."""
        from apprise.plugins.telegram import NotifyTelegram

        make: Any = NotifyTelegram
        return make(self.address.bot_token.get_secret_value(), [self.address.chat_id], detect_owner=False)
