"""Slack, by an incoming webhook."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Final

from pydantic import Field, SecretStr, field_validator

from tapehawk.notify.apprised import Apprised
from tapehawk.notify.door import Address

_BEFORE: Final = "https://hooks.slack.com/services/"


class SlackAddress(Address):
    """The address of an incoming webhook of a workspace."""

    webhook: Annotated[SecretStr, Field(max_length=200, description=f"the URL that Slack gives: {_BEFORE}T…/B…/…")]

    @field_validator("webhook")
    @classmethod
    def _is_one(cls, webhook: SecretStr) -> SecretStr:
        tokens = _tokens(webhook)
        if len(tokens) != 3 or not all(one.isascii() and one.isalnum() for one in tokens):
            raise ValueError(f"a Slack webhook reads like {_BEFORE}T…/B…/…")
        return webhook


class Slack(Apprised[SlackAddress]):
    """Writes into the channel of the webhook."""

    address_type: ClassVar = SlackAddress
    most: ClassVar = 30_000

    def plugin(self) -> Any:  # noqa: ANN401 - Apprise's
        """Return Apprise's."""
        from apprise.plugins.slack import NotifySlack

        a, b, c = _tokens(self.address.webhook)
        make: Any = NotifySlack
        return make(token_a=a, token_b=b, token_c=c, include_footer=False)


def _tokens(webhook: SecretStr) -> list[str]:
    url = webhook.get_secret_value()
    return url.removeprefix(_BEFORE).rstrip("/").split("/") if url.startswith(_BEFORE) else []
