"""Finds as bytes: what a search found in a part of a panel, kept until the other parts are there.

Arrays only, without their setups: who reads them says of which these are. What was written of others is refused.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from tapehawk.core.errors import BadInput
from tapehawk.core.script import Step
from tapehawk.core.watch import Found, joined

_ABOUT = "about"


def packed(found: Sequence[Found]) -> bytes:
    """Return finds as bytes."""
    arrays: dict[str, npt.NDArray[Any]] = {}
    for number, one in enumerate(found):
        named = {"symbol": one.symbol, "bar": one.bar, **{f"column.{name}": c for name, c in one.columns.items()}}
        arrays |= {f"{number}.{name}": column for name, column in named.items()}
    about = [[list(map(list, one.steps)), one.symbols] for one in found]
    out = io.BytesIO()
    arrays[_ABOUT] = np.frombuffer(json.dumps(about).encode(), np.uint8)
    np.savez_compressed(out, allow_pickle=False, **arrays)
    return out.getvalue()


def unpacked(data: bytes, like: Sequence[Found]) -> list[Found]:
    """Return the finds that `packed` wrote; `like`: finds of the same setups. Raises BadInput for those of others."""
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as kept:
            about = json.loads(kept[_ABOUT].tobytes())
            return [_found(kept, number, one, like[number]) for number, one in enumerate(about)]
    except (EOFError, KeyError, IndexError, ValueError, TypeError, OSError, zipfile.BadZipFile) as error:
        raise BadInput("these finds are of another search") from error


def _found(kept: np.lib.npyio.NpzFile, number: int, about: Sequence[object], like: Found) -> Found:
    steps, symbols = about
    mine = [Step(*step) for step in steps]  # type: ignore[attr-defined]
    if [step.name for step in mine] != [step.name for step in like.steps]:
        raise ValueError(steps)
    columns = {name: kept[f"{number}.column.{name}"] for name in like.columns}
    return Found(
        like.scanner, like.setup, mine, kept[f"{number}.symbol"], kept[f"{number}.bar"], columns, int(str(symbols))
    )


def together(parts: Sequence[Sequence[Found]]) -> list[Found]:
    """Return each setup's find in all parts, which stand in the panel's order."""
    return [joined(several, symbols=sum(one.symbols for one in several)) for several in zip(*parts, strict=True)]
