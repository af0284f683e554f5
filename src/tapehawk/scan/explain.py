"""Why a symbol is a hit or not: the conditions of a scan on one bar, each with its value and its threshold.

The same evaluator as a search, over one symbol, with the values of each comparison kept. Prices are shown as traded on
the bar's day. A condition that is unknown says what is missing, never "no".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np

from tapehawk.core.errors import BadInput, NoData, UnknownName
from tapehawk.core.evaluate import Evaluation
from tapehawk.core.expr import Expr
from tapehawk.core.panel import Ints, Panel
from tapehawk.core.ranks import ranks_of
from tapehawk.core.scanner import Scanner
from tapehawk.core.script import Known, Show
from tapehawk.core.search import Found
from tapehawk.core.sessions import date_of
from tapehawk.core.signals import Risk
from tapehawk.core.text import text_of
from tapehawk.core.timeframes import as_written
from tapehawk.core.warmup import Bars, warmup
from tapehawk.core.watch import Group, Part, Watch, groups_of
from tapehawk.core.workspace import Workspace
from tapehawk.scan.asked import Asked
from tapehawk.scan.comparisons import kept_of, parts_of, sides_of
from tapehawk.scan.question import Question, selection
from tapehawk.scan.report import plain_rows
from tapehawk.scan.rows import hits_of
from tapehawk.scan.watching import watch_for

STATES: Final = {0.0: "false", 1.0: "true"}


@dataclass(frozen=True)
class Comparison:
    """One comparison within a condition: `value` stands left of the `operator`, `threshold` right; None is null."""

    text: str
    state: str
    value: float | None = None
    operator: str | None = None
    threshold: float | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Condition:
    """A named condition: "true", "false" or "unknown", with the `reason` where it is unknown."""

    name: str
    text: str
    state: str
    parts: tuple[Comparison, ...] = ()
    reason: str | None = None


@dataclass(frozen=True)
class Pattern:
    """One pattern: its conditions in order, the universe's first; `row` is the hit as a scan shows it."""

    pattern: str
    direction: str
    hit: bool
    first_not_true: str | None
    conditions: tuple[Condition, ...]
    row: Mapping[str, Any] | None


@dataclass(frozen=True)
class Explanation:
    """Every pattern of a scanner on one bar of a symbol; `bars`: how many there are up to and with it.

    `notes`: what a reader must be told in a sentence.
    """

    symbol: str
    scanner_type: str
    as_of: str
    series: str
    data_version: str
    labels: tuple[str, ...]
    bars: int
    patterns: tuple[Pattern, ...]
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the explanation as plain values."""
        return asdict(self)


def explained(scanner: Scanner, question: Question, asked: Asked, symbol: str, risk: Risk) -> Explanation:
    """Explain one symbol's bar. Raises UnknownName, NoData where it has no bar then, BadInput for a range."""
    panel = asked.among
    if question.is_range:
        raise BadInput("explain is about one date, not a range", hint="give --date")
    if symbol not in asked.panel.symbols:
        raise UnknownName("symbol", symbol, asked.panel.symbols, place=f"{question.timeframe} bars asked for")
    place = panel.symbols.index(symbol)
    row = _bar_asked_for(question, asked, place)
    watch = watch_for(scanner, panel.timeframe)
    (group,) = groups_of(panel, [watch])
    at = _Bar(panel, place, row, group, written(watch, panel))
    return Explanation(
        symbol=symbol,
        scanner_type=scanner.type(),
        as_of=asked.days.date.isoformat(),
        series=asked.series,
        data_version=panel.data_version,
        labels=panel.labels,
        bars=row + 1,
        patterns=tuple(_pattern(at, group, part, scanner, risk) for part in group.parts),
        notes=asked.notes,
    )


def _bar_asked_for(question: Question, asked: Asked, place: int) -> int:
    """Return which of the symbol's bars the question is about."""
    panel = asked.among
    block = panel.block(place, place + 1)
    rows = np.flatnonzero(selection(question, asked.days, panel)(block))
    if rows.size:
        return int(rows[-1])
    session = block.column("session")
    nearest = [session[session < asked.days.first][-1:], session[session > asked.days.last][:1]]
    around = " and ".join(str(date_of(int(day))) for days in nearest for day in days)
    by = f" closed by {question.cutoff}" if question.cutoff else ""
    raise NoData(
        f"{panel.symbols[place]} has no bar on {asked.days.date}{by}", hint=f"its nearest sessions: {around or 'none'}"
    )


