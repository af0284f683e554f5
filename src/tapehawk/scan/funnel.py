"""What became of everything that was asked for: who never entered, what each condition left, what a cap or band hides.

A funnel is one pattern's steps, each with its `name`, how many `passed`, how many of the rest were `unknown` (not
false), and the `unit` it counts: symbols, or for a range bars, which are (symbol, bar) pairs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np

from tapehawk.core.panel import Flags, Ints
from tapehawk.core.scanner import Scanner
from tapehawk.core.search import Step
from tapehawk.scan.asked import Asked
from tapehawk.scan.question import Question
from tapehawk.scan.rows import Columns, Hits, taken

Funnel = Mapping[str, Any]
ASKED: Final = "symbols asked"
WITH_BARS: Final = "with stored bars"
VALID_LEVELS: Final = "valid levels"


@dataclass(frozen=True, eq=False)
class Limits:
    """The rows left by the lowest score, the first of a session and the cap; for each of them how many rows passed."""

    columns: Columns
    sessions: Ints
    steps: Mapping[str, Mapping[tuple[str, str], int]]
    notes: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Limit:
    """One of a scanner's limits: which rows are left by it and those before, and what is said of the hidden ones."""

    name: str
    keep: Flags
    notes: tuple[str, ...] = ()


def limited(scanner: Scanner, columns: Columns, session: Ints, *, firsts: bool = False) -> Limits:
    """Apply the scanner's limits to rows that stand in order of merit, each with its session."""
    limits = list(limits_of(scanner, columns, session, firsts=firsts))
    steps = {one.name: _by_pattern(columns, one.keep) for one in limits}
    rows = np.flatnonzero(limits[-1].keep) if limits else np.arange(session.size)
    notes = tuple(note for one in limits for note in one.notes)
    return Limits({name: taken(column, rows) for name, column in columns.items()}, session[rows], steps, notes)


def limits_of(scanner: Scanner, columns: Columns, session: Ints, *, firsts: bool = False) -> Iterator[Limit]:
    """Yield the limits one after another: the lowest score, the first of a session, the cap.

    `firsts`: the rows stand in order of time, and of each (symbol, session, pattern) only the first is one: a row that
    was shown at its time is never hidden for what came later.
    """
    cap, floor = scanner.limit()
    keep = np.ones(session.size, dtype=bool)
    if floor:
        keep = np.nan_to_num(np.asarray(columns["score"], dtype=np.float64), nan=0.0) >= floor
        how = "--set min_probability_score=0 shows them"
        yield Limit(f"score ≥ {floor:g}", keep, _hidden(int((~keep).sum()), f"with a score below {floor:g}", how))
    if firsts:
        keep = keep & _first_in_session(columns, session, keep)
        yield Limit("first in its session", keep)
    if cap is not None:
        which = f"{'first' if firsts else 'best'} {cap} a session"
        over = keep & (_place_in_session(session, keep) > cap)
        hidden = _hidden(int(over.sum()), f"beyond the {which}", "--set max_results_per_day=… shows more")
        yield Limit(which, keep & ~over, hidden)


def _hidden(count: int, which: str, how: str) -> tuple[str, ...]:
    said = f"{count} rows {which} are hidden" if count > 1 else f"1 row {which} is hidden"
    return (f"{said}; {how}",) if count else ()


def _by_pattern(columns: Columns, keep: Flags) -> Mapping[tuple[str, str], int]:
    """Count the kept rows of each pattern and direction."""
    counts: dict[tuple[str, str], int] = {}
    for pattern, direction, kept in zip(columns["pattern"], columns["direction"], keep, strict=True):
        counts[pattern, direction] = counts.get((pattern, direction), 0) + int(kept)
    return counts


def _first_in_session(columns: Columns, session: Ints, keep: Flags) -> Flags:
    """Flag the first kept row of each (symbol, session, pattern)."""
    first, seen = np.zeros(session.size, dtype=bool), set()
    for row in np.flatnonzero(keep).tolist():
        key = (columns["symbol"][row], int(session[row]), columns["pattern"][row])
        first[row] = key not in seen
        seen.add(key)
    return first


def _place_in_session(session: Ints, keep: Flags) -> Ints:
    """Return each row's place among the kept rows of its session, from 1."""
    place = np.zeros(session.size, dtype=np.int64)
    for day in np.unique(session):
        mine = session == day
        place[mine] = np.cumsum(keep[mine])
    return place


def band_note(scanner: Scanner, hits: Iterable[Hits]) -> tuple[str, ...]:
    """Say in one line how many rows the scanner's band hides, and which options widen it."""
    hidden = dict.fromkeys(scanner.band(), 0)
    for one in hits:
        for before, step in pairwise(one.steps):
            if step.name in hidden:
                hidden[step.name] += before.passed - step.passed
    by = {name: count for name, count in hidden.items() if count}
    each = ", ".join(f"{name} = {getattr(scanner, name):g} hides {count}" for name, count in by.items())
    options = " ".join(f"--set {name}=…" for name in by)
    return _hidden(sum(by.values()), f"outside the band ({each})", f"{options} widens it")


def funnel_of(one: Hits, asked: Asked, question: Question, limits: Limits) -> Funnel:
    """Return one pattern's funnel, from the symbols asked for to the rows shown."""
    unit = "bars" if question.is_range else "symbols"
    counted = one.steps if question.is_range else one.steps[1:]  # for one date a symbol is a bar
    own = (one.setup.pattern, str(one.setup.direction))
    last = (Step(name, passed.get(own, 0)) for name, passed in limits.steps.items())
    steps = [*_entering(one, asked, question), *(_step(step, unit) for step in (*counted, *last))]
    return {"pattern": own[0], "direction": own[1], "unit": unit, "steps": steps}


def _entering(one: Hits, asked: Asked, question: Question) -> Iterator[Funnel]:
    """Yield the steps before the conditions: who was asked for, has bars at all, has one then."""
    yield _step(Step(ASKED, asked.symbols), "symbols")
    yield _step(Step(WITH_BARS, len(asked.panel.symbols)), "symbols")
    reasons = asked.without_a_bar(one.symbols)
    then = _step(Step(with_a_bar(asked, question), one.symbols), "symbols")
    yield {**then, "reasons": reasons} if reasons else then


def with_a_bar(asked: Asked, question: Question) -> str:
    """Return the name of the step that counts who has a bar at all then."""
    return f"with a bar {_when(asked, question)}"


def _when(asked: Asked, question: Question) -> str:
    cutoff = f" by {question.cutoff}" if question.cutoff else ""
    if question.is_range:
        return f"from {asked.days.start} to {asked.days.date}{cutoff}"
    return f"on {asked.days.date}{cutoff}"


def _step(step: Step, unit: str) -> dict[str, Any]:
    return {"name": step.name, "passed": step.passed, "unknown": step.unknown, "unit": unit}
