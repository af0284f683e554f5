"""Which JSON is refused before anybody reads it, and that finding out is cheap whatever a stranger sends."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tapehawk.api.around.bounds import DEEPEST, MOST_CONTAINERS, MOST_NAMES, refused_json

TEXTS = st.text(alphabet='[]{}"\\u0,: \x00é', max_size=12)
VALUES = st.recursive(
    st.none() | st.integers() | TEXTS,
    lambda inside: st.lists(inside, max_size=4) | st.dictionaries(TEXTS, inside, max_size=4),
    max_leaves=12,
)
MEGABYTE = 990_000
WORST = {
    "objects": b"[" + b"{}," * (MEGABYTE // 3) + b"{}]",
    "lists in lists": b"[" + b"[[]]," * (MEGABYTE // 5) + b"[]]",
    "as deep as may be": b"[" + (b"[" * 31 + b"]" * 31 + b",") * (MEGABYTE // 63) + b"[]]",
    "as many as may be": b"[" + b'{"":1},' * MOST_NAMES + b"[]," * (MOST_CONTAINERS - MOST_NAMES - 2) + b"[]]",
    "texts": b"[" + b'"",' * (MEGABYTE // 3) + b"[" * 31 + b"]" * 32,
    "texts of brackets": b"[" + b'"[{",' * (MEGABYTE // 5) + b"[" * 31 + b"]" * 32,
    "names": b'{"\\u0001":0,' + b",".join(b'"%d":0' % n for n in range(90_000)) + b"}",
    "a text of backslashes": b'["\\u0001' + b"\\\\" * (MEGABYTE // 2) + b'"]',
    "a text of quotes": b'["\\u0001' + b'\\"' * (MEGABYTE // 2) + b'"]',
}


def walked(value: Any, depth: int = 1) -> bool:
    """Say whether a value is too deep or holds a NUL, by looking at all of it."""
    if isinstance(value, str):
        return "\x00" in value
    if not isinstance(value, dict | list):
        return False
    inside = [*value, *value.values()] if isinstance(value, dict) else value
    return depth > DEEPEST or any(walked(one, depth + 1) for one in inside)


def wrapped(value: Any, depth: int) -> Any:
    """Return a value inside so many lists."""
    for _ in range(depth):
        value = [value]
    return value


def took(done: Any) -> float:
    """Return how long something takes where nothing else keeps it up."""
    times = []
    for _ in range(5):
        began = time.perf_counter()
        done()
        times.append(time.perf_counter() - began)
    return min(times)


@settings(max_examples=500, deadline=None)
@given(VALUES, st.integers(0, DEEPEST + 2), st.booleans())
def test_what_is_refused_is_what_a_walk_through_all_of_it_refuses(value, depth, is_ascii):
    value = wrapped(value, depth)
    assert (refused_json(json.dumps(value, ensure_ascii=is_ascii).encode()) is not None) == walked(value)


@pytest.mark.parametrize("many", [MOST_CONTAINERS, MOST_CONTAINERS + 1])
def test_so_many_lists_and_objects_may_be_and_no_more(many):
    refused = refused_json(json.dumps([{}] * (many - 1)).encode())
    assert (refused is not None) == (many > MOST_CONTAINERS)
    assert refused_json(json.dumps(["[{" * many]).encode()) is None, "those in a text are none"


@pytest.mark.parametrize("many", [MOST_NAMES, MOST_NAMES + 1])
def test_so_many_names_may_be_and_no_more(many):
    refused = refused_json(json.dumps({f"{n}:": n for n in range(many)}).encode())
    assert (refused is not None) == (many > MOST_NAMES)


@pytest.mark.parametrize("shape", WORST)
def test_a_body_holds_the_loop_no_longer_than_decoding_some_plain_megabytes(shape):
    body, plain = WORST[shape], b"[" + b"1," * (MEGABYTE // 2) + b"1]"
    assert took(lambda: refused_json(body)) < 4 * took(lambda: json.loads(plain))
