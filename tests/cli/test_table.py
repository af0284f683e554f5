"""Numbers, tables and the funnel on screen."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from tapehawk.cli import numbers
from tapehawk.cli.funnel import BAR, bar, funnel
from tapehawk.cli.table import Column, fitting, table


@pytest.mark.parametrize(
    ("write", "value", "text"),
    [
        (numbers.price, 1234.5, "1,234.50"),
        (numbers.price, 0.00012346, "0.0001235"),
        (numbers.price, None, "–"),
        (numbers.price, float("nan"), "–"),
        (numbers.short, 999, "999"),
        (numbers.short, 1_234_567, "1.23M"),
        (numbers.short, 2.5e9, "2.5B"),
        (numbers.whole, 1234.0, "1,234"),
        (numbers.whole, 0.012345678, "0.01235"),
        (numbers.plain, ["volume", "rsi"], "volume, rsi"),
        (numbers.plain, True, "yes"),
        (numbers.size, 2_400_000, "2.4 MB"),
    ],
)
def test_numbers_read_as_a_trader_reads_them(write, value, text):
    assert write(value) == text


COLUMNS = [Column("symbol", "symbol", rank=1), Column("long", "long", rank=3), Column("pattern", "pattern", rank=2)]
ROWS = [{"symbol": "AAA", "long": "x" * 20, "pattern": "inside bar"}]


@pytest.mark.parametrize(
    ("width", "kept"),
    [(80, ["symbol", "long", "pattern"]), (30, ["symbol", "pattern"]), (12, ["symbol"]), (3, ["symbol"])],
)
def test_columns_that_do_not_fit_are_left_out_by_their_rank_and_keep_their_order(width, kept):
    assert [column.key for column in fitting(COLUMNS, ROWS, width)] == kept


def test_a_column_that_may_be_cut_takes_what_is_left():
    columns = [COLUMNS[0], Column("pattern", "long", rank=2, cut=8), Column("more", "pattern", rank=3)]
    assert [(column.title, width) for column, width in fitting(columns, ROWS, 20).items()] == [
        ("symbol", 8),
        ("pattern", 12),
    ]
    assert [column.title for column in fitting(columns, ROWS, 17)] == ["symbol"]


def test_the_bars_of_a_funnel_are_measured_against_what_they_count():
    steps = [
        {"name": unit, "passed": count, "unknown": 0, "unit": unit} for unit, count in (("symbols", 5), ("bars", 900))
    ]
    out = io.StringIO()
    funnel(Console(file=out, width=80), [{"pattern": "up", "direction": "NONE", "steps": steps}])
    assert out.getvalue().count("█" * BAR) == 2


@pytest.mark.parametrize("width", [12, 30, 80])
def test_a_table_is_never_wider_than_its_screen(width):
    out = io.StringIO()
    left_out = table(Console(file=out, width=width), COLUMNS, ROWS)
    assert max(len(line) for line in out.getvalue().splitlines()) <= width
    assert left_out == len(COLUMNS) - len(fitting(COLUMNS, ROWS, width))


def test_markup_in_a_value_is_text():
    out = io.StringIO()
    table(Console(file=out, width=60), COLUMNS, [{"symbol": "[red]A[/]", "long": "", "pattern": ""}])
    assert "[red]A[/]" in out.getvalue()


@pytest.mark.parametrize(("part", "whole", "text"), [(8, 8, "█" * BAR), (0, 8, ""), (1, 10_000, "▏"), (4, 8, "█" * 12)])
def test_a_bar_is_as_long_as_its_share_and_whatever_is_there_shows(part, whole, text):
    assert bar(part, whole) == text


def test_the_funnel_shows_shared_steps_once_and_counts_unknowns():
    asked = {"name": "symbols asked", "passed": 500, "unknown": 0, "unit": "symbols"}
    own = [{"name": name, "passed": 3, "unknown": 2, "unit": "symbols"} for name in ("above", "below")]
    patterns = [
        {"pattern": name, "direction": side, "unit": "symbols", "steps": [asked, step]}
        for name, side, step in zip(("up", "down"), ("BUY", "SELL"), own, strict=True)
    ]
    out = io.StringIO()
    funnel(Console(file=out, width=80), patterns)
    lines = [line.split() for line in out.getvalue().splitlines()]
    assert [line[0] for line in lines] == ["Funnel", "symbols", "up", "above", "down", "below"]
    assert lines[3] == ["above", "3", "▏", "2", "unknown"]


@pytest.mark.usefixtures("stored")
def test_a_size_of_nothing_says_why_and_intraday_times_are_the_exchanges(scanner, monkeypatch):
    intraday = scanner("formula", "close > 0", "--timeframe", "5m", "--set", "min_dollar_volume=0")
    assert "\n15:55 ET " in intraday.output
    assert "no size because" not in intraday.output
    monkeypatch.setenv("SCANNER__RISK__ACCOUNT_SIZE", "10")
    poor = scanner("formula", "close > 0").output
    assert "no size because" in poor
    assert "risk per share exceeds the budget" in poor
