"""Pushover."""

from __future__ import annotations

import re
from typing import Annotated, Any, ClassVar

from pydantic import Field, SecretStr, field_validator

from tapehawk.notify.apprised import Apprised
from tapehawk.notify.door import Address


class PushoverAddress(Address):
    """A user, and the application that writes to them."""

    user_key: Annotated[SecretStr, Field(description="yours, 30 characters")]
    app_token: Annotated[SecretStr, Field(description="of the application you made for this, 30 characters")]

    @field_validator("user_key", "app_token")
    @classmethod
    def _is_one(cls, key: SecretStr) -> SecretStr:
        if not re.fullmatch(r"[A-Za-z0-9]{30}", key.get_secret_value()):
            raise ValueError("Pushover's keys are 30 letters and digits")
        return key


class Pushover(Apprised[PushoverAddress]):
    """Pushes to all devices of the user."""

    address_type: ClassVar = PushoverAddress
    most: ClassVar = 1024

    def plugin(self) -> Any:  # noqa: ANN401 - Apprise's
        """Return Apprise's."""
        from apprise.plugins.pushover import NotifyPushover

        make: Any = NotifyPushover
        return make(user_key=self.address.user_key.get_secret_value(), token=self.address.app_token.get_secret_value())
