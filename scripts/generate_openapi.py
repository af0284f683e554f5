"""Write web/openapi.json, from which the web app's client is made; `make docs` runs it. No server needs to run."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import orjson

from tapehawk.api.openapi import document

FILE: Final = Path(__file__).parents[1] / "web" / "openapi.json"


def written() -> bytes:
    """Return what the file holds."""
    return orjson.dumps(document(), option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE)


if __name__ == "__main__":
    FILE.write_bytes(written())
    print(f"wrote {FILE.name}")
