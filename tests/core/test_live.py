"""Watching as bars close: the same hits and columns as a search over history, whatever comes when, or again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import replace
from unittest import mock

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tapehawk.core import evaluate as evaluator
from tapehawk.core import state as states
from tapehawk.core.columns import close, high
from tapehawk.core.errors import BadInput
from tapehawk.core.indicators import ema, volume_so_far_usual
from tapehawk.core.live import Live
from tapehawk.core.panel import Panel
from tapehawk.core.scanner import NONE, Setup
from tapehawk.core.search import Found, Watch, find
from tests.core.random_bars import bar_by_bar, one_symbol, pieces, random_panel
from tests.core.watches import daily_watches, intraday_watches, ranking_watches, watch

PANEL = random_panel((60, 0, 9, 33, 60), seed=2, nulls=0.1)
HALF_HOURS = random_panel((120, 70, 33), "30m", seed=2, holes=0.1)
PLAIN = [pytest.param(PANEL, daily_watches(), id="daily"), pytest.param(HALF_HOURS, intraday_watches(), id="30m")]
EVERY = [*PLAIN, pytest.param(PANEL, ranking_watches(), id="ranks")]
Row = tuple[str, int, tuple[float, ...]]


def every_bar(block) -> np.ndarray:
    return np.full(block.n_bars, 2, dtype=np.uint8)


def rows(found: Found, panel: Panel) -> list[Row]:
    """The hits of a setup as (symbol, time, values), nulls as text so that they equal each other."""
    columns = [[str(value) for value in column] for column in found.columns.values()]
    names = [panel.symbols[place] for place in found.symbol]
    return list(zip(names, panel.time[found.bar].tolist(), zip(*columns, strict=True), strict=True))


def history(panel: Panel, watches: Sequence[Watch]) -> dict[str, list[Row]]:
    return {f"{one.scanner} {one.setup.pattern}": sorted(rows(one, panel)) for one in find(panel, watches, every_bar)}


def lived(live: Live, steps: Iterable[Panel]) -> dict[str, list[Row]]:
    """All that a live scan says over some steps."""
    said: dict[str, list[Row]] = {}
    for step in steps:
        for one in live.advance(step):
            said.setdefault(f"{one.scanner} {one.setup.pattern}", []).extend(rows(one, step))
    return {name: sorted(several) for name, several in said.items()}


def shows_everything(watches: Sequence[Watch]) -> list[Watch]:
    """Watches that hit on every bar, so that their columns are seen on every bar: hits alone are too rare to tell."""
    always = {"always": close > 0}
    return [replace(one, universe={}, setups=tuple(replace(s, when=always) for s in one.setups)) for one in watches]


# --------------------------------------------------------------------------------------------- live equals history


@pytest.mark.parametrize(("panel", "watches"), EVERY)
@pytest.mark.parametrize("threads", [1, 2])
def test_a_bar_at_a_time_finds_what_a_search_over_history_finds(panel, watches, threads):
    with closing(Live(watches, panel, threads=threads)) as live:
        assert lived(live, bar_by_bar(panel)) == history(panel, watches)


@pytest.mark.parametrize(("panel", "watches"), PLAIN)
def test_so_do_the_columns_of_every_bar(panel, watches):
    everything = shows_everything(watches)
    with closing(Live(everything, panel)) as live:
        assert lived(live, bar_by_bar(panel)) == history(panel, everything)


@pytest.mark.parametrize(("panel", "watches"), EVERY)
@given(cuts=st.lists(st.integers(0, 130), max_size=6))
def test_catching_up_in_any_pieces_is_the_same(panel, watches, cuts):
    with closing(Live(watches, panel)) as live:
        assert lived(live, pieces(panel, cuts)) == history(panel, watches)


def test_t8_a_symbol_that_was_quiet_for_long_goes_on_with_its_history():
    busy = random_panel((120, 120), "30m", seed=5)
    kept = np.ones(busy.n_bars, dtype=bool)
    kept[140:220] = False  # six sessions of the second symbol
    columns = {name: column[kept] for name, column in busy.columns.items()}
    panel = replace(busy, starts=np.array([0, 120, 160]), time=busy.time[kept], columns=columns)
    everything = shows_everything(intraday_watches())
    with closing(Live(everything, panel)) as live:
        assert lived(live, bar_by_bar(panel)) == history(panel, everything)


def test_funnels_count_the_bars_of_a_step():
    with closing(Live(daily_watches(), PANEL)) as live:
        *_, last = bar_by_bar(PANEL)
        for step in bar_by_bar(PANEL)[:-1]:
            live.advance(step)
        for one in live.advance(last):
            assert one.steps[0].passed == last.n_bars == 4


# ----------------------------------------------------------------------------------------------------- late and again


def revised(panel: Panel, place: int, bar: int) -> Panel:
    """The panel as if one bar of a symbol had come otherwise."""
    at = int(panel.starts[place]) + bar
    columns = {name: column.copy() for name, column in panel.columns.items()}
    for name in ("close", "raw.close"):
        columns[name][at] = columns[name.replace("close", "high")][at]
    columns["raw.volume"][at] = columns["volume"][at] = 77.0
    return replace(panel, columns=columns)


def equal_states(a: Live, b: Live) -> bool:
    pairs = [pair for x, y in zip(a.states(), b.states(), strict=True) for pair in zip(x, y, strict=True)]
    return all(states.equal(*pair) for pair in pairs)


def a_revision_leaves_no_trace(panel: Panel, watches: Sequence[Watch], place: int, at: int) -> None:
    """Play with a checkpoint at `at` and a wrong bar after it, rewind, and go on: as if it had come right."""
    before, session, rest = pieces(panel, [at, at + 6])
    wrong = revised(session, place, 2)
    with closing(Live(watches, panel)) as live, closing(Live(watches, panel)) as right:
        for one in (live, right):
            one.advance(before)
            one.checkpoint()
        live.advance(wrong)
        again = live.rewind(place, one_symbol(session, place))
        whole = right.advance(session)
        mine = [[row for row in rows(one, session) if row[0] == panel.symbols[place]] for one in whole]
        assert [rows(one, one_symbol(session, place)) for one in again] == mine
        assert equal_states(live, right)
        assert lived(live, bar_by_bar(rest)) == lived(right, bar_by_bar(rest))


@pytest.mark.parametrize(("panel", "watches"), PLAIN)
@pytest.mark.parametrize("last", [False, True])
def test_a_revised_bar_leaves_states_and_columns_as_if_it_had_come_right(panel, watches, last):
    place = len(panel.symbols) - 1 if last else 0
    a_revision_leaves_no_trace(panel, shows_everything(watches), place, np.unique(panel.time).size - 20)


def test_before_any_checkpoint_a_rewind_goes_back_to_the_beginning():
    short = random_panel((5, 5), seed=1)
    everything = shows_everything(daily_watches())
    with closing(Live(everything, short)) as live, closing(Live(everything, short)) as right:
        live.advance(revised(short, 1, 3))
        live.rewind(1, one_symbol(short, 1))
        right.advance(short)
        assert equal_states(live, right)


def test_where_symbols_are_ranked_all_of_them_are_played_again():
    before, session, rest = pieces(PANEL, [40, 50])
    watches = ranking_watches()
    with closing(Live(watches, PANEL)) as live, closing(Live(watches, PANEL)) as right:
        for one in (live, right):
            one.advance(before)
            one.checkpoint()
        live.advance(revised(session, 0, 2))
        with pytest.raises(BadInput, match="every symbol's rank"):
            live.rewind(0, one_symbol(session, 0))
        again, whole = live.replay(session), right.advance(session)
        assert [rows(one, session) for one in again] == [rows(one, session) for one in whole]
        assert lived(live, bar_by_bar(rest)) == lived(right, bar_by_bar(rest))


# ----------------------------------------------------------------------------------------------------- kept elsewhere


@pytest.mark.parametrize(("panel", "watches"), EVERY)
@pytest.mark.parametrize("threads", [1, 3])
def test_another_one_goes_on_from_what_was_saved_however_many_threads_it_has(panel, watches, threads):
    before, rest = pieces(panel, [25])
    with closing(Live(watches, panel, threads=2)) as live, closing(Live(watches, panel, threads=threads)) as other:
        live.advance(before)
        other.restore(*({name: array.copy() for name, array in live.saved().items()} for _ in range(2)))
        assert lived(other, bar_by_bar(rest)) == lived(live, bar_by_bar(rest))


def test_a_state_of_another_scan_is_refused_and_changes_nothing():
    averages = [watch(Setup("x", NONE, {"up": close > ema(close, n)}), shown={"high": high}) for n in (5, 6)]
    with closing(Live(averages[:1], PANEL)) as live, closing(Live(averages[1:], PANEL)) as other:
        live.advance(PANEL)
        other.advance(PANEL)
        before = {name: array.copy() for name, array in other.saved().items()}
        with pytest.raises(BadInput, match="of another scan") as error:
            other.restore(live.saved(), live.saved())
        assert "built again" in error.value.hint
        assert all(np.array_equal(array, before[name], equal_nan=True) for name, array in other.saved().items())


# ------------------------------------------------------------------------------------------------ bugs that are caught


def test_a_state_that_is_lost_between_bars_is_caught():
    forgetful = mock.patch.object(
        evaluator.Evaluation, "_own", lambda self, x: evaluator.blank(x, self._block.starts.size - 1)
    )
    with forgetful, pytest.raises(AssertionError):
        test_so_do_the_columns_of_every_bar(PANEL, daily_watches())


def test_a_rewind_that_keeps_the_forming_hour_is_caught():
    put = states.put_symbol

    def careless(state, symbol, row):
        put({x: kept for x, kept in state.items() if x.op != "forming"}, symbol, row)

    everything = shows_everything(intraday_watches())
    with mock.patch("tapehawk.core.live.put_symbol", careless), pytest.raises(AssertionError):
        a_revision_leaves_no_trace(HALF_HOURS, everything, 0, 100)


def test_a_rewind_to_the_beginning_in_place_of_the_checkpoint_is_caught():
    nothing = mock.patch("tapehawk.core.live.of_symbol", lambda state, row: states.mapped(state, lambda a: a[:1] * 0))
    with nothing, pytest.raises(AssertionError):
        a_revision_leaves_no_trace(PANEL, shows_everything(daily_watches()), 0, 40)


@pytest.mark.parametrize(("hours", "minutes"), [("regular", 390), ("extended", 960)])
def test_what_is_usual_by_the_minute_remembers_its_sessions_twice_as_its_page_says(hours, minutes):
    usual = watch(Setup("usual", NONE, {"any": volume_so_far_usual(20) > 0}), universe={}, shown={"close": close})
    with closing(Live([usual], replace(random_panel((3,), "1m", seed=1), hours=hours), threads=1)) as live:
        (part,) = live._parts()
        sizes = [sum(array.nbytes for _, array in states.arrays_of(state)) for state in (*part.states, *part.kept)]
    ring = 8 * 21 * minutes
    assert len(sizes) == 2
    assert all(ring < size < ring + 200 for size in sizes)
    said = "1.3 GB" if hours == "regular" else "3.2 GB"
    assert f"{sum(sizes) * 10_000 / 1e9:.1f} GB" == said
    assert said in str(volume_so_far_usual.__doc__)
