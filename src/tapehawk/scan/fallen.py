"""Who fell at a step of a funnel, the nearest misses first: the symbols that the step before still counted.

    symbols asked → with stored bars → with a bar then → universe, conditions → valid levels → score, cap
                    └── a reason each ────────────────┘   └ the distance to the threshold ┘   └ the row ┘

The same evaluator as the scan's, at the bars that were asked for; what it counts are the funnel's own counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Final

import numpy as np

from tapehawk.core.errors import BadInput, UnknownName
from tapehawk.core.expr import Expr
from tapehawk.core.kernels.elementwise import TRUE
from tapehawk.core.panel import Floats, Ints, Panel
from tapehawk.core.ranks import ranks_of
from tapehawk.core.scanner import Scanner
from tapehawk.core.search import Found, Select, find
from tapehawk.core.signals import Risk
from tapehawk.core.values import values_at
from tapehawk.core.watch import Group, Part, Watch, groups_of
from tapehawk.scan.asked import Asked
from tapehawk.scan.comparisons import parts_of, sides_of
from tapehawk.scan.explain import Comparison, written
from tapehawk.scan.funnel import ASKED, VALID_LEVELS, WITH_BARS, limits_of, with_a_bar
from tapehawk.scan.looking import look_for
from tapehawk.scan.misses import Words, distance
from tapehawk.scan.question import Question
from tapehawk.scan.report import plain_values
from tapehawk.scan.rows import Columns, hits_of, ordered, sound

FALSE: Final = "false"
UNKNOWN: Final = "unknown"
_UNKNOWN_LEVELS: Final = (UNKNOWN, "the entry or the stop is unknown: a value it needs is missing on this bar")
_UNSOUND: Final = (FALSE, "the stop is not on the losing side of the entry")


@dataclass(frozen=True)
class Fall:
    """A symbol that fell. `distance_pct`: how far it was from passing, null where that can't be said."""

    symbol: str
    state: str
    says: str
    distance_pct: float | None = None
    parts: tuple[Comparison, ...] = ()


@dataclass(frozen=True)
class AtStep:
    """What is asked for: a step, by its name or its place from 0, of a pattern (its name or place; None: the first).

    Of those who fell there, `most` are told of, behind the `first` nearest.
    """

    step: str
    pattern: str | None = None
    first: int = 0
    most: int = 100


@dataclass(frozen=True)
class Fallen:
    """Who fell at a step; `number`: its place in the funnel, from 0. `passed` and `unknown` are the funnel's.

    `fell`: those told of, the nearest misses first; `is_all`: none come after them.
    """

    pattern: str
    direction: str
    step: str
    number: int
    passed: int
    unknown: int
    fell: tuple[Fall, ...]
    is_all: bool = True


def fallen_at(scanner: Scanner, question: Question, asked: Asked, where: AtStep, *, threads: int = 2) -> Fallen:
    """Return who fell at a step of a scan's funnel.

    Raises UnknownName for a step or pattern that there is not, BadInput for a range, where a symbol is many bars.
    """
    if question.is_range:
        raise BadInput("who fell is told of one date, not of a range", hint="scan one date")
    look = look_for([scanner], question, asked)
    (watch,) = look.watches
    panel, select = look.panel, look.select
    (group,) = groups_of(panel, [watch])
    part = _part(group, where.pattern)
    fall = _Fall(scanner, question, asked, watch, panel, select, group, part, threads)
    number, name = _numbered(fall.steps, where.step)
    passed, unknown, fell = fall.at(number)
    told = tuple(islice(fell, where.first, where.first + where.most + 1))
    own = (part.setup.pattern, str(part.setup.direction))
    return Fallen(*own, name, number, passed, unknown, told[: where.most], is_all=len(told) <= where.most)


def _part(group: Group, pattern: str | None) -> Part:
    names = [part.setup.pattern for part in group.parts]
    if pattern is None:
        return group.parts[0]
    if pattern.isascii() and pattern.isdigit() and int(pattern) < len(names):
        return group.parts[int(pattern)]
    if pattern not in names:
        raise UnknownName("pattern", pattern, names)
    return group.parts[names.index(pattern)]


def _numbered(steps: Sequence[str], step: str) -> tuple[int, str]:
    if step.isascii() and step.isdigit() and int(step) < len(steps):
        return int(step), steps[int(step)]
    if step not in steps:
        raise UnknownName("step", step, steps)
    return steps.index(step), step


_Outcome = tuple[int, int, Iterator[Fall]]
"""How many passed, how many of the rest were unknown, and who fell."""


