"""Too many pairs for the short form of a test: there each name has one case, in turn; `make soak` has all pairs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pytest


def in_turns(cases: Sequence[Any], names: Iterable[str]) -> list[Any]:
    """Return parameters for (case, name); a case has a `name` of its own."""
    return [
        pytest.param(case, name, id=f"{case.name}-{name}", marks=() if at == turn % len(cases) else pytest.mark.soak)
        for turn, name in enumerate(names)
        for at, case in enumerate(cases)
    ]
