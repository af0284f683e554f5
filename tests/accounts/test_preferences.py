"""Preferences: what the edge lets through, both databases keep as it is."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from tapehawk.api.auth_models import ProfileChange

plain = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | st.text()
values = st.recursive(plain, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=12)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.text(), values, max_size=5))
@example({"\0": 1})
@example({"a": ["\ud800"]})
@example({"a": 2**63, "b": 2**64, "c": -(2**63) - 1})
@example({"a": float("inf"), "b": -0.0, "c": 1e308})
def test_what_is_let_through_is_kept(accounts, preferences):
    try:
        asked = ProfileChange(preferences=preferences)
    except ValidationError:
        return
    kept = accounts.changing.profile(accounts.ada, {"preferences": asked.preferences})
    assert read(kept.preferences) == read(asked.preferences)


def read(value: object) -> object:
    """Return plain values as a browser reads them: PostgreSQL writes 1e308 out."""
    return json.loads(json.dumps(value), parse_int=float)


@pytest.mark.parametrize("depth", [10, 10_000])
def test_what_is_too_deep_or_too_much_is_refused(depth):
    deep: object = 1
    for _ in range(depth):
        deep = [deep]
    if depth > 1000:
        with pytest.raises(ValidationError):
            ProfileChange(preferences={"a": deep})
    else:
        assert ProfileChange(preferences={"a": deep})
