"""Texts that requests may hold: bounded, and without the character 0, which PostgreSQL can't store."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import StringConstraints

_NO_ZERO = r"^[^\x00]*$"
Symbol: TypeAlias = Annotated[str, StringConstraints(min_length=1, max_length=32, pattern=r"^[^\s\x00-\x1f\x7f]+$")]
Name: TypeAlias = Annotated[
    str, StringConstraints(min_length=1, max_length=100, pattern=_NO_ZERO, strip_whitespace=True)
]
Word: TypeAlias = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=_NO_ZERO)]
Prose: TypeAlias = Annotated[str, StringConstraints(max_length=5000, pattern=_NO_ZERO)]
