"""One thread's memory for one plan, the same from block to block: an array a slot, and the plan as numbers.

The machine (`kernels/machine.py`) reads tables: instructions, the steps of all programs, a *pack* of addresses a kernel
call. They are laid out once; for each block only the addresses of what is not ours are filled in.
"""

from __future__ import annotations

import mmap
from collections.abc import Collection, Sequence
from itertools import count
from typing import TypeAlias

import numpy as np

from tapehawk.core.expr import KERNELS, MASK, Expr
from tapehawk.core.kernels.elementwise import TILE
from tapehawk.core.kernels.entries import N_PARAMS, PARAMS, STATES, WIDTH, WIDTH_OF_PACK
from tapehawk.core.kernels.machine import FIND, KERNEL, KNOWN, MEET, PAUSE, PROGRAM, SHOW
from tapehawk.core.panel import Block, Column, Floats, Ints, Mask
from tapehawk.core.plan import COLUMN, CONSTANT, TILE_SLOT, Call, Instruction, Plan, Program, Read, Slot, plan
from tapehawk.core.script import LEFT, Find, Known, Meet, Order, Show, roots

_Row: TypeAlias = tuple[int, int, int, int, int]

STRIP_BARS = 4096
"""Bars that go through a plan together: its columns (some forty of `lc`, 1.3 MB) about fill a core's second cache."""