class _Bar:
    """One bar of a symbol with everything that a group of setups asks of it."""

    def __init__(self, panel: Panel, place: int, row: int, group: Group, written: Mapping[Expr, Expr]) -> None:
        self.panel, self.place, self.row, self._written = panel, place, row, written
        given = ranks_of(panel, group.roots(), group.universe)
        wanted = list(dict.fromkeys([*group.roots(), *kept_of(group)]))
        space, values = Workspace.of([Known(0), *(Show(x, 0) for x in wanted)], given), np.empty((len(wanted), 1))
        run = Evaluation(space, panel.block(place, place + 1), given=given)
        run.show([np.array([self.bar])], list(values))
        self._values: dict[Expr, float] = dict(zip(wanted, values[:, 0].tolist(), strict=True))
        raw = panel.columns.get("raw.close", panel.columns["close"])
        self._as_traded = float(raw[self.bar] / panel.columns["close"][self.bar])

    @property
    def bar(self) -> int:
        """The bar's place in the panel."""
        return int(self.panel.starts[self.place]) + self.row

    def text(self, x: Expr) -> str:
        """Return a condition in the words that the scanner was written in."""
        return text_of(x, self._written)

    def value(self, x: Expr) -> float:
        """Return an expression's value at the bar; of a condition 1, 0 or null."""
        return self._values[x]

    def shown(self, x: Expr) -> float | None:
        """Return a number as a person reads it: as traded that day, None for null."""
        value = self._values[x] * self._as_traded**x.power
        return value if np.isfinite(value) else None

    def missing(self, x: Expr) -> str:
        """Say why an expression is unknown."""
        return why_unknown(self.panel, self.place, self.row, x)


def why_unknown(panel: Panel, place: int, row: int, x: Expr) -> str:
    """Say why an expression is unknown at bar `row` of a symbol."""
    needed = warmup(x, Bars(panel.timeframe, panel.hours, panel.calendar)) + 1
    if row + 1 < needed:
        left_out = panel.left_out.get(panel.symbols[place])
        quarantined = f" ({left_out} earlier ones are quarantined)" if left_out else ""
        return f"not enough history: {row + 1} bars, {needed} are needed{quarantined}"
    return "a value it needs is missing on this bar"


def written(watch: Watch, panel: Panel) -> Mapping[Expr, Expr]:
    """Return how the conditions were written, by what they are on the panel's bars."""
    conditions = [*watch.universe.values(), *(x for setup in watch.setups for x in setup.when.values())]
    return as_written(conditions, panel.timeframe, panel.hours, panel.calendar)


def _condition(at: _Bar, name: str, x: Expr) -> Condition:
    parts = tuple(_comparison(at, part) for part in dict.fromkeys(parts_of(x)))
    state = STATES.get(at.value(x), "unknown")
    reason = next((part.reason for part in parts if part.reason), None) if state == "unknown" else None
    return Condition(name, at.text(x), state, parts, reason)


def _comparison(at: _Bar, part: Expr) -> Comparison:
    state, (operator, sides) = STATES.get(at.value(part), "unknown"), sides_of(part)
    reason = at.missing(part) if state == "unknown" else None
    if not sides:
        return Comparison(at.text(part), state, reason=reason)
    left, right = sides
    return Comparison(at.text(part), state, at.shown(left), operator, at.shown(right), reason)


def _pattern(at: _Bar, group: Group, part: Part, scanner: Scanner, risk: Risk) -> Pattern:
    named = {**group.universe, **part.setup.when}
    conditions = [_condition(at, name, x) for name, x in named.items()]
    row = None
    if all(condition.state == "true" for condition in conditions):
        row = _row(at, part, risk)
        conditions += _of_the_row(row, scanner)
    failed = next((condition.name for condition in conditions if condition.state != "true"), None)
    setup = part.setup
    return Pattern(setup.pattern, str(setup.direction), failed is None, failed, tuple(conditions), row)


def _row(at: _Bar, part: Part, risk: Risk) -> dict[str, Any] | None:
    """Return the hit as a row, None where its levels make no sense."""
    columns = {name: np.array([at.value(x)]) for name, x in part.shown.items()}
    place, bar = _one(at.place), _one(at.bar)
    hits = hits_of(Found(part.scanner, part.setup, [], place, bar, columns, 1), at.panel, risk)
    return next(plain_rows(hits.columns), None)


def _one(number: int) -> Ints:
    return np.array([number], dtype=np.int64)


def _of_the_row(row: Mapping[str, Any] | None, scanner: Scanner) -> Iterator[Condition]:
    """Yield what a hit is asked for besides its conditions: levels that make sense, and the lowest score."""
    yield Condition("valid levels", "the stop is on the losing side of the entry", "true" if row else "false")
    _, floor = scanner.limit()
    if row and floor:
        score = row["score"] or 0.0
        part = Comparison(f"score >= {floor:g}", "true" if score >= floor else "false", score, ">=", floor)
        yield Condition(f"score ≥ {floor:g}", part.text, part.state, (part,))
