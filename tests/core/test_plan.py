"""Plans: each thing computed once, arithmetic between kernels in one program, columns used again when nobody reads."""

from __future__ import annotations

from collections import Counter

from hypothesis import given

from tapehawk.core.columns import close, high, low, open_, volume
from tapehawk.core.expr import Expr, as_expr, call, on
from tapehawk.core.plan import COLUMN, CONSTANT, OUTSIDE, TILE_SLOT, Call, Plan, Program, Read, nodes, plan
from tests.core.random_expressions import roots


def average(n: int) -> Expr:
    return call("ema", close, params=(n,))


def every(made: Plan, kind: type) -> list:
    return [one for section in made.sections for one in section if isinstance(one, kind)]


def test_a_kernel_that_several_roots_use_is_called_once():
    made = plan([average(9) > average(20), average(20) > average(50), average(9) / average(50)])
    assert Counter(one.node for one in every(made, Call)) == {average(9): 1, average(20): 1, average(50): 1}
    assert [one.node for one in every(made, Read)] == [close]


def test_arithmetic_between_kernels_is_one_program_for_each_root():
    made = plan([(close - open_) / (high - low) > 0.8, (close - open_) * 2 > high - low])
    assert [sum(isinstance(one, Program) for one in section) for section in made.sections] == [1, 1]
    first, second = every(made, Program)
    assert len(first.steps) == 4
    assert len(second.steps) == 2  # close - open and high - low are there already


def test_what_only_one_program_needs_stays_in_tiles():
    made = plan([((close - open_) * 2 + high) / low > 1])
    assert Counter(slot.sort for slot in made.slots) == {OUTSIDE: 4, CONSTANT: 2, COLUMN: 1, TILE_SLOT: 2}


def test_a_column_is_used_again_after_its_last_reader():
    chain = close
    for n in range(2, 30):
        chain = call("ema", chain, params=(n,))
    made = plan([chain])
    assert sum(slot.sort == COLUMN for slot in made.slots) == 2


def test_a_root_keeps_its_column_until_the_next_one_is_read():
    made = plan([average(3), average(4), average(3)])
    assert made.answers[0] == made.answers[2] != made.answers[1]


def test_given_columns_are_read_and_what_is_below_them_is_not_planned():
    made = plan([average(9) * 2, average(9) > high], given=[average(9)])
    assert every(made, Call) == []
    assert {one.node for one in every(made, Read)} == {average(9), high}


def test_what_stands_within_on_is_planned_on_its_own_bars():
    made = plan([on("1d", average(9)) > close])
    assert [one.node for one in every(made, Call)] == [on("1d", average(9))]
    assert [one.node for one in every(made, Read)] == [close]


def test_a_kernels_own_arithmetic_does_not_use_up_what_stands_beside_it():
    change = close / close[1]
    made = plan([(change > 1)[1] & (change > 2) & (close * volume > change)])
    assert Counter(one.node.op for one in every(made, Call)) == {"delay": 2}
    assert Counter(one.node for one in every(made, Read))[close] == 1


def test_nodes_come_once_and_arguments_before_what_uses_them():
    x = (close - open_) / (close - open_ + high)
    order = nodes(x, close - open_)
    place = {node: number for number, node in enumerate(order)}
    assert len(order) == len(place) == 6
    assert all(place[arg] < place[node] for node in order for arg in node.args)


def test_a_number_alone_is_spread_over_all_bars():
    made = plan([as_expr(3.0)])
    assert made.slots[made.answers[0]].sort == COLUMN


@given(xs=roots("1h", "1d"))
def test_whatever_is_asked_each_kernel_is_called_once_and_slots_hold_their_kind(xs):
    made = plan(xs)
    assert all(count == 1 for count in Counter(one.node for one in every(made, Call)).values())
    assert [made.slots[answer].kind for answer in made.answers] == [x.kind for x in xs]
    for one in every(made, Call):
        assert made.slots[one.out].kind == one.node.kind
