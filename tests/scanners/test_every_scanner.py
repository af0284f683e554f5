"""The laws of scanners, held by every scanner by its existing, and each law shown to catch the bug it is there for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tapehawk.catalog import scanner_names, scanner_type
from tapehawk.core.columns import close, low
from tapehawk.core.errors import NoData
from tapehawk.core.expr import KERNELS, call, number, on
from tapehawk.core.kernels import Kernel
from tapehawk.core.panel import Panel
from tapehawk.core.scanner import BUY, NONE, Scanner, Setup, setups_for
from tapehawk.core.trigger import Trigger
from tests.scanners import laws

BARS = (("1d", "regular"), ("30m", "regular"), ("30m", "extended"))
MORE_PARAMETERS = {
    "lc": [{"og": True, "side": "long"}, {"side": "short"}],
    "formula": [{"sell": "close < lowest(low, 20)[1]", "stop": "lowest(low, 5)"}],
    "parabolic": [{"above_previous_high": True, "min_previous_gain_pct": 25}],
    "relative_volume": [{"price_change_min": -2, "price_change_max": 2}],
    "breakout": [{"min_dollar_volume": 1e6}],
}


def every_scanner() -> Iterator[pytest.param]:
    """Yield every scanner with its defaults and some other parameters, on all the bars it is defined for."""
    for name in scanner_names():
        for i, parameters in enumerate([{}, *MORE_PARAMETERS.get(name, [])]):
            scanner = scanner_type(name)(**parameters)
            for timeframe, hours in BARS:
                if timeframe in scanner.timeframes and not abstains(scanner):
                    yield pytest.param(scanner, timeframe, hours, id=f"{name}-{i}-{timeframe}-{hours}")


def abstains(scanner: Scanner) -> bool:
    try:
        return not list(scanner.setups())
    except NoData:
        return True


@cache
def market(timeframe: str, hours: str) -> Panel:
    return laws.market(timeframe, hours)


for_every_scanner = pytest.mark.parametrize(("scanner", "timeframe", "hours"), list(every_scanner()))


def test_only_the_scanner_whose_models_come_later_abstains():
    assert [name for name in scanner_names() if abstains(scanner_type(name)())] == ["ml"]


@for_every_scanner
@settings(max_examples=5)
@given(at=st.floats(0, 1))
def test_the_future_changes_nothing(scanner, timeframe, hours, at):
    panel = market(timeframe, hours)
    laws.the_future_changes_nothing(scanner, panel, round(at * laws.length(panel)))


@for_every_scanner
@settings(max_examples=3)
@given(cuts=st.lists(st.floats(0, 1), max_size=6))
def test_cutting_changes_nothing(scanner, timeframe, hours, cuts):
    panel = market(timeframe, hours)
    laws.cutting_changes_nothing(scanner, panel, sorted({round(cut * laws.length(panel)) for cut in cuts}))


@for_every_scanner
def test_bar_by_bar_is_the_same_as_all_at_once(scanner, timeframe, hours):
    panel = market(timeframe, hours)
    end = laws.length(panel)
    laws.cutting_changes_nothing(scanner, panel, list(range(end - 40, end)))


@for_every_scanner
def test_symbols_are_independent(scanner, timeframe, hours):
    laws.symbols_are_independent(scanner, market(timeframe, hours))


@for_every_scanner
def test_nulls_stand_only_before_the_stated_history(scanner, timeframe, hours):
    laws.nulls_stand_only_before_the_stated_history(scanner, market(timeframe, hours))


@for_every_scanner
@settings(max_examples=3)
@given(at=st.floats(0, 0.99))
def test_a_revised_bar_leaves_no_trace(scanner, timeframe, hours, at):
    panel = market(timeframe, hours)
    laws.a_revised_bar_leaves_no_trace(scanner, panel, int(at * laws.length(panel)))


@for_every_scanner
def test_what_a_scanner_declares_can_be_shown(scanner, timeframe, hours):
    """Patterns have names of their own, conditions too; what is shown is a number."""
    setups = setups_for(scanner, timeframe)
    assert len({setup.pattern for setup in setups}) == len(setups)
    for setup in setups:
        assert setup.pattern.isidentifier()
        assert setup.pattern == setup.pattern.lower()
        assert all(x.kind == "number" for x in setup.show.values())
        assert setup.direction is NONE or setup.stop is not None
        assert setup.base is None or 100 <= setup.base <= 200


@pytest.mark.parametrize("name", scanner_names())
def test_every_parameter_is_described_and_has_bounds_and_a_default(name):
    for field, schema in scanner_type(name).model_json_schema()["properties"].items():
        assert schema.get("description"), f"{field} says nothing"
        assert "default" in schema, f"{field} has no default"
        numbers = [one for one in (schema, *schema.get("anyOf", [])) if one.get("type") in ("number", "integer")]
        for one in numbers:
            assert one.keys() & {"minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum"}, f"{field} is unbounded"


# --------------------------------------------------------------------------------------- tests of the tests


def sound(x, starts, state, params, out):
    """The value as it is."""
    for i in range(x.size):
        out[i] = x[i]


def peek(x, starts, state, params, out):
    """The next bar's value: a look-ahead."""
    for k in range(starts.size - 1):
        for i in range(starts[k], starts[k + 1]):
            out[i] = x[min(i + 1, starts[k + 1] - 1)]


