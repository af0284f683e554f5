"""Shapes of answers: fields by name, the words that a text may be, lists of one shape."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

ANYTHING: Final = object()
"""The shape of what is published by its name only."""


def fields(names: str = "", /, **parts: Any) -> dict[str, Any]:
    """Return the shape of an object: fields by name, and those whose own shape is published."""
    return {**dict.fromkeys(names.split(), ANYTHING), **parts}


def words(names: str) -> frozenset[str]:
    """Return the shape of a text that is one of some words."""
    return frozenset(names.split())


def differences(shape: Any, said: Any, at: str = "") -> Iterator[str]:
    """Yield where an answer is not of a shape. A list is of one shape and not empty; more fields may be there."""
    if isinstance(shape, dict):
        if not isinstance(said, dict):
            yield f"{at}: no object but {said!r:.60}"
            return
        for name, part in shape.items():
            if name not in said:
                yield f"{at}.{name}: missing"
            else:
                yield from differences(part, said[name], f"{at}.{name}")
    elif isinstance(shape, list):
        if not isinstance(said, list) or not said:
            yield f"{at}: no list with something in it but {said!r:.60}"
            return
        for number, one in enumerate(said):
            yield from differences(shape[0], one, f"{at}[{number}]")
    elif isinstance(shape, frozenset) and said not in shape:
        yield f"{at}: {said!r:.60}, none of {', '.join(sorted(map(str, shape)))}"


def planted(shape: Any, said: Any) -> Iterator[Any]:
    """Yield an answer again and again, each time with another published field renamed or word replaced."""
    if isinstance(shape, dict):
        for name, part in shape.items():
            rest = {key: value for key, value in said.items() if key != name}
            yield {**rest, f"{name}_": said[name]}
            yield from ({**rest, name: other} for other in planted(part, said[name]))
    elif isinstance(shape, list):
        yield from ([*said[:-1], other] for other in planted(shape[0], said[-1]))
    elif isinstance(shape, frozenset):
        yield "planted"
