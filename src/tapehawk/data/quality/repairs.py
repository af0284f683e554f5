"""What brings bars again that are missing or wrong: a sync of the provider they came from, or another import."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Final

from tapehawk.core.series import Series
from tapehawk.data.providers.registry import provider_names

READABLE: Final = 100
"""Symbols that a command may name; for more of them, the whole market is asked for."""


def fetched_again(series: Series, since: dt.date, symbols: Sequence[str]) -> str:
    """Return the command that asks the provider for bars since a session; of imported bars, what to import."""
    few = len(symbols) <= READABLE
    if series.provider not in provider_names():
        whose = f" of {', '.join(symbols)}" if few else ""
        return f"import the bars{whose} since {since} again, from a file that has them right"
    named = f" --symbols {','.join(symbols)}" if few else ""
    return f"scanner sync --provider {series.provider} --timeframe {series.timeframe}{named} --since {since}"
