"""Journals written by hand."""

from __future__ import annotations

import numpy as np

from tapehawk.data.journal import BAR, Journal
from tests.data.scripted import MINUTE, OPEN


def write(journal: Journal, *bars: tuple[str, int, float]) -> None:
    """Write bars: symbol, minute, close."""
    journal.number_all(symbol for symbol, _, _ in bars)
    rows = np.zeros(len(bars), BAR)
    rows["symbol"] = [journal.numbers[symbol] for symbol, _, _ in bars]
    rows["time"] = [OPEN + minute * MINUTE for _, minute, _ in bars]
    rows["close"] = [close for _, _, close in bars]
    journal.append(rows)
