"""Examples of the OpenAPI document, made whole: a page of things shows one of the things, no null is left out."""

from __future__ import annotations

from typing import Any, Final

Schema = dict[str, Any]
_NONE: Final = object()


def complete(schemas: dict[str, Schema]) -> None:
    """Give each schema an example where its own parts have one, with every field that must be there, in their order."""
    for schema in schemas.values():
        found = _example(schemas, schema)
        if found is not _NONE:
            schema["example"] = found


def _example(schemas: dict[str, Schema], schema: Schema) -> Any:  # noqa: ANN401  JSON
    """Return an example of a schema, `_NONE` where it has none."""
    schema = _resolved(schemas, schema)
    given = schema.get("example", next(iter(schema.get("examples", ())), _NONE))
    if given is not _NONE:
        return _whole(schemas, schema, given)
    if "const" in schema:
        return schema["const"]
    if schema.get("type") == "array" and "items" in schema:
        inside = _example(schemas, schema["items"])
        return _NONE if inside is _NONE else [inside]
    if schema.get("type") == "object" and "properties" in schema:
        return _of_fields(schemas, schema)
    return None if _may_be_null(schema) else schema.get("default", _NONE)


def _of_fields(schemas: dict[str, Schema], schema: Schema) -> Any:  # noqa: ANN401  JSON
    found = {name: _example(schemas, one) for name, one in schema["properties"].items()}
    if any(found[name] is _NONE for name in schema.get("required", found)):
        return _NONE
    return {name: one for name, one in found.items() if one is not _NONE}


def _whole(schemas: dict[str, Schema], schema: Schema, example: Any) -> Any:  # noqa: ANN401  JSON
    """Put back the nulls that the framework leaves out."""
    schema = _resolved(schemas, schema)
    if isinstance(example, list):
        return [_whole(schemas, schema.get("items", {}), one) for one in example]
    if not isinstance(example, dict):
        return example
    fields = schema.get("properties", {})
    need = [name for name in schema.get("required", ()) if _may_be_null(_resolved(schemas, fields.get(name, {})))]
    shown = [name for name in fields if name in example or name in need]
    more = [name for name in example if name not in fields]
    return {name: _whole(schemas, fields.get(name, {}), example.get(name)) for name in [*shown, *more]}


def _resolved(schemas: dict[str, Schema], schema: Schema) -> Schema:
    """Follow a reference, and take the one kind that a value has which may also be null."""
    while "$ref" in schema:
        schema = schemas[schema["$ref"].rpartition("/")[2]]
    return schema


def _may_be_null(schema: Schema) -> bool:
    return any(one.get("type") == "null" for one in schema.get("anyOf", ()))
