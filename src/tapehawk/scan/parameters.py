"""A scanner with the parameters somebody asked for."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import ValidationError

from tapehawk.core.errors import BadInput, OutOfBounds, UnknownName
from tapehawk.core.scanner import Scanner


def configured(kind: type[Scanner], parameters: Mapping[str, object]) -> Scanner:
    """Return the scanner; raises UnknownName or OutOfBounds, naming the parameter and what it may be."""
    for name in parameters:
        if name not in kind.model_fields:
            raise UnknownName("parameter", name, kind.model_fields, place=f"scanner {kind.type()}")
    try:
        return kind.model_validate(dict(parameters))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = ".".join(map(str, first["loc"])) or kind.type()
        wrong = f"{name} = {first['input']!r}: {first['msg']}"
        bounds = OutOfBounds if first["type"].startswith(("greater", "less")) else BadInput
        raise bounds(wrong, hint=_bounds(kind, name)) from error


def _bounds(kind: type[Scanner], name: str) -> str:
    """Return what a parameter may be, in a sentence."""
    schema = kind.model_json_schema()["properties"].get(name, {})
    parts = [f"at least {schema['minimum']}"] if "minimum" in schema else []
    parts += [f"at most {schema['maximum']}"] if "maximum" in schema else []
    parts += [f"one of {', '.join(map(str, schema['enum']))}"] if "enum" in schema else []
    about = f" ({schema['description']})" if "description" in schema else ""
    within = " and ".join(parts) or schema.get("type", "see scanner list")
    return f"{name}{about}: {within}, default {schema.get('default')}"
