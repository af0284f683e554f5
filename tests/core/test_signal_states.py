"""Which way a signal may go, and what is said of the others."""

from __future__ import annotations

from itertools import product

import pytest

from tapehawk.core.errors import BadInput, UnknownName
from tapehawk.core.signal_states import STATUSES, check_change

MAY = {
    ("active", "triggered"), ("active", "expired"), ("active", "cancelled"),
    ("triggered", "closed"), ("triggered", "cancelled"),
}  # fmt: skip


@pytest.mark.parametrize(("before", "after"), list(product(STATUSES, STATUSES)))
def test_five_ways_are_allowed_and_no_other(before, after):
    if (before, after) in MAY:
        check_change(before, after)
        return
    with pytest.raises(BadInput) as refused:
        check_change(before, after)
    allowed = [to for of, to in MAY if of == before]
    assert all(name in refused.value.hint for name in allowed or ["final"])


def test_a_status_that_does_not_exist_is_named_with_the_nearest():
    with pytest.raises(UnknownName) as refused:
        check_change("active", "triggerd")
    assert refused.value.nearest[0] == "triggered"
