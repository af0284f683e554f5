"""Examples of the OpenAPI document, made whole: of the examples that models give, and of what their fields mean.

A page of things shows one of the things, no field that must be there is left out.
"""

from __future__ import annotations

from typing import Any, Final

from tapehawk.api.example_words import FORMATS, OF_MODELS, WORDS

Schema = dict[str, Any]
_NONE: Final = object()


def complete(made: dict[str, Any]) -> None:
    """Give each schema of a document an example where its parts have one, and each body that has a shape of its own."""
    schemas = made["components"]["schemas"]
    for schema in schemas.values():
        _show(schemas, schema, schema)
    for path in made.get("paths", {}).values():
        for operation in path.values():
            for media in operation.get("requestBody", {}).get("content", {}).values():
                if "$ref" not in media["schema"]:
                    _show(schemas, media["schema"], media)


def _show(schemas: dict[str, Schema], schema: Schema, at: Schema) -> None:
    found = _example(schemas, schema)
    if found is not _NONE:
        at["example"] = found


def _example(schemas: dict[str, Schema], schema: Schema, *names: str) -> Any:  # noqa: ANN401  JSON
    """Return an example of a schema, which a field of some names has; `_NONE` where there is none."""
    schema = _resolved(schemas, schema)
    given = schema.get("example", next(iter(schema.get("examples", ())), _NONE))
    if given is not _NONE:
        return _whole(schemas, schema, given)
    if "const" in schema:
        return schema["const"]
    if schema.get("type") == "object" and "properties" in schema:
        return _of_fields(schemas, schema)
    if "$ref" in schema.get("items", {}):
        inside = _example(schemas, schema["items"])
        return _NONE if inside is _NONE else [inside]
    return _of_name(schemas, schema, names)


def _of_name(schemas: dict[str, Schema], schema: Schema, names: tuple[str, ...]) -> Any:  # noqa: ANN401  JSON
    """Return what a field of some names holds, else what its schema leaves no choice of."""
    if "default" in schema:
        return schema["default"]
    word = next((table[name] for name, table in zip(names, (OF_MODELS, WORDS), strict=False) if name in table), _NONE)
    if word is not _NONE and ("enum" not in schema or word in schema["enum"]):
        return word
    if "enum" in schema:
        return schema["enum"][0]
    if schema.get("format") in FORMATS:
        return FORMATS[schema["format"]]
    if "items" in schema and (found := _example(schemas, schema["items"])) is not _NONE:
        return [found]
    return None if _may_be_null(schema) else _NONE


def _of_fields(schemas: dict[str, Schema], schema: Schema) -> Any:  # noqa: ANN401  JSON
    found = {name: _of_field(schemas, schema, name) for name in schema["properties"]}
    if any(found[name] is _NONE for name in schema.get("required", found)):
        return _NONE
    return {name: one for name, one in found.items() if one is not _NONE}


def _of_field(schemas: dict[str, Schema], schema: Schema, name: str) -> Any:  # noqa: ANN401  JSON
    return _example(schemas, schema["properties"][name], f"{schema.get('title')}.{name}", name)


def _whole(schemas: dict[str, Schema], schema: Schema, example: Any) -> Any:  # noqa: ANN401  JSON
    """Put in what an example leaves out and must be there: the framework drops nulls."""
    schema = _resolved(schemas, schema)
    if isinstance(example, list):
        return [_whole(schemas, schema.get("items", {}), one) for one in example]
    if not isinstance(example, dict):
        return example
    fields = schema.get("properties", {})
    left = [name for name in schema.get("required", ()) if name in fields and name not in example]
    more = {name: _left_out(schemas, schema, name) for name in left}
    example = {**example, **{name: one for name, one in more.items() if one is not _NONE}}
    names = [*(name for name in fields if name in example), *(name for name in example if name not in fields)]
    return {name: _whole(schemas, fields.get(name, {}), example[name]) for name in names}


def _left_out(schemas: dict[str, Schema], schema: Schema, name: str) -> Any:  # noqa: ANN401  JSON
    return None if _may_be_null(schema["properties"][name]) else _of_field(schemas, schema, name)


def _resolved(schemas: dict[str, Schema], schema: Schema) -> Schema:
    """Follow a reference, also of what may be null besides."""
    while True:
        kinds = [one for one in schema.get("anyOf", ()) if one.get("type") != "null"]
        if "$ref" in schema:
            schema = schemas[schema["$ref"].rpartition("/")[2]]
        elif len(kinds) == 1 and "$ref" in kinds[0] and "example" not in schema:
            schema = kinds[0]
        else:
            return schema


def _may_be_null(schema: Schema) -> bool:
    return any(one.get("type") == "null" for one in schema.get("anyOf", ()))
