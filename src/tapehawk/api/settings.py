"""`/api/v1/settings`: what the service runs with and where each value came from, for admins.

Of a secret its origin is shown, which says whether it is set, and never its value.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from tapehawk.api.dependencies import Admin, HouseDep
from tapehawk.api.problems import refusals
from tapehawk.app.checking import to_plain
from tapehawk.app.sections import is_unused

router = APIRouter(prefix="/api/v1/settings", tags=["settings"], responses=refusals(403))


class ShownSetting(BaseModel):
    """A setting as it holds."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "section": "risk",
                "key": "per_trade",
                "value": 0.01,
                "origin": "built in",
                "about": "share of the account a trade may lose",
                "is_secret": False,
                "is_unused": False,
            }
        }
    )

    section: str
    key: str
    value: Annotated[Any, Field(description="null for a secret")]
    origin: Annotated[str, Field(description="built in, a line of the settings file, or the environment")]
    about: str
    is_secret: Annotated[bool, Field(description="whether it is set is all that is said of it: by its origin")]
    is_unused: Annotated[bool, Field(description="nothing uses it yet")]


class SettingPage(BaseModel):
    """All settings, by section."""

    items: list[ShownSetting]
    next_cursor: None = None


@router.get("")
def list_settings(house: HouseDep, _admin: Admin) -> SettingPage:
    """List every setting with where its value came from, as `scanner config show` does."""
    known = house.known
    items = [
        _shown(section, key, one.value, one.origin, known.model(section).model_fields[key].description or "")
        for section in known.sections()
        for key, one in known.section(section).items()
    ]
    return SettingPage(items=items)


def _shown(section: str, key: str, value: object, origin: str, about: str) -> ShownSetting:
    is_secret = isinstance(value, SecretStr)
    shown = None if is_secret else to_plain(value)
    unused = is_unused(section, key)
    return ShownSetting(
        section=section, key=key, value=shown, origin=origin, about=about, is_secret=is_secret, is_unused=unused
    )
