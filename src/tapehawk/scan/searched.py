"""Where a scanner is looked for: the panel that is searched, and which of its bars."""

from __future__ import annotations

from collections.abc import Iterable

from tapehawk.core.panel import Panel
from tapehawk.core.search import Select, Watch
from tapehawk.scan.asked import Asked
from tapehawk.scan.question import Question, of_symbols, selection
from tapehawk.scan.watching import ranks


def searched(watches: Iterable[Watch], question: Question, asked: Asked) -> tuple[Panel, Select]:
    """Return the bars that are looked at: ranks are taken among the whole universe, whoever is asked for."""
    panel = asked.among if asked.is_narrowed and any(map(ranks, watches)) else asked.panel
    select = selection(question, asked.days, panel)
    return panel, select if panel is asked.panel else of_symbols(asked.panel.symbols, panel, select)
