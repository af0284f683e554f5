"""States as a whole: their names, their shapes, and the hash of the kernels that they are good for."""

from __future__ import annotations

import inspect
import subprocess
import sys
from unittest import mock

import numpy as np
import pytest
from hypothesis import given

from tapehawk.core import state as states
from tapehawk.core.columns import close, high
from tapehawk.core.errors import BadInput
from tapehawk.core.evaluate import evaluate
from tapehawk.core.expr import call, on
from tapehawk.core.plan import plan
from tapehawk.core.state import (
    arrays_of,
    blank_state,
    copied,
    equal,
    holding,
    kernel_hash,
    need_fit,
    of_symbol,
    put_symbol,
)
from tapehawk.core.timeframes import for_bars
from tests.core.random_bars import random_panel
from tests.core.random_expressions import roots

XS = [call("ema", close, params=(5,))[2], on("1d", call("sma", high, params=(3,))) > close]


def played(panel, xs):
    state = {}
    evaluate(panel.block(0, len(panel.symbols)), *xs, state=state)
    return state


@given(xs=roots("1h", "1d"))
def test_a_blank_state_has_the_shape_of_one_that_has_seen_bars(xs):
    settled = [for_bars(x, "30m") for x in xs]
    blank, used = blank_state(plan(settled), 2), played(random_panel((40, 30), "30m"), xs)
    assert {name: array.shape for name, array in arrays_of(blank)} == {n: a.shape for n, a in arrays_of(used)}


def test_every_array_has_a_name_of_its_own_that_another_process_gives_too():
    state = played(random_panel((30, 30), "30m"), XS)
    names = [name for name, _ in arrays_of(state)]
    assert len(set(names)) == len(names) == 6
    assert names[0] == "ema:ema(close, 5)"
    assert 'on:on("1d", sma(high, 3))|sma:sma(high, 3)' in names


def test_a_copy_stays_when_the_state_moves_on():
    state = played(random_panel((30,), "30m"), XS)
    kept = copied(state)
    assert equal(state, kept)
    next(array for _, array in arrays_of(state))[...] += 1
    assert not equal(state, kept)


def test_one_symbols_rows_are_taken_out_and_put_back():
    state, other = played(random_panel((30, 30), "30m"), XS), played(random_panel((30, 30), "30m", seed=9), XS)
    row = of_symbol(other, 1)
    put_symbol(state, 1, row)
    assert equal(of_symbol(state, 1), row)
    assert equal(of_symbol(state, 0), of_symbol(played(random_panel((30, 30), "30m"), XS), 0))


def test_a_state_holds_stored_arrays_of_the_same_shape_only():
    state = played(random_panel((30, 30), "30m"), XS)
    stored = {name: array.copy() for name, array in arrays_of(state)}
    fresh = blank_state(plan([for_bars(x, "30m") for x in XS]), 2)
    need_fit(fresh, stored)
    assert equal(holding(fresh, stored), state)
    for spoiled in ({}, {**stored, "more": np.empty(1)}, dict.fromkeys(stored, np.empty((2, 1)))):
        with pytest.raises(BadInput, match="of another scan"):
            need_fit(fresh, spoiled)


def test_the_hash_of_the_kernels_is_the_same_everywhere_and_another_once_one_is_edited():
    code = "from tapehawk.core.state import kernel_hash; print(kernel_hash())"
    elsewhere = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert elsewhere.stdout.strip() == kernel_hash()
    read = inspect.getsource

    def edited(module):
        return read(module).replace("alpha * v + keep * average", "average + alpha * (v - average)")

    with mock.patch.object(states.inspect, "getsource", edited):
        assert kernel_hash.__wrapped__() != kernel_hash()