def forget(x, starts, state, params, out):
    """The value one bar ago, without remembering the last call's."""
    for k in range(starts.size - 1):
        for i in range(starts[k], starts[k + 1]):
            out[i] = x[max(i - 1, starts[k])]


def lag(x, starts, state, params, out):
    """The value as it is, nine bars later than stated."""
    for k in range(starts.size - 1):
        for i in range(starts[k], starts[k + 1]):
            state[k, 0] += 1.0
            out[i] = x[i] if state[k, 0] > 9.0 else np.nan


def leak(x, starts, state, params, out):
    """The value before this one in the column, whosever it is."""
    for i in range(x.size):
        out[i] = x[max(i - 1, 0)]


@pytest.fixture
def planted(monkeypatch) -> Callable[..., Scanner]:
    """Return a way to make a scanner that shows a broken kernel's column."""

    def scanner(source, *, warmup=0, wrap=lambda x: x, triggers=False) -> Scanner:
        name = source.__name__
        monkeypatch.setitem(KERNELS, name, Kernel(name, source, 1, lambda: 1, lambda: warmup, lambda: 0, None, ()))
        column = wrap(call(name, close))

        class Broken(Scanner):
            def setups(self) -> Iterator[Setup]:
                up = close > low[1]
                trigger = Trigger(column[1], {"up": up[1]}, low[1]) if triggers else None
                show = {} if triggers else {"column": column}
                yield Setup("broken", BUY, {"up": up}, stop=low, show=show, trigger=trigger)

        return Broken()

    return scanner


def broken(law: Callable[..., None], *question: object) -> bool:
    try:
        law(*question)
    except AssertionError:
        return True
    return False


def test_a_sound_scanner_passes_every_law(planted):
    scanner, panel = planted(sound), market("1d", "regular")
    assert not broken(laws.the_future_changes_nothing, scanner, panel, 300)
    assert not broken(laws.cutting_changes_nothing, scanner, panel, [1, 2, 100])
    assert not broken(laws.symbols_are_independent, scanner, panel)
    assert not broken(laws.nulls_stand_only_before_the_stated_history, scanner, panel)
    assert not broken(laws.a_revised_bar_leaves_no_trace, scanner, panel, 300)


@pytest.mark.parametrize(
    ("timeframe", "wrap"),
    [
        ("1d", lambda x: x),
        ("30m", lambda x: x),
        ("30m", lambda x: on("1d", x)),  # the next slow bar
        ("1d", lambda x: number((x > close) & (close > low))),
    ],
    ids=["daily", "intraday", "slower bars", "condition"],
)
def test_a_planted_look_ahead_is_caught(planted, timeframe, wrap):
    panel = market(timeframe, "regular")
    caught = [broken(laws.the_future_changes_nothing, planted(peek, wrap=wrap), panel, at) for at in range(300, 340)]
    assert any(caught)


def test_a_planted_lag_is_caught(planted):
    assert broken(laws.nulls_stand_only_before_the_stated_history, planted(lag), market("1d", "regular"))


def test_a_lag_and_a_leak_that_are_planted_in_a_trigger_are_caught(planted):
    panel = market("1d", "regular")
    assert broken(laws.nulls_stand_only_before_the_stated_history, planted(lag, triggers=True), panel)
    assert broken(laws.symbols_are_independent, planted(leak, triggers=True), panel)


def test_a_planted_warm_up_that_is_one_short_is_caught(planted):
    assert broken(laws.nulls_stand_only_before_the_stated_history, planted(sound, warmup=1), market("1d", "regular"))


def test_a_planted_leak_across_symbols_is_caught(planted):
    assert broken(laws.symbols_are_independent, planted(leak), market("1d", "regular"))


def test_a_planted_loss_of_memory_is_caught(planted):
    assert broken(laws.cutting_changes_nothing, planted(forget), market("1d", "regular"), [400])


def test_a_planted_checkpoint_that_is_no_copy_is_caught(monkeypatch):
    monkeypatch.setattr(laws, "copied", lambda state: state)
    assert broken(laws.a_revised_bar_leaves_no_trace, scanner_type("momentum")(), market("1d", "regular"), 400)
