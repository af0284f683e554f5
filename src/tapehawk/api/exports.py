"""`/api/v1/scanner/export`: the results of a scan as a file."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from fastapi import APIRouter, Path
from fastapi.responses import StreamingResponse

from tapehawk.api.dependencies import CurrentUser, HouseDep
from tapehawk.api.turns import TurnsDep
from tapehawk.app.exporting import file_of
from tapehawk.app.saving import TYPES

router = APIRouter(prefix="/api/v1/scanner", tags=["scanner"])

_WHOLE: Final = {"$ref": "#/components/schemas/ScanAnswer"}
_CONTENT: Final = {
    media: {"schema": _WHOLE} if media == "application/json" else {}
    for media in (kind.partition(";")[0] for kind in TYPES.values())
}


@router.get(
    "/export/{scan_id}/{format}",
    response_class=StreamingResponse,
    responses={200: {"content": _CONTENT, "description": "The file"}},
)
async def export_scan(
    scan_id: Annotated[str, Path(max_length=64, description="`scan_id` of a scan of yours, or of a range scan")],
    format: Literal["csv", "json", "parquet", "xlsx"],
    house: HouseDep,
    user: CurrentUser,
    turns: TurnsDep,
) -> StreamingResponse:
    """Return a scan's rows as a file; as JSON the whole answer. Of a range scan that goes on, the rows so far.

    In CSV and Excel a text that a spreadsheet would take for a formula stands behind an apostrophe.
    """
    made = await turns.run(lambda: file_of(house, user.id, scan_id, format))
    headers = {"Content-Disposition": f'attachment; filename="{made.name}"', "Cache-Control": "private, no-cache"}
    return StreamingResponse(made.parts, media_type=made.media_type, headers=headers)
