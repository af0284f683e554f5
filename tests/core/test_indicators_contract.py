"""What every indicator keeps by its existing: documented, bounded, honest about splits, the same however it is cut."""

from __future__ import annotations

import inspect
from itertools import pairwise

import numpy as np
import pytest

from tapehawk.core import indicators
from tapehawk.core.columns import close
from tapehawk.core.errors import OutOfBounds
from tapehawk.core.evaluate import evaluate
from tapehawk.core.expr import KERNELS
from tapehawk.core.kernels import NEVER
from tapehawk.core.panel import Panel
from tapehawk.core.plan import nodes
from tests.core.every_indicator import NEEDED, every_indicator

NAMES = sorted(indicators.__all__)
EXPRESSIONS = [pytest.param(x, id=name) for name, x in every_indicator().items()]
every_expression = pytest.mark.parametrize("x", EXPRESSIONS)


def bars(n: int = 260, seed: int = 4, *, prices: float = 1.0, shares: float = 1.0) -> dict[str, np.ndarray]:
    """Return five-minute bars, 26 sessions of 10 bars."""
    rng = np.random.default_rng(seed)
    last = 100 * np.exp(np.cumsum(rng.normal(0, 0.01, n)))
    first = last * (1 + rng.normal(0, 0.005, n))
    top, bottom = np.maximum(first, last) * 1.004, np.minimum(first, last) * 0.995
    columns = {"open": first, "high": top, "low": bottom, "close": last}
    columns = {name: x * prices for name, x in columns.items()} | {"volume": rng.lognormal(8, 1, n) * shares}
    return columns | {"session": np.arange(n) // 10 + 19_000.0, "minute": np.arange(n) % 10 * 5.0}


def panel(columns: dict[str, np.ndarray], a: int = 0, b: int | None = None) -> Panel:
    cut = {name: x[a:b].copy() for name, x in columns.items()}
    n = cut["close"].size
    return Panel(("A",), np.array([0, n]), np.arange(n), cut, timeframe="5m")


@pytest.mark.parametrize("name", NAMES)
def test_says_what_it_is(name):
    build = getattr(indicators, name)
    text = " ".join(inspect.getdoc(build).split())
    assert "Unit: " in text or "A condition" in text
    assert "Warm-up: " in text
    assert "Source: " in text
    fields = [x for key, x in every_indicator().items() if key.partition(".")[0] == name]
    recursive = {settling(node) for node in nodes(*fields) if node.op in KERNELS} - {0}
    assert not recursive or "Seed: " in text
    assert recursive <= {NEVER} or "1e-9" in text or "settles as" in text or "as `" in text or "settled" in text


def settling(node) -> int:
    return KERNELS[node.op].settling(*(1.0 if isinstance(p, str) else p for p in node.params))


def whole_numbers():
    for name in NAMES:
        for p in inspect.signature(getattr(indicators, name)).parameters.values():
            if p.annotation == "int":
                yield pytest.param(name, p.name, id=f"{name}({p.name})")


def real_numbers():
    for name in NAMES:
        for p in inspect.signature(getattr(indicators, name)).parameters.values():
            if p.annotation == "float":
                yield pytest.param(name, p.name, id=f"{name}({p.name})")


def build_with(name, **given):
    build = getattr(indicators, name)
    needed = {p.name: NEEDED[p.name] for p in inspect.signature(build).parameters.values() if p.default is p.empty}
    return build(**{**needed, **given})


@pytest.mark.parametrize(("name", "parameter"), list(whole_numbers()))
@pytest.mark.parametrize("bad", [0, -1, 5_001, 2.5, True, float("nan"), float("inf"), "20", None, close])
def test_a_number_of_bars_is_whole_and_within_bounds(name, parameter, bad):
    with pytest.raises(OutOfBounds, match=f"^{parameter} = "):
        build_with(name, **{parameter: bad})


@pytest.mark.parametrize(("name", "parameter"), list(whole_numbers()))
def test_a_number_of_bars_may_be_written_as_a_real_one(name, parameter):
    assert repr(build_with(name, **{parameter: 3.0})) == repr(build_with(name, **{parameter: 3}))


@pytest.mark.parametrize(("name", "parameter"), list(real_numbers()))
@pytest.mark.parametrize("bad", [0, -1.0, 1e9, True, float("nan"), float("inf"), "2", None, close])
def test_a_factor_is_positive_and_within_bounds(name, parameter, bad):
    with pytest.raises(OutOfBounds, match=f"^{parameter} = "):
        build_with(name, **{parameter: bad})


@every_expression
def test_a_later_split_changes_it_by_its_declared_power(x):
    """A 2:1 split halves adjusted prices and doubles volumes; halving rounds nothing, so the bits must agree."""
    before, after = (evaluate(panel(columns).block(0, 1), x)[0] for columns in (bars(), bars(prices=0.5, shares=2.0)))
    expected = before * 0.5**x.power if x.kind == "number" else before
    np.testing.assert_array_equal(after, expected)


@every_expression
def test_bar_by_bar_it_is_the_same_to_the_last_bit(x):
    columns = bars()
    whole = evaluate(panel(columns).block(0, 1), x)[0]
    edges, state = [0, 1, 2, 3, *range(40, 260, 7), 260], {}
    parts = [evaluate(panel(columns, a, b).block(0, 1), x, state=state)[0] for a, b in pairwise(edges)]
    np.testing.assert_array_equal(np.concatenate(parts), whole)


@every_expression
def test_later_bars_change_nothing_before(x):
    columns, other = bars(), bars(seed=5)
    changed = {name: np.concatenate((columns[name][:200], other[name][200:])) for name in columns}
    ours, theirs = (evaluate(panel(c).block(0, 1), x)[0] for c in (columns, changed))
    np.testing.assert_array_equal(ours[:200], theirs[:200])


@every_expression
def test_it_has_an_answer_for_ordinary_bars(x):
    last = evaluate(panel(bars()).block(0, 1), x)[0][-1]
    assert last != 1 if x.kind == "mask" else np.isfinite(last)
