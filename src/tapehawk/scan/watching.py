"""A scanner, made something to look for."""

from __future__ import annotations

from tapehawk.core.ranks import rank_nodes
from tapehawk.core.scanner import Scanner, setups_for
from tapehawk.core.search import Watch
from tapehawk.core.signals import signal_columns


def watch_for(scanner: Scanner, timeframe: str) -> Watch:
    """Return what a scanner looks for on a timeframe, with everything a row shows."""
    setups = setups_for(scanner, timeframe)
    return Watch(scanner.type(), scanner.universe(), setups, tuple(map(signal_columns, setups)))


def ranks(watch: Watch) -> bool:
    """Say whether a watch compares symbols with each other."""
    conditions = [x for setup in watch.setups for x in setup.when.values()]
    shown = [x for columns in watch.columns for x in columns.values()]
    return bool(rank_nodes([*watch.universe.values(), *conditions, *shown]))