class Workspace:
    """The slots and tables of a plan; with a script, those of what is done with its roots.

    `sections`: first and last + 1 instruction of each root. `pauses`: what Python does, by its place among them.
    """

    def __init__(self, made: Plan, script: Sequence[Order] = ()) -> None:
        self.plan = made
        self.script = script
        self._own_columns = [slot for slot in made.slots if slot.sort == COLUMN]
        self._tiles = {slot.number: _tile(slot) for slot in made.slots if slot.sort in (CONSTANT, TILE_SLOT)}
        self._whole: dict[int, Column] = {}
        self._outside: dict[int, Column] = {}
        self._room = self._state_rows = 0
        self.slots = np.zeros((len(made.slots), 2), dtype=np.int64)
        self.slots[list(self._tiles), 0] = [array.ctypes.data for array in self._tiles.values()]
        self.slots[:, 1] = [_bytes_a_bar(slot) if slot.sort == COLUMN else 0 for slot in made.slots]
        every = [one for section in made.sections for one in section]
        self.reads = [one for one in every if isinstance(one, Read)]
        self.calls = [one for one in every if isinstance(one, Call) and one.node.op != "on"]
        programs = [one for one in every if isinstance(one, Program)]
        self._lay_out_steps(programs)
        self._lay_out_packs()
        self._lay_out_instructions(programs)
        self._lay_out_answers()

    @classmethod
    def of(cls, script: Sequence[Order], given: Collection[Expr] = ()) -> Workspace:
        """Return the memory for a script; `given` nodes are columns made beforehand."""
        return cls(plan(roots(script), given), script)

    def _lay_out_steps(self, programs: list[Program]) -> None:
        self.steps = np.concatenate([np.zeros((0, 9), dtype=np.int64), *(one.steps for one in programs)])
        self.step_slots: Ints = np.concatenate([np.zeros((0, 4), dtype=np.int64), *(one.slots for one in programs)])
        bytes_a_bar = np.array([_bytes_a_bar(slot) for slot in self.plan.slots], dtype=np.int64)
        self.steps[:, 2::2] = bytes_a_bar[self.step_slots]

    def _lay_out_packs(self) -> None:
        self._params = [np.array(one.node.params, dtype=np.float64) for one in self.calls]
        slots = [(*(one.inputs * 4)[:4], one.out) for one in self.calls]
        self.pack_slots = np.array(slots, dtype=np.int64).reshape(-1, 5)
        self.packs = np.zeros((len(self.calls), WIDTH_OF_PACK), dtype=np.int64)
        for pack, one, params in zip(self.packs, self.calls, self._params, strict=True):
            pack[WIDTH] = KERNELS[one.node.op].width(*params.tolist())
            pack[PARAMS], pack[N_PARAMS] = params.ctypes.data, params.size

    def _lay_out_instructions(self, programs: list[Program]) -> None:
        ends = np.cumsum([len(one.steps) for one in programs]).tolist()
        self._steps_of = {id(one): (end - len(one.steps), end) for one, end in zip(programs, ends, strict=True)}
        self._pack_of = {id(one): number for number, one in enumerate(self.calls)}
        self.sections: list[tuple[int, int]] = []
        self.pauses: dict[int, Call] = {}
        rows: list[_Row] = []
        if not self.script:
            for section in self.plan.sections:
                self._section(section, rows)
        sections, answers = iter(self.plan.sections), iter(self.plan.answers)
        meets, shows = count(), count()
        for order in self.script:
            if isinstance(order, Meet):
                self._section(next(sections), rows)
                rows.append((MEET, next(answers), order.before, order.after, next(meets)))
            elif isinstance(order, Show):
                self._section(next(sections), rows)
                rows.append((SHOW, next(answers), order.hits, next(shows), int(order.x.kind == MASK)))
            elif isinstance(order, Find):
                rows.append((FIND, order.row, order.hits, 0, 0))
            else:
                rows.append((KNOWN, order.hits, 0, 0, 0))
        self.instructions = np.array(rows, dtype=np.int64).reshape(-1, 5)

    def _section(self, section: list[Instruction], rows: list[_Row]) -> None:
        first = len(rows)
        for one in section:
            if isinstance(one, Program):
                rows.append((PROGRAM, *self._steps_of[id(one)], 0, 0))
            elif isinstance(one, Call) and id(one) in self._pack_of:
                rows.append((KERNEL, KERNELS[one.node.op].entry, self._pack_of[id(one)], 1, 0))
            elif isinstance(one, Call):
                self.pauses[len(rows)] = one
                rows.append((PAUSE, 0, 0, 0, 0))
        self.sections.append((first, len(rows)))

    def _lay_out_answers(self) -> None:
        """Make room for what a script answers; that which is as long as a block comes with the first one."""
        meets = [order for order in self.script if isinstance(order, Meet)]
        listed = {order.hits for order in self.script if isinstance(order, Find | Known)}
        self.hits_of = [order.hits for order in self.script if isinstance(order, Show)]
        self.counts = np.zeros((len(meets), 2), dtype=np.int64)
        self.spans = np.zeros((len(listed), 3), dtype=np.int64)
        self.running: Mask = np.empty((1 + max((one.after for one in meets), default=LEFT), 0), dtype=np.uint8)
        self.finds = any(isinstance(order, Find) for order in self.script)
        self.hits: Ints = np.empty((len(listed), 0), dtype=np.int64)
        self.shown: Floats = np.empty((len(self.hits_of), 0))
        self.hits_at, self.shown_at = (np.zeros(n, dtype=np.int64) for n in (len(listed), len(self.hits_of)))

    def fit(self, block: Block) -> None:
        """Make room for a block: columns as long as a strip, or as the block if anyone but the machine reads them."""
        self.most, self.wanted = STRIP_BARS, block.wanted
        if self.pauses or not self.script:
            self.most = max(block.n_bars, block.starts.size - 1, 1)
            self.wanted = np.ones_like(block.wanted)
        if self._room < self.most:
            self._room = self.most
            self._whole = {slot.number: np.empty(self.most, _dtype(slot.kind)) for slot in self._own_columns}
            self.slots[list(self._whole), 0] = [array.ctypes.data for array in self._whole.values()]
            self.running = np.empty((self.running.shape[0], self.most), dtype=np.uint8)
        if self.finds and self.hits.shape[1] < block.n_bars:
            self.hits = _seldom_written(self.hits.shape[0], block.n_bars).view(np.int64)
            self.shown = _seldom_written(self.shown.shape[0], block.n_bars)
            self.hits_at[:] = [row.ctypes.data for row in self.hits]
            self.shown_at[:] = [row.ctypes.data for row in self.shown]
        self.counts[:], self.spans[:] = 0, (0, 0, block.n_bars)

    def column(self, slot: int, bars: int) -> Column:
        """Return the block's part of a slot; of a column of ours only where it is as long as the block."""
        return self._whole[slot][:bars] if slot in self._whole else self._outside[slot]

    def put(self, slot: int, array: Column) -> None:
        """Let a slot be an array that is not ours."""
        self._outside[slot] = array
        self.slots[slot, 0] = array.ctypes.data

    def go_on_from(self, states: list[Floats]) -> None:
        """Let the kernels go on from these states, in the order of `calls`."""
        self._fresh(0)
        self.packs[:, STATES] = [state.ctypes.data for state in states]

    def start_empty(self, starts: Ints) -> None:
        """Let the kernels start from an empty history, in memory of ours that the machine clears strip by strip."""
        ends = np.searchsorted(starts, starts[:-1] + self.most, side="right") - 1
        most = max(1, int((ends - np.arange(ends.size)).max(initial=0)))  # symbols a strip
        if self._state_rows < most:
            self._state_rows = most
            self._states = [np.empty((most, pack[WIDTH])) for pack in self.packs]
            self.packs[:, STATES] = [state.ctypes.data for state in self._states]
            self._fresh(1)

    def _fresh(self, fresh: int) -> None:
        self.instructions[self.instructions[:, 0] == KERNEL, 3] = fresh


def _seldom_written(rows: int, columns: int) -> Floats:
    """Return an array that takes memory only where it is written: a page a row, not the huge pages of large arrays."""
    if rows * columns == 0:
        return np.empty((rows, columns))
    memory = mmap.mmap(-1, rows * columns * 8)
    if hasattr(mmap, "MADV_NOHUGEPAGE"):
        memory.madvise(mmap.MADV_NOHUGEPAGE)
    return np.frombuffer(memory).reshape(rows, columns)


def _dtype(kind: str) -> type:
    return np.uint8 if kind == MASK else np.float64


def _bytes_a_bar(slot: Slot) -> int:
    if slot.sort in (CONSTANT, TILE_SLOT):
        return 0
    return 1 if slot.kind == MASK else 8


def _tile(slot: Slot) -> Column:
    return np.full(TILE, slot.value) if slot.sort == CONSTANT else np.empty(TILE, _dtype(slot.kind))
