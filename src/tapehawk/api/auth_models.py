"""What `/api/v1/auth` takes and answers."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Annotated, Any, Literal, TypeAlias

import orjson
from pydantic import AfterValidator, BaseModel, ConfigDict, EmailStr, Field, model_validator
from pydantic.config import JsonDict

from tapehawk.accounts.passwords import LEAST, MOST

MOST_PREFERENCES = 16_384  # bytes


def _printable(text: str) -> str:
    return "".join(character for character in text if character.isprintable()).strip()


def _storable(value: dict[str, Any]) -> dict[str, Any]:
    """Return plain values as every database keeps them. Raises ValueError for what one of them can't."""
    try:
        written = orjson.dumps(value)
    except TypeError as error:
        raise ValueError(str(error)) from error
    if len(written) > MOST_PREFERENCES or b"\\u0000" in written:
        raise ValueError(f"at most {MOST_PREFERENCES} bytes of JSON, and no null character")
    kept: dict[str, Any] = orjson.loads(written)
    return kept


Name: TypeAlias = Annotated[str, Field(max_length=100), AfterValidator(_printable)]
Email: TypeAlias = Annotated[EmailStr, Field(max_length=320)]
NewPassword: TypeAlias = Annotated[str, Field(min_length=LEAST, max_length=MOST)]
Given: TypeAlias = Annotated[str, Field(max_length=MOST, description="the password, as it is now")]
RefreshIn: TypeAlias = Annotated[
    Literal["body", "cookie"],
    Field(description="where the refresh token goes: `cookie` is for browsers, where no script can read it"),
]
Preferences: TypeAlias = Annotated[
    dict[str, Any], Field(description="what a web app keeps for its user"), AfterValidator(_storable)
]


def _like(example: JsonDict) -> ConfigDict:
    """Return the configuration of what is asked, with an example."""
    return ConfigDict(extra="forbid", json_schema_extra={"examples": [example]})


class Login(BaseModel):
    """An email and its password."""

    model_config = _like({"email": "ada@example.org", "password": "correct horse battery"})

    email: Annotated[str, Field(max_length=320)]
    password: Given
    refresh_in: RefreshIn = "body"


class Register(BaseModel):
    """Who wants to be a user. `invitation`: where it is needed."""

    model_config = _like(
        {"email": "ada@example.org", "password": "correct horse battery", "first_name": "Ada", "last_name": "Lovelace"}
    )

    email: Email
    password: NewPassword
    first_name: Name = ""
    last_name: Name = ""
    invitation: Annotated[str, Field(max_length=200)] = ""
    refresh_in: RefreshIn = "body"


class Welcome(BaseModel):
    """The ticket of the owner's link, and what the owner says of themselves: now, or later."""

    model_config = _like({"ticket": "d0VsY29tZSE…", "email": "ada@example.org", "password": "correct horse battery"})

    ticket: Annotated[str, Field(max_length=200)]
    email: Email | None = None
    password: NewPassword | None = None
    first_name: Name = ""
    last_name: Name = ""
    refresh_in: RefreshIn = "body"


class Refresh(BaseModel):
    """A refresh token, where it is not in the cookie."""

    model_config = _like({"refresh_token": "eyJhbGciOi…"})

    refresh_token: Annotated[str | None, Field(max_length=2000)] = None


class SignedIn(BaseModel):
    """The tokens of a sign-in. `refresh_token` is null where the cookie has it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "access_token": "eyJhbGciOi…",
                    "refresh_token": "eyJhbGciOi…",
                    "token_type": "bearer",
                    "expires_in": 900,
                }
            ]
        }
    )

    access_token: Annotated[str, Field(description="for `Authorization: Bearer …`")]
    refresh_token: Annotated[str | None, Field(description="good once, at /api/v1/auth/refresh")]
    token_type: Literal["bearer"] = "bearer"  # noqa: S105  a kind, no secret
    expires_in: Annotated[int, Field(description="seconds that the access token is good for")]


class ProfileChange(BaseModel):
    """What users may change of themselves. A new email needs the password, of those who have one."""

    model_config = _like({"first_name": "Augusta", "preferences": {"theme": "dark"}})

    first_name: Name | None = None
    last_name: Name | None = None
    preferences: Preferences | None = None
    email: Email | None = None
    current_password: Given = ""


class PasswordChange(BaseModel):
    """The password as it is and as it shall be; who has none yet leaves the first one out."""

    model_config = _like({"current_password": "correct horse battery", "new_password": "staple of another kind"})

    current_password: Given = ""
    new_password: NewPassword

    @model_validator(mode="after")
    def _is_another(self) -> PasswordChange:
        if self.current_password == self.new_password:
            raise ValueError("the new password is the one of now")
        return self


class SocketTicket(BaseModel):
    """What opens one WebSocket, as `?ticket=`."""

    ticket: str
    expires_in: Annotated[int, Field(description="seconds")]


class InvitationTicket(BaseModel):
    """What one person registers with."""

    invitation: str
    expires_at: dt.datetime


class ShownSignIn(BaseModel):
    """A sign-in that holds. `is_current`: the one that asks."""

    id: uuid.UUID
    created_at: dt.datetime
    refreshed_at: dt.datetime
    expires_at: dt.datetime
    ip: str
    user_agent: str
    is_current: bool


class SignInPage(BaseModel):
    """Sign-ins, newest first."""

    items: list[ShownSignIn]
    next_cursor: str | None
