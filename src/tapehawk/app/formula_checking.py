"""A formula checked: the names it uses and what they give, or where it is wrong and what was meant."""

from __future__ import annotations

from dataclasses import dataclass

from tapehawk.core.errors import FormulaError, UnknownName
from tapehawk.core.expr import MASK
from tapehawk.core.formula import Description, Used, Word, describe, names, parse_noting


@dataclass(frozen=True)
class Name:
    """A name of a formula; `at`: where it stands. `signature` and `meaning` are a function's."""

    name: str
    kind: str
    gives: str
    at: tuple[int, ...]
    signature: str = ""
    meaning: str = ""


@dataclass(frozen=True)
class Mistake:
    """What is wrong, at which column (from 0), and what was likely meant; `pointed`: the formula with a caret."""

    message: str
    column: int
    hint: str
    pointed: str
    suggestions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Checked:
    """A formula that can be used, or its mistakes."""

    about: Description | None = None
    names: tuple[Name, ...] = ()
    errors: tuple[Mistake, ...] = ()

    @property
    def is_condition(self) -> bool:
        """Say whether it can be scanned for."""
        return self.about is not None and self.about.kind == MASK


def checked(text: str) -> Checked:
    """Check a formula."""
    try:
        found, used = parse_noting(text)
        about = describe(found)
    except FormulaError as error:
        return Checked(errors=(_mistake(error),))
    words = {word.name: word for word in names()}
    return Checked(about, tuple(_name(one, words.get(one.name)) for one in used))


def _mistake(error: FormulaError) -> Mistake:
    cause = error.__cause__
    nearest = tuple(cause.nearest) if isinstance(cause, UnknownName) else ()
    return Mistake(error.message, error.column, error.hint, error.pointed(), nearest)


def _name(one: Used, word: Word | None) -> Name:
    kind, gives = ("column" if word is None else "function"), ("condition" if one.gives == MASK else one.gives)
    return Name(one.name, kind, gives, one.places, str(word or ""), word.meaning if word else "")
