"""The index of everything stored: worked by hand, and robust against what data does."""

from __future__ import annotations

import numpy as np
import pytest

from tapehawk.core.panel import Panel
from tapehawk.scan.market_index import complete_end, index_of
from tests.analysis import tapes


def panel_of(closes: dict[str, list[tuple[int, float]]]) -> Panel:
    """Daily bars: symbol → (day, close)."""
    days = np.concatenate([[day for day, _ in bars] for bars in closes.values()]).astype(np.int64)
    close = np.concatenate([[price for _, price in bars] for bars in closes.values()]).astype(float)
    columns = dict.fromkeys(("open", "high", "low", "close", "volume"), close)
    columns |= {"session": days.astype(float), "minute": np.zeros(days.size)}
    starts = np.concatenate(([0], np.cumsum([len(bars) for bars in closes.values()])))
    return Panel(tuple(closes), starts, days * tapes.DAY, columns, labels=("simulated",), stale=("B",))


MONDAY = 19_786  # 2024-03-04


def test_it_is_the_mean_return_of_those_that_have_a_bar_and_one_before():
    index = index_of(
        panel_of(
            {
                "A": [(MONDAY, 10), (MONDAY + 1, 11), (MONDAY + 2, 11)],
                "B": [(MONDAY, 50), (MONDAY + 1, 45)],
                "C": [(MONDAY + 1, 7), (MONDAY + 2, 8.4)],
            }
        )
    )
    # Tuesday: +10 % and -10 %; Wednesday: 0 and +20 %. C's first bar and Monday have no return.
    assert index.columns["close"] == pytest.approx([100.0, 110.0])
    assert index.columns["volume"].tolist() == [2, 2]
    assert (index.columns["session"] - MONDAY).tolist() == [1, 2]
    assert index.time.tolist() == [(MONDAY + 1) * tapes.DAY, (MONDAY + 2) * tapes.DAY]


def test_it_says_what_it_is_and_keeps_the_labels():
    index = index_of(panel_of({"A": [(MONDAY, 10), (MONDAY + 1, 11)], "B": [(MONDAY, 1), (MONDAY + 1, 1)]}))
    assert index.symbols == ("equal weight of 2 symbols, closes only",)
    assert (index.labels, index.stale) == (("simulated",), ())


def test_a_split_that_the_data_missed_moves_it_by_no_more_than_a_double():
    index = index_of(panel_of({"A": [(MONDAY, 1), (MONDAY + 1, 50)], "B": [(MONDAY, 1), (MONDAY + 1, 1)]}))
    assert index.columns["close"] == pytest.approx([150.0])
    index = index_of(panel_of({"A": [(MONDAY, 50), (MONDAY + 1, 1)], "B": [(MONDAY, 1), (MONDAY + 1, 1)]}))
    assert index.columns["close"] == pytest.approx([75.0])


def test_nulls_and_zeros_are_no_returns():
    bars = {
        "A": [(MONDAY, 0), (MONDAY + 1, 5), (MONDAY + 2, np.nan)],
        "B": [(MONDAY, 1), (MONDAY + 1, 1), (MONDAY + 2, 2)],
    }
    index = index_of(panel_of(bars))
    assert index.columns["close"] == pytest.approx([100.0, 200.0])
    assert index.columns["volume"].tolist() == [1, 1]


def test_a_symbol_of_one_bar_alone_gives_an_index_without_bars():
    assert index_of(panel_of({"A": [(MONDAY, 10)]})).n_bars == 0


def test_weekly_bars_labelled_with_different_days_of_a_week_are_one_bar():
    week = MONDAY + 1  # a week that began on a Tuesday, then one that began on a Monday
    panel = panel_of({"A": [(week, 10), (week + 6, 11)], "B": [(week, 10), (week + 6, 12)]})
    index = index_of(Panel(panel.symbols, panel.starts, panel.time, panel.columns, timeframe="1w"))
    assert index.columns["close"] == pytest.approx([115.0])


def test_its_levels_do_not_depend_on_later_bars():
    panel = tapes.panel("1d", 50)
    whole, cut = index_of(panel), index_of(panel.until(int(panel.time[30])))
    assert whole.columns["close"][:30].tolist() == cut.columns["close"].tolist()


@pytest.mark.parametrize(("counts", "end"), [([9, 9, 9], 3), ([9, 9, 4], 2), ([9, 9, 5], 3), ([9, 3, 1], 1), ([9], 1)])
def test_a_last_bar_of_few_symbols_is_not_the_market_yet(counts, end):
    index = tapes.panel("1d", len(counts), symbols=("index",))
    index.columns["volume"][:] = counts
    assert complete_end(index, len(counts)) == end
