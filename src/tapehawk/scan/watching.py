"""A scanner, made something to look for, and where it is looked for."""

from __future__ import annotations

from collections.abc import Iterable

from tapehawk.core.panel import Panel
from tapehawk.core.ranks import rank_nodes
from tapehawk.core.scanner import Scanner, setups_for
from tapehawk.core.search import Select, Watch
from tapehawk.core.signals import signal_columns
from tapehawk.scan.asked import Asked
from tapehawk.scan.question import Question, of_symbols, selection


def watch_for(scanner: Scanner, timeframe: str) -> Watch:
    """Return what a scanner looks for on a timeframe, with everything a row shows."""
    setups = setups_for(scanner, timeframe)
    return Watch(scanner.type(), scanner.universe(), setups, tuple(map(signal_columns, setups)))


def searched(watches: Iterable[Watch], question: Question, asked: Asked) -> tuple[Panel, Select]:
    """Return the panel that is searched and which of its bars: ranks are taken among the whole universe."""
    panel = asked.among if asked.is_narrowed and any(map(ranks, watches)) else asked.panel
    select = selection(question, asked.days, panel)
    return panel, select if panel is asked.panel else of_symbols(asked.panel.symbols, panel, select)


def ranks(watch: Watch) -> bool:
    """Say whether a watch compares symbols with each other."""
    conditions = [x for setup in watch.setups for x in setup.when.values()]
    shown = [x for columns in watch.columns for x in columns.values()]
    return bool(rank_nodes([*watch.universe.values(), *conditions, *shown]))
