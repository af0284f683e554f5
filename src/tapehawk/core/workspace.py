"""One thread's memory for one plan, the same from block to block: an array a slot, and the plan as numbers.

The machine (`kernels/machine.py`) reads tables: instructions, the steps of all programs, a *pack* of addresses a kernel
call. They are laid out once; for each block only the addresses of what is not ours are filled in.
"""

from __future__ import annotations

import numpy as np

from tapehawk.core.expr import KERNELS, MASK
from tapehawk.core.kernels.elementwise import TILE
from tapehawk.core.kernels.entries import (
    BARS,
    INPUTS,
    N_PARAMS,
    OUT,
    PARAMS,
    STARTS,
    STATE,
    SYMBOLS,
    WIDTH,
    WIDTH_OF_PACK,
)
from tapehawk.core.kernels.machine import KERNEL, MEET, PROGRAM
from tapehawk.core.panel import Block, Column, Floats, Ints
from tapehawk.core.plan import COLUMN, CONSTANT, TILE_SLOT, Call, Plan, Program, Read, Slot


class Workspace:
    """The slots and tables of a plan.

    `sections`: first instruction and MEET of each root. `pauses`: the instructions before which Python goes on.
    """

    def __init__(self, made: Plan) -> None:
        self.plan = made
        self.arrays: list[Column] = [_slot_array(slot) for slot in made.slots]
        self._whole: list[Column] = list(self.arrays)
        self._own_columns = [slot for slot in made.slots if slot.sort == COLUMN]
        self.addresses = np.array([array.ctypes.data for array in self.arrays], dtype=np.int64)
        every = [one for section in made.sections for one in section]
        self.reads = [one for one in every if isinstance(one, Read)]
        self.calls = [one for one in every if isinstance(one, Call) and one.node.op != "on"]
        self._states: list[Floats] = [np.empty((0, 1)) for _ in self.calls]
        programs = [one for one in every if isinstance(one, Program)]
        self._lay_out_steps(programs)
        self._lay_out_packs()
        self._lay_out_instructions(programs)

    def _lay_out_steps(self, programs: list[Program]) -> None:
        self.steps = np.concatenate([np.zeros((0, 9), dtype=np.int64), *(one.steps for one in programs)])
        self._slots: Ints = np.concatenate([np.zeros((0, 4), dtype=np.int64), *(one.slots for one in programs)])
        bytes_a_bar = np.array([_bytes_a_bar(slot) for slot in self.plan.slots], dtype=np.int64)
        self.steps[:, 2::2] = bytes_a_bar[self._slots]

    def _lay_out_packs(self) -> None:
        self._params = [np.array(one.node.params, dtype=np.float64) for one in self.calls]
        self._inputs = np.array([(one.inputs * 4)[:4] for one in self.calls], dtype=np.int64).reshape(-1, 4)
        self._outs = np.array([one.out for one in self.calls], dtype=np.int64)
        self.packs = np.zeros((len(self.calls), WIDTH_OF_PACK), dtype=np.int64)
        for pack, one, params in zip(self.packs, self.calls, self._params, strict=True):
            pack[WIDTH] = KERNELS[one.node.op].width(*params.tolist())
            pack[PARAMS], pack[N_PARAMS] = params.ctypes.data, params.size

    def _lay_out_instructions(self, programs: list[Program]) -> None:
        ends = np.cumsum([len(one.steps) for one in programs]).tolist()
        steps_of = {id(one): (end - len(one.steps), end) for one, end in zip(programs, ends, strict=True)}
        pack_of = {id(one): number for number, one in enumerate(self.calls)}
        rows: list[tuple[int, int, int, int]] = []
        self.sections: list[tuple[int, int]] = []
        self.pauses: dict[int, list[Call]] = {}
        for number, section in enumerate(self.plan.sections):
            first = len(rows)
            for one in section:
                if isinstance(one, Program):
                    rows.append((PROGRAM, *steps_of[id(one)], 0))
                elif isinstance(one, Call) and id(one) in pack_of:
                    rows.append((KERNEL, KERNELS[one.node.op].entry, pack_of[id(one)], 1))
                elif isinstance(one, Call):
                    self.pauses.setdefault(len(rows), []).append(one)
            self.sections.append((first, len(rows)))
            rows.append((MEET, self.plan.answers[number], number, 0))
        self.instructions = np.array(rows, dtype=np.int64).reshape(-1, 4)
        self.counts = np.zeros((len(self.sections), 2), dtype=np.int64)

    def fit(self, block: Block) -> None:
        """Make every column as long as the block, and take the block's symbols."""
        for slot in self._own_columns:
            if self._whole[slot.number].size < block.n_bars:
                self._whole[slot.number] = np.empty(block.n_bars, _dtype(slot.kind))
                self.addresses[slot.number] = self._whole[slot.number].ctypes.data
            self.arrays[slot.number] = self._whole[slot.number][: block.n_bars]
        self.packs[:, BARS], self.packs[:, SYMBOLS] = block.n_bars, block.starts.size - 1
        self.packs[:, STARTS] = block.starts.ctypes.data

    def put(self, slot: int, array: Column) -> None:
        """Let a slot be an array that is not ours."""
        self.arrays[slot] = array
        self.addresses[slot] = array.ctypes.data

    def go_on_from(self, states: list[Floats]) -> None:
        """Let the kernels go on from these states, in the order of `calls`."""
        self.instructions[self.instructions[:, 0] == KERNEL, 3] = 0
        self.packs[:, STATE] = [state.ctypes.data for state in states]

    def start_empty(self, symbols: int) -> None:
        """Let the kernels start from an empty history, in memory of ours that the machine clears."""
        self.instructions[self.instructions[:, 0] == KERNEL, 3] = 1
        for number, pack in enumerate(self.packs):
            if self._states[number].shape[0] < symbols:
                self._states[number] = np.empty((symbols, pack[WIDTH]))
            pack[STATE] = self._states[number].ctypes.data

    def ready(self) -> None:
        """Fill in the addresses of every step and kernel."""
        self.steps[:, 1::2] = self.addresses[self._slots]
        self.packs[:, INPUTS] = self.addresses[self._inputs]
        self.packs[:, OUT] = self.addresses[self._outs]


def _dtype(kind: str) -> type:
    return np.uint8 if kind == MASK else np.float64


def _bytes_a_bar(slot: Slot) -> int:
    if slot.sort in (CONSTANT, TILE_SLOT):
        return 0
    return 1 if slot.kind == MASK else 8


def _slot_array(slot: Slot) -> Column:
    if slot.sort == CONSTANT:
        return np.full(TILE, slot.value)
    return np.empty(TILE if slot.sort == TILE_SLOT else 0, _dtype(slot.kind))
