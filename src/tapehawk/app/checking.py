"""Checking values against the model that declares them, with errors that say where each value stands."""

from __future__ import annotations

import typing
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from pydantic import BaseModel, SecretStr, ValidationError

from tapehawk.core.errors import BadInput, OutOfBounds, UnknownName

M = TypeVar("M", bound=BaseModel)
STRUCK: Final = "***"
_LONGEST: Final = 100  # characters of a value in a message
_BOUNDS: Final = {
    "minimum": "at least",
    "exclusiveMinimum": "above",
    "maximum": "at most",
    "exclusiveMaximum": "below",
    "minLength": "not shorter than",
}


@dataclass(frozen=True)
class Setting:
    """A value and where it came from: "built in", "scanner.toml, line 3", "environment, NAME"."""

    value: object
    origin: str


def checked(model: type[M], section: str, given: Mapping[str, Setting]) -> M:
    """Return the model with these values. Raises UnknownName or OutOfBounds, naming the value and where it stands."""
    for key, one in given.items():
        if key not in model.model_fields:
            raise UnknownName("setting", key, model.model_fields, place=f"section [{section}], {one.origin}")
    try:
        return model.model_validate({key: one.value for key, one in given.items()})
    except ValidationError as error:
        raise _refusal(model, section, given, error) from error


def from_text(model: type[BaseModel], key: str, text: str) -> object:
    """Return a value as the model may read it: lists are written with commas."""
    field = model.model_fields.get(key)
    if field is not None and typing.get_origin(field.annotation) is tuple:
        return tuple(part.strip() for part in text.split(",") if part.strip())
    return text


def to_plain(value: object) -> object:
    """Return a value as settings files hold it: tuples as lists, 100.0 as 100."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return list(value) if isinstance(value, tuple) else value


def to_written(value: object) -> object:
    """Return a value as it is written into a settings file: keys in clear, which are shown nowhere else."""
    return value.get_secret_value() if isinstance(value, SecretStr) else to_plain(value)


def bounds(model: type[BaseModel], key: str) -> str:
    """Say what a value may be: "at least 0, at most 250"."""
    schema: Mapping[str, Any] = model.model_json_schema()["properties"].get(key, {})
    said = [f"{words} {_number(schema[name])}" for name, words in _BOUNDS.items() if name in schema]
    if "enum" in schema:
        said.append(f"one of {', '.join(map(str, schema['enum']))}")
    return ", ".join(said) or _KINDS.get(str(schema.get("type")), "")


_KINDS = {"boolean": "true or false", "array": "a list", "string": "text", "number": "a number"}


def _number(value: float) -> str:
    return f"{value:,.10g}"


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _refusal(model: type[BaseModel], section: str, given: Mapping[str, Setting], error: ValidationError) -> BadInput:
    first = error.errors(include_url=False, include_context=False)[0]
    key = str(first["loc"][0]) if first["loc"] else ""
    if key not in given:
        return BadInput(f"section [{section}]: {first['msg']}")
    may_be, what = bounds(model, key), model.model_fields[key].description
    hint = f"{key}{f' ({what})' if what else ''}: {may_be}" if may_be else ""
    value = STRUCK if model.model_fields[key].annotation is SecretStr else _shown(given[key].value)
    message = f"{key} = {value} in section [{section}] can't be used ({given[key].origin})"
    kind = OutOfBounds if first["type"].startswith(("greater", "less", "literal", "too_", "string_too")) else BadInput
    return kind(message, hint=hint or str(first["msg"]))
