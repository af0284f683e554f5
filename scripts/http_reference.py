"""docs/reference/http.md, written from the OpenAPI document that the service shows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tapehawk.api.openapi import TAGS, document, operations

HEAD = """\
# The HTTP API

The service shows the same at `/docs`, where it can be tried, at `/redoc`, and as a document for programs at
`/openapi.json`. How to run it: [Run the service](../how-to/run-the-service.md).

Times are RFC 3339 in UTC. Lists answer `{items, next_cursor}` and take `limit` and `cursor`. Routes marked 🔒 need
`Authorization: Bearer TOKEN`. Every answer carries `X-Request-ID` (yours, if you send a sane one), and
`RateLimit-Limit`, `-Remaining` and `-Reset`.

A POST that creates takes an `Idempotency-Key` of your own. Sent again under it, because its answer got lost, the
request is done once: it gets the same answer, with `Idempotency-Replayed: true`. While the first is in work that is 409
with `Retry-After`, and so it is for ten minutes where the service was killed at it, or failed after it had done some of
it. From then on the key is free if nothing was done; if it was, and only its answer was lost, it stays 409: look at the
list of what the request creates.
What was refused, or failed before anything was done, sets its key free at once. Keys are remembered for
[`records.answers_days`](settings.md).

Errors have one shape, `application/problem+json` (RFC 9457):
"""


def lines() -> Iterator[str]:
    """Yield the page."""
    made = document()
    yield HEAD
    yield _json(made["components"]["responses"]["Problem422"]["content"]["application/problem+json"]["example"])
    yield "| status | means |\n|---|---|"
    for response in made["components"]["responses"].values():
        example = response["content"]["application/problem+json"]["example"]
        yield f"| {example['status']} | {response['description']} |"
    yield ""
    for tag, said in TAGS.items():
        found = [one for one in operations(made) if one[2].get("tags", [""])[0] == tag]
        if found:
            yield f"## {tag[0].upper()}{tag[1:]}\n\n{said}\n"
        for path, method, operation in found:
            yield from _operation(made, path, method, operation)


def _operation(made: dict[str, Any], path: str, method: str, operation: dict[str, Any]) -> Iterator[str]:
    lock = " 🔒" if operation.get("security") else ""
    yield f"### {method.upper()} {path}{lock}\n\n{operation['description']}\n"
    if operation.get("parameters"):
        yield "| parameter | in | type | meaning |\n|---|---|---|---|"
        for one in operation["parameters"]:
            need = "" if one.get("required") else " (optional)"
            said = (one.get("description") or "").replace("|", "\\|").replace("\n", " ")
            yield f"| `{one['name']}` | {one['in']}{need} | {_type(one.get('schema', {}))} | {said} |"
        yield ""
    asked = _example(made, operation.get("requestBody", {}))
    if asked is not None:
        yield f"Asked with:\n\n{_json(asked)}"
    for status, response in operation["responses"].items():
        answered = _example(made, response) if status.startswith("2") else None
        if answered is not None:
            yield f"Answers {status}:\n\n{_json(answered)}"


def _example(made: dict[str, Any], body: dict[str, Any]) -> object | None:
    media = body.get("content", {}).get("application/json", {})
    schema = media.get("schema", {})
    schema = made["components"]["schemas"].get(schema.get("$ref", "").rpartition("/")[2], schema)
    if "examples" in media:
        return next(iter(media["examples"].values()))["value"]
    return media.get("example", schema.get("example", next(iter(schema.get("examples", ())), None)))


def _type(schema: dict[str, Any]) -> str:
    if "anyOf" in schema:
        return " or ".join(_type(one) for one in schema["anyOf"] if one.get("type") != "null")
    if "enum" in schema:
        return ", ".join(f"`{one}`" for one in schema["enum"])
    bounds = [f"≥ {schema['minimum']:g}"] if "minimum" in schema else []
    bounds += [f"≤ {schema['maximum']:g}"] if "maximum" in schema else []
    return " ".join([schema.get("format") or schema.get("type") or schema.get("$ref", "").rpartition("/")[2], *bounds])


def _json(value: object) -> str:
    return f"```json\n{json.dumps(value, indent=2, ensure_ascii=False)}\n```\n"
