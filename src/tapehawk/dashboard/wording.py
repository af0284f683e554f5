"""Texts that come from elsewhere, as they are: Streamlit reads what it is given as Markdown."""

from __future__ import annotations

import re
from typing import Final

from tapehawk.core.errors import TapehawkError

_MARKS: Final = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~:$^=&@])")


def plain(text: object) -> str:
    """Return Markdown that reads as a text: no link, no picture, no formula in it."""
    return _MARKS.sub(r"\\\1", str(text))


def many(count: int, noun: str) -> str:
    """Return how many of something there are: 1 row, 2 rows."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def spaced(name: str) -> str:
    """Return a name for people: min_price is min price."""
    return name.replace("_", " ")


def said(error: TapehawkError) -> str:
    """Return an error with its likely fix."""
    return plain(error.message) + (f"  \n{plain(error.hint)}" if error.hint else "")
