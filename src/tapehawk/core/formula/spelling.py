"""The letters and signs of a formula, checked before Python's parser sees it.

What is left is one line of plain ASCII: names, numbers, quotes, operators and brackets. So a position counted by the
parser is the position the user sees, and nothing that Python would read but the language does not have (comments,
escapes, prefixed strings, statements) gets that far.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from typing import Final

from tapehawk.core.errors import FormulaError

MAX_LENGTH: Final = 2_000  # characters
_MAX_MESSAGE: Final = 300  # characters; messages quote expressions, which may be long

_TOKEN: Final = re.compile(
    r"""(?P<number>(?:[0-9][0-9_]*\.?[0-9_]*|\.[0-9][0-9_]*)(?:[eE][+-]?[0-9]+)?)
      | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
      | (?P<text>"[^"\\]*"|'[^'\\]*')
      | (?P<sign>[-+*/<>()\[\],.=]|!=)
      | (?P<space>\ +)""",
    re.VERBOSE,
)
_QUOTES: Final = 'quotes are plain: "1h"'
_OPEN: Final = "the quote is not closed"
_MEANT: Final = {
    "&": "write and", "|": "write or", "~": "write not", "!": "write not, or != for unequal", "^": "write ** 2",
    "%": "5 percent more is x * 1.05", "≥": "write >=", "≤": "write <=", "≠": "write !=", "×": "write *",
    "÷": "write /", "−": "write -", "–": "write -", "²": "write ** 2", "“": _QUOTES, "”": _QUOTES, '"': _OPEN,
    "'": _OPEN, "\\": "a formula may simply go on in the next line", ":": "x[20] is the value 20 bars ago",
    ";": "join conditions with and, or, not", "#": "a formula holds no comments",
}  # fmt: skip


@dataclass(frozen=True)
class Source:
    """A formula: as errors show it (one line, a character for each of the user's), and its code from `start` on."""

    shown: str
    code: str
    start: int

    def error(self, place: int, message: str, hint: str = "") -> FormulaError:
        """Return an error that points at a place of the code, as a column of the formula."""
        column = min(max(self.start + place, 0), len(self.shown))
        return FormulaError(_shortened(message), formula=self.shown, column=column, hint=_shortened(hint))


def read_source(text: str) -> Source:
    """Return a formula that is fit to be parsed, or raise FormulaError at the first sign that is not of the language.

    Any space or line break is a space; AND, OR and NOT may be written in capitals.
    """
    shown = "".join(map(_shown, text[:MAX_LENGTH]))
    source = Source(shown, shown.strip(" "), len(shown) - len(shown.lstrip(" ")))
    if len(text) > MAX_LENGTH:
        message = f"the formula has {len(text):,} characters, and {MAX_LENGTH:,} are the limit"
        raise source.error(MAX_LENGTH, message)
    if not source.code:
        raise source.error(0, "the formula is empty", "for example: close > highest(high, 20)[1]")
    return replace(source, code=_spelled(source))


def _shown(character: str) -> str:
    """Return a character that takes one column and does nothing to a terminal."""
    if character.isspace():
        return " "
    return character if character.isprintable() and not unicodedata.combining(character) else "�"


def _spelled(source: Source) -> str:
    """Return the code with its words as Python spells them."""
    words, place, last = [], 0, ""
    while place < len(source.code):
        match = _TOKEN.match(source.code, place)
        if match is None:
            sign = source.code[place]
            raise source.error(place, f"{sign!r} is no part of the language", _MEANT.get(sign, ""))
        kind, word = str(match.lastgroup), match.group()
        _check_neighbours(source, place, last, kind)
        words.append(word.lower() if word in ("AND", "OR", "NOT") else word)
        place, last = match.end(), kind
    return "".join(words)


def _check_neighbours(source: Source, place: int, last: str, kind: str) -> None:
    """Raise where a number, a name or a quoted text runs straight into another: 1h, 5k, f"…"."""
    if {last, kind} <= {"number", "name", "text"} and last:
        hint = 'a timeframe stands in quotes: on("1h", close); 5 thousand is 5_000 or 5e3' if last == "number" else ""
        raise source.error(place, "a space, a comma or an operator is missing here", hint)


def _shortened(text: str) -> str:
    return text if len(text) <= _MAX_MESSAGE else f"{text[: _MAX_MESSAGE - 81]} … {text[-78:]}"
