"""`/api/v1/scanner/presets` and `/saved`: what a user names to ask for again.

A preset is a set of parameters of a scanner; one of the scanner `formula` is a scanner of one's own. What is saved is
the view of a table: columns, order, filters, whatever the screen that shows it needs.
"""

from __future__ import annotations

import datetime as dt
import json
import uuid
from typing import Annotated, Any, Final, Self

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field, JsonValue, StringConstraints, model_validator

from tapehawk.api.dependencies import CurrentUser, Cursor, HouseDep, Limit, Writer
from tapehawk.api.once import Once
from tapehawk.api.scan_models import Name, Parameters
from tapehawk.app.asking import parameters
from tapehawk.app.house import House
from tapehawk.records.owned import Row
from tapehawk.records.users import User

router = APIRouter(prefix="/api/v1/scanner", tags=["scanner"], route_class=Once)

PRESET: Final = "preset"
SAVED: Final = "saved"
MOST_BYTES: Final = 20_000
Title = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=r"^[^\x00-\x1f]+$")
]
OfScanner = Annotated[str | None, Query(max_length=64, pattern=r"^\w*$", description="only those of this scanner")]


class _Body(BaseModel):
    """What is kept is bounded, and nothing that one of the databases can't hold."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="after")
    def _can_be_kept(self) -> Self:
        said = json.dumps(self.model_dump(), ensure_ascii=False, allow_nan=False)
        if len(said.encode()) > MOST_BYTES:
            raise ValueError(f"more than {MOST_BYTES:,} bytes")
        if "\\u0000" in said:
            raise ValueError("a text with a null character")
        return self


class PresetBody(_Body):
    """A named set of parameters; of the scanner `formula` it is a scanner of one's own."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"name": "quiet breakouts", "scanner_type": "breakout", "config": {"min_price": 5}}]
        },
    )

    name: Title
    scanner_type: Name
    config: Parameters = {}

    def values(self) -> dict[str, Any]:
        """Return it as it is kept."""
        return {"name": self.name, "scanner_type": self.scanner_type, "body": {"config": self.config}}


class SavedBody(_Body):
    """A named view of a table."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"name": "by volume", "view": {"columns": ["symbol", "rvol"], "sort": "-rvol"}}]
        },
    )

    name: Title
    scanner_type: Name | None = None
    view: Annotated[dict[str, JsonValue], Field(max_length=100)] = {}

    def values(self) -> dict[str, Any]:
        """Return it as it is kept."""
        return {"name": self.name, "scanner_type": self.scanner_type, "body": {"view": self.view}}


class Preset(BaseModel):
    """A preset as it is kept."""

    id: uuid.UUID
    name: str
    scanner_type: str
    config: dict[str, Any]
    created_at: dt.datetime
    updated_at: dt.datetime


class PresetPage(BaseModel):
    """Presets, newest first."""

    items: list[Preset]
    next_cursor: str | None


class Saved(BaseModel):
    """A view as it is kept."""

    id: uuid.UUID
    name: str
    scanner_type: str | None
    view: dict[str, Any]
    created_at: dt.datetime
    updated_at: dt.datetime


class SavedPage(BaseModel):
    """Views, newest first."""

    items: list[Saved]
    next_cursor: str | None


@router.get("/presets")
def list_presets(
    house: HouseDep, user: CurrentUser, limit: Limit = 100, cursor: Cursor = None, scanner_type: OfScanner = None
) -> PresetPage:
    """List the caller's presets, newest first."""
    with house.database.read() as records:
        page = records.of(user.id).presets.of_kind(PRESET, scanner=scanner_type, limit=limit, cursor=cursor)
    return PresetPage(items=[Preset.model_validate(_shown(row)) for row in page.items], next_cursor=page.next_cursor)


@router.post("/presets", status_code=201)
def add_preset(body: PresetBody, house: HouseDep, user: Writer) -> Preset:
    """Keep a set of parameters under a name. They are checked as a scan checks them."""
    parameters(house.known, body.scanner_type, body.config, "config")
    return Preset.model_validate(_added(house, user, PRESET, body.values()))


@router.get("/presets/{preset_id}")
def get_preset(preset_id: uuid.UUID, house: HouseDep, user: CurrentUser) -> Preset:
    """Return one of the caller's presets."""
    return Preset.model_validate(_one(house, user, PRESET, preset_id))


@router.put("/presets/{preset_id}")
def change_preset(preset_id: uuid.UUID, body: PresetBody, house: HouseDep, user: Writer) -> Preset:
    """Put another set of parameters in the place of one."""
    parameters(house.known, body.scanner_type, body.config, "config")
    return Preset.model_validate(_changed(house, user, PRESET, preset_id, body.values()))


@router.delete("/presets/{preset_id}", status_code=204)
def remove_preset(preset_id: uuid.UUID, house: HouseDep, user: Writer) -> None:
    """Remove a preset."""
    _removed(house, user, PRESET, preset_id)


@router.get("/saved")
def list_saved(
    house: HouseDep, user: CurrentUser, limit: Limit = 100, cursor: Cursor = None, scanner_type: OfScanner = None
) -> SavedPage:
    """List the caller's saved views, newest first."""
    with house.database.read() as records:
        page = records.of(user.id).presets.of_kind(SAVED, scanner=scanner_type, limit=limit, cursor=cursor)
    return SavedPage(items=[Saved.model_validate(_shown(row)) for row in page.items], next_cursor=page.next_cursor)


@router.post("/saved", status_code=201)
def add_saved(body: SavedBody, house: HouseDep, user: Writer) -> Saved:
    """Keep the view of a table under a name."""
    return Saved.model_validate(_added(house, user, SAVED, body.values()))


@router.get("/saved/{saved_id}")
def get_saved(saved_id: uuid.UUID, house: HouseDep, user: CurrentUser) -> Saved:
    """Return one of the caller's views."""
    return Saved.model_validate(_one(house, user, SAVED, saved_id))


@router.put("/saved/{saved_id}")
def change_saved(saved_id: uuid.UUID, body: SavedBody, house: HouseDep, user: Writer) -> Saved:
    """Put another view in the place of one."""
    return Saved.model_validate(_changed(house, user, SAVED, saved_id, body.values()))


@router.delete("/saved/{saved_id}", status_code=204)
def remove_saved(saved_id: uuid.UUID, house: HouseDep, user: Writer) -> None:
    """Remove a view."""
    _removed(house, user, SAVED, saved_id)


def _added(house: House, user: User, kind: str, values: dict[str, Any]) -> Row:
    now = house.now()
    with house.database.write() as records:
        return _shown(records.of(user.id).presets.put(kind, **values, created_at=now, updated_at=now))


def _one(house: House, user: User, kind: str, id: uuid.UUID) -> Row:
    with house.database.read() as records:
        return _shown(records.of(user.id).presets.one(kind, id))


def _changed(house: House, user: User, kind: str, id: uuid.UUID, values: dict[str, Any]) -> Row:
    with house.database.write() as records:
        return _shown(records.of(user.id).presets.change_one(kind, id, **values, updated_at=house.now()))


def _removed(house: House, user: User, kind: str, id: uuid.UUID) -> None:
    with house.database.write() as records:
        records.of(user.id).presets.remove_one(kind, id)


def _shown(row: Row) -> Row:
    return {**row, **row["body"]}
