"""From expressions to a list of instructions, made once and run on every block.

    conditions and columns  →  sections of instructions, one section a root  →  run block by block

Planning walks the roots in order. Arithmetic between kernels becomes one program over tiles
(`kernels/elementwise.py`); what a kernel or a later root reads gets a column of its own, a *slot*, and a slot is used
again as soon as its last reader has run, so that a block's columns stay in the processor's caches. Running a plan is
then a few dozen calls a block.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from tapehawk.core.expr import Expr
from tapehawk.core.kernels.elementwise import OPERATIONS, step

CONSTANT, OUTSIDE, COLUMN, TILE_SLOT = "constant", "outside", "column", "tile"


@dataclass(frozen=True)
class Slot:
    """A place for values. `kind`: "number" or "mask".

    `sort`: a constant (one tile of it), a column from outside, a column of ours, or a tile that programs pass on.
    """

    number: int
    kind: str
    sort: str
    value: float = 0.0


@dataclass(frozen=True)
class Read:
    """Take a column of the panel, or one given beforehand, into a slot."""

    node: Expr
    out: int


@dataclass(frozen=True)
class Call:
    """Run a kernel, or fold and spread a slower timeframe, into a slot."""

    node: Expr
    inputs: tuple[int, ...]
    out: int


@dataclass(frozen=True, eq=False)
class Program:
    """Run arithmetic over tiles: steps with slot numbers where addresses will be."""

    steps: npt.NDArray[np.int64]
    slots: npt.NDArray[np.int64]  # (steps, 4): result and operands


Instruction = Read | Call | Program


@dataclass(eq=False)
class Plan:
    """Instructions for some roots, in order; `answers` are the slots of the roots."""

    roots: tuple[Expr, ...]
    given: frozenset[Expr] = frozenset()
    sections: list[list[Instruction]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    slots: list[Slot] = field(default_factory=list)

    def __post_init__(self) -> None:
        planner = _Planner(self)
        for root in self.roots:
            planner.section(root)


def plan(roots: Iterable[Expr], given: Iterable[Expr] = ()) -> Plan:
    """Return the plan for some expressions; `given` nodes are columns made beforehand."""
    return Plan(tuple(roots), frozenset(given))


class _Planner:
    """Plays the run through once: which slot holds which node, and when it is free again."""

    def __init__(self, made: Plan) -> None:
        self._plan = made
        self._uses = _count_uses(made)
        self._slot: dict[Expr, int] = {}
        self._free: dict[tuple[str, str], list[int]] = {}
        self._section: list[Instruction] = []
        self._last_root: Expr | None = None

    def section(self, root: Expr) -> None:
        """Plan one root; the root before it has been read by now."""
        if self._last_root is not None:
            self._read(self._last_root)
        self._section = []
        self._plan.answers.append(self._have_column(root))
        self._plan.sections.append(self._section)
        self._last_root = root

    def _have(self, x: Expr) -> int:
        if x not in self._slot:
            if x in self._plan.given or x.op == "column":
                self._slot[x] = self._new(x, OUTSIDE)
                self._section.append(Read(x, self._slot[x]))
            elif x.op == "number":
                self._slot[x] = self._new(x, CONSTANT, float(x.params[0]))
            elif x.op in OPERATIONS:
                self._program(x)
            else:
                self._call(x)
        return self._slot[x]

    def _call(self, x: Expr) -> None:
        args = () if x.op == "on" else x.args
        inputs = tuple(self._have_column(arg) for arg in args)
        self._slot[x] = self._new(x, COLUMN)
        self._section.append(Call(x, inputs, self._slot[x]))
        for arg in args:
            self._read(arg)

    def _have_column(self, x: Expr) -> int:
        """Return a slot with a value for every bar: a number's tile is spread by a program of one step."""
        slot = self._have(x)
        if self._plan.slots[slot].sort != CONSTANT:
            return slot
        spread = self._new(x, COLUMN)
        code, places = step("max", [slot, slot])
        self._section.append(Program(np.array([code], dtype=np.int64), np.array([[spread, *places]], dtype=np.int64)))
        return spread

    def _program(self, x: Expr) -> None:
        """Put x and the arithmetic below it that has no column yet into one program."""
        inside = self._ready(x)
        reads = Counter(arg for node in inside for arg in node.args)
        left = reads.copy()
        steps, slots = [], []
        for node in inside:
            lasting = node is x or self._uses[node] > reads[node]
            self._slot[node] = self._new(node, COLUMN if lasting else TILE_SLOT)
            code, places = step(node.op, [self._slot[arg] for arg in node.args])
            steps.append(code)
            slots.append([self._slot[node], *places])
            self._release_tiles(node, left)
        self._section.append(Program(np.array(steps, dtype=np.int64), np.array(slots, dtype=np.int64)))
        for node in inside:
            for arg in node.args:
                self._read(arg)

    def _ready(self, x: Expr) -> list[Expr]:
        """Give every start of the arithmetic at x a slot and return that arithmetic.

        A kernel among them may bring some of the arithmetic with it, and with that use up a start seen before: what
        is missing is looked up anew after each.
        """
        while True:
            inside, leaves = self._below(x)
            missing = [leaf for leaf in leaves if leaf not in self._slot]
            if not missing:
                return inside
            for leaf in missing:
                self._have(leaf)
                if leaf.args:
                    break

    def _release_tiles(self, node: Expr, left: Counter[Expr]) -> None:
        """Free the tiles that nothing later in the program reads."""
        left.subtract(node.args)
        for arg in dict.fromkeys(node.args):
            slot = self._plan.slots[self._slot[arg]]
            if slot.sort == TILE_SLOT and left[arg] == 0:
                self._free.setdefault((slot.kind, slot.sort), []).append(slot.number)

    def _below(self, x: Expr) -> tuple[list[Expr], list[Expr]]:
        """List the arithmetic at and below x that has no slot, arguments first, and what it starts from."""
        inside: dict[Expr, None] = {}
        leaves: dict[Expr, None] = {}

        def visit(node: Expr) -> None:
            if node in inside or node in leaves:
                return
            if node in self._slot or node.op not in OPERATIONS or node in self._plan.given:
                leaves[node] = None
                return
            for arg in node.args:
                visit(arg)
            inside[node] = None

        visit(x)
        return list(inside), list(leaves)

    def _new(self, x: Expr, sort: str, value: float = 0.0) -> int:
        free = self._free.get((x.kind, sort))
        if free:
            return free.pop()
        self._plan.slots.append(Slot(len(self._plan.slots), x.kind, sort, value))
        return len(self._plan.slots) - 1

    def _read(self, x: Expr) -> None:
        """Say that one reader of x is done; after the last one its slot is free."""
        self._uses[x] -= 1
        if self._uses[x] <= 0 and x in self._slot:
            slot = self._plan.slots[self._slot.pop(x)]
            if slot.sort == COLUMN:
                self._free.setdefault((slot.kind, COLUMN), []).append(slot.number)


def _count_uses(made: Plan) -> Counter[Expr]:
    """Count how often each node is read: as a root, and by each node above it."""
    uses: Counter[Expr] = Counter(made.roots)
    todo, seen = list(made.roots), set[Expr]()
    while todo:
        x = todo.pop()
        if x in seen or x in made.given or x.op == "on":
            continue
        seen.add(x)
        uses.update(x.args)
        todo.extend(x.args)
    return uses


def nodes(*roots: Expr) -> list[Expr]:
    """List every node at and below the roots once, arguments before what uses them."""
    order: dict[Expr, None] = {}

    def visit(x: Expr) -> None:
        if x not in order:
            for arg in x.args:
                visit(arg)
            order[x] = None

    for root in roots:
        visit(root)
    return list(order)
