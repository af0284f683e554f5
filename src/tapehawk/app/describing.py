"""What a scanner is, for lists, forms and documentation: its words, patterns and parameters."""

from __future__ import annotations

import inspect
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from tapehawk.app.checking import bounds
from tapehawk.catalog import scanner_names, scanner_type
from tapehawk.core.errors import TapehawkError
from tapehawk.core.scanner import Scanner

_log = logging.getLogger("tapehawk.scanners")


@dataclass(frozen=True)
class Parameter:
    """A parameter of a scanner; `default` is text, None where a value must be given."""

    name: str
    default: str | None
    bounds: str
    description: str


@dataclass(frozen=True)
class Description:
    """A scanner for people; `patterns` are (name, direction), empty where they depend on what is asked."""

    name: str
    title: str
    description: str
    timeframes: tuple[str, ...]
    patterns: tuple[tuple[str, str], ...]
    parameters: tuple[Parameter, ...]
    schema: dict[str, Any]

    def to_dict(self) -> dict[str, Any]:
        """Return the description as the API gives it."""
        patterns = [{"name": name, "direction": direction} for name, direction in self.patterns]
        words = {"name": self.name, "title": self.title, "description": self.description}
        return {**words, "timeframes": list(self.timeframes), "patterns": patterns, "parameters": self.schema}


def describe(name: str, folder: Path | None = None) -> Description:
    """Describe a scanner, the user's in `folder` among them. Raises UnknownName for one that does not exist."""
    kind = scanner_type(name, folder)
    title, _, rest = (inspect.getdoc(kind) or name).partition("\n")
    schema = kind.model_json_schema()
    return Description(
        name=name,
        title=title.strip(),
        description=rest.strip(),
        timeframes=kind.timeframes,
        patterns=_patterns(kind),
        parameters=tuple(_parameter(kind, key) for key in kind.model_fields),
        schema=schema,
    )


def describe_every(folder: Path | None = None) -> list[Description]:
    """Describe every scanner; one of the user's whose file is broken is left out, so that it hides no other."""
    found = []
    for name in scanner_names(folder):
        try:
            found.append(describe(name, folder))
        except TapehawkError as error:
            _log.warning("a scanner can't be read", extra={"scanner": name, "reason": error.message})
    return found


def _patterns(kind: type[Scanner]) -> tuple[tuple[str, str], ...]:
    try:
        return tuple((setup.pattern, str(setup.direction)) for setup in kind().setups())
    except (ValidationError, TapehawkError):  # one that says nothing until it is given a formula or a model
        return ()


def _parameter(kind: type[Scanner], key: str) -> Parameter:
    field = kind.model_fields[key]
    default = None if field.is_required() else _text(field.get_default(call_default_factory=True))
    return Parameter(key, default, bounds(kind, key), field.description or "")


def _text(value: object) -> str:
    if isinstance(value, bool) or value is None:
        return str(value).lower()
    if isinstance(value, tuple | list):
        return ",".join(map(str, value))
    return f"{value:,.10g}".replace(",", "_") if isinstance(value, int | float) else str(value)