@dataclass(frozen=True, eq=False)
class _Fall:
    """One pattern's funnel, to be looked at step by step."""

    scanner: Scanner
    question: Question
    asked: Asked
    watch: Watch
    panel: Panel
    select: Select
    group: Group
    part: Part
    threads: int

    @cached_property
    def conditions(self) -> list[tuple[str, Expr]]:
        """The universe's conditions, then the pattern's, each with its name."""
        return [*self.group.universe.items(), *self.part.setup.when.items()]

    @cached_property
    def steps(self) -> list[str]:
        """The names of all steps, as the funnel has them."""
        entering = [ASKED, WITH_BARS, with_a_bar(self.asked, self.question)]
        limits = [limit.name for limit in limits_of(self.scanner, *_no_rows())]
        return [*entering, *(name for name, _ in self.conditions), VALID_LEVELS, *limits]

    def at(self, number: int) -> _Outcome:
        """Return what became of everybody at a step."""
        if number < 3:
            return (self._asked, self._stored, self._then)[number]()
        place = number - 3
        if place < len(self.conditions):
            return self._condition(place)
        if place == len(self.conditions):
            return self._levels()
        return self._limit(self.steps[number])

    def _asked(self) -> _Outcome:
        return self.asked.symbols, 0, iter(())

    def _stored(self) -> _Outcome:
        says = f"no {self.question.timeframe} bars are stored"
        return len(self.asked.panel.symbols), 0, (Fall(name, FALSE, says) for name in self.asked.unstored)

    def _then(self) -> _Outcome:
        mine = self.asked.panel
        have = {self.panel.symbols[place] for place in self._symbols_of(self._bars)}
        without = [place for place, name in enumerate(mine.symbols) if name not in have]
        fell = (Fall(mine.symbols[place], FALSE, self.asked.why_no_bar(place)) for place in without)
        return len(have), 0, fell

    def _condition(self, place: int) -> _Outcome:
        _, condition = self.conditions[place]
        parts = list(dict.fromkeys(parts_of(condition)))
        wanted = [*(x for _, x in self.conditions[: place + 1]), *parts, *(x for p in parts for x in sides_of(p)[1])]
        at = self._values(wanted)
        alive = np.ones(self._bars.size, dtype=bool)
        for _, before in self.conditions[:place]:
            alive &= at[before] == 1
        state = at[condition]
        fell = np.flatnonzero(alive & (state != 1))
        return int((alive & (state == 1)).sum()), int(np.isnan(state[fell]).sum()), self._misses(condition, at, fell)

    def _misses(self, condition: Expr, at: Mapping[Expr, Floats], fell: Ints) -> Iterator[Fall]:
        symbols = self._symbols_of(self._bars)
        words = Words(self.panel, self._bars, symbols, at, written(self.watch, self.panel))
        far = distance(condition, at)
        for number in _nearest(far, [self.panel.symbols[one] for one in symbols], fell):
            state = UNKNOWN if np.isnan(at[condition][number]) else FALSE
            says, parts = words.says(condition, number), words.parts(condition, number)
            yield Fall(self.panel.symbols[symbols[number]], state, says, _told(far[number]), parts)

    def _levels(self) -> _Outcome:
        found = self._found[self._place]
        ok, _ = sound(found)
        entry, stop = found.columns["entry"], found.columns.get("stop", np.full(ok.size, np.nan))
        names = [self.panel.symbols[place] for place in found.symbol]
        unknown = ~ok & np.isnan(entry - stop)
        fell = (Fall(names[i], *(_UNKNOWN_LEVELS if unknown[i] else _UNSOUND)) for i in np.flatnonzero(~ok))
        return int(ok.sum()), int(unknown.sum()), fell

    def _limit(self, name: str) -> _Outcome:
        """Return which rows a limit hides; limits are of the rows of all patterns together."""
        hits = [hits_of(found, self.panel, Risk()) for found in self._found]
        columns, session = ordered(hits, by_session=False)
        before, keep = np.ones(session.size, dtype=bool), np.ones(session.size, dtype=bool)
        for limit in limits_of(self.scanner, columns, session):
            before, keep = keep, limit.keep
            if limit.name == name:
                break
        own = (self.part.setup.pattern, str(self.part.setup.direction))
        sides = zip(columns["pattern"], columns["direction"], strict=True)
        mine = np.array([side == own for side in sides], dtype=bool)
        hidden, scores = np.flatnonzero(mine & before & ~keep), plain_values("score", columns["score"])
        fell = (Fall(columns["symbol"][row], FALSE, _hidden(scores[row], name)) for row in hidden.tolist())
        return int((mine & keep).sum()), 0, fell

    @cached_property
    def _bars(self) -> Ints:
        """The bar of each symbol that was asked for, as places in the panel."""
        places = [np.flatnonzero(self.select(block) == TRUE) + block.first_bar for block in self.panel.blocks()]
        return np.concatenate(places)

    @cached_property
    def _found(self) -> list[Found]:
        return find(self.panel, [self.watch], self.select, threads=self.threads)

    @property
    def _place(self) -> int:
        return next(place for place, part in enumerate(self.group.parts) if part is self.part)

    def _symbols_of(self, bars: Ints) -> Ints:
        return np.searchsorted(self.panel.starts, bars, side="right") - 1

    def _values(self, wanted: Sequence[Expr]) -> Mapping[Expr, Floats]:
        given = ranks_of(self.panel, wanted, self.group.universe)
        named = {str(number): x for number, x in enumerate(dict.fromkeys(wanted))}
        values = values_at(self.panel, self._bars, named, threads=self.threads, given=given)
        return {x: values[name] for name, x in named.items()}


def _nearest(far: Floats, names: Sequence[str], fell: Ints) -> list[int]:
    """Put those who fell in order: the nearest first, then by name."""
    return sorted(fell.tolist(), key=lambda number: (far[number], names[number]))


def _told(far: float) -> float | None:
    return round(float(far), 6) if np.isfinite(far) else None


def _hidden(score: float | None, limit: str) -> str:
    said = "without a score" if score is None else f"with a score of {score:.6g}"
    return f"{said}, not among: {limit}"


def _no_rows() -> tuple[Columns, Ints]:
    empty: Columns = {"score": np.empty(0), "symbol": [], "pattern": []}
    return empty, np.empty(0, dtype=np.int64)
