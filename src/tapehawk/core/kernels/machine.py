"""The machine that runs a plan over a block: arithmetic, kernels, conditions, what is shown of a hit, in one call.

It goes through the block in *strips* of a few thousand bars, as many as fit the processor's second cache with all
columns of the plan, and takes a strip through every instruction before the next one: what is in between never reaches
the memory that threads share. A strip is a run of whole symbols, or a piece of one symbol that is longer; kernels go on
from their states, so that where a symbol is cut changes nothing. Nothing here holds the interpreter's lock.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from tapehawk.core.kernels import compile_loop
from tapehawk.core.kernels.elementwise import PARTS, run
from tapehawk.core.kernels.entries import BARS, INPUT, OUT, STARTS, STATE, STATES, SYMBOLS, WIDTH
from tapehawk.core.kernels.pointers import call_at, compiled_pointers, flags_at, floats_at, numbers_at

PROGRAM, KERNEL, MEET, FIND, KNOWN, SHOW, PAUSE = range(7)
LEFT = -1  # the row of `running` that is as long as the block and stays: the bars left of those asked for


def _strip_end(starts: Any, wanted: Any, first: int, bar: int, most: int) -> int:
    """Return the last symbol + 1 of the strip that begins at a bar of symbol `first`: all of its symbols are wanted."""
    last = first + 1
    if bar > starts[first]:
        return last
    while last < starts.size - 1 and wanted[last] == 1 and starts[last + 1] - bar <= most and last - first < most:
        last += 1
    return last


def _move(steps: Any, step_slots: Any, packs: Any, pack_slots: Any, slots: Any, bar: int) -> None:
    """Let every address be that of a column's bar 0 for a strip that begins at `bar`.

    A column of ours holds just the strip, so it is said to begin as many bars earlier; nobody reads before the strip.
    """
    for s in range(steps.shape[0]):
        for k in range(4):
            slot = step_slots[s, k]
            steps[s, 1 + 2 * k] = slots[slot, 0] - slots[slot, 1] * bar
    for c in range(packs.shape[0]):
        for k in range(4):
            slot = pack_slots[c, k]
            packs[c, INPUT + k] = slots[slot, 0] - slots[slot, 1] * bar
        slot = pack_slots[c, 4]
        packs[c, OUT] = slots[slot, 0] - slots[slot, 1] * bar


def _meet(before: Any, mask: Any, after: Any, counts: Any) -> None:
    """AND a mask into what is left, unknown becoming false; count how many are true, how many fell because unknown."""
    true, unknown = 0, 0
    for i in range(before.size):
        both = min(before[i], mask[i])
        true += both == 2
        unknown += both == 1
        after[i] = both & 2
    counts[0] += true
    counts[1] += unknown


def _find(flags: Any, bar: int, hits: Any, span: Any) -> None:
    """List the bars that are true behind those of the strips before."""
    span[0] = span[1]
    for i in range(flags.size):
        if flags[i] == 2:
            hits[span[1]] = bar + i
            span[1] += 1


def _known(hits: Any, end: int, span: Any) -> None:
    """Go on to the bars of this strip in a list made beforehand."""
    span[0] = span[1]
    while span[1] < span[2] and hits[span[1]] < end:
        span[1] += 1


def _show(address: int, is_mask: int, bars: int, hits: Any, first: int, span: Any, out: Any) -> None:
    """Take a column's values at the strip's hits, the block beginning at bar `first`; of a mask 1, 0 or null."""
    if is_mask == 1:
        flags = flags_at(address, bars)
        for k in range(span[0], span[1]):
            flag = flags[hits[k] - first]
            out[k] = np.nan if flag == 1 else flag * 0.5
    else:
        values = floats_at(address, bars)
        for k in range(span[0], span[1]):
            out[k] = values[hits[k] - first]


def execute(
    instructions: Any,
    steps: Any,
    step_slots: Any,
    packs: Any,
    pack_slots: Any,
    slots: Any,
    starts: Any,
    wanted: Any,
    most: int,
    left: Any,
    running: Any,
    counts: Any,
    first_bar: int,
    hits: Any,
    spans: Any,
    shown: Any,
) -> None:
    """Run instructions, rows of five numbers, over the wanted symbols of `starts`, in strips of at most `most` bars.

    PROGRAM: first step, last step + 1. KERNEL: entry's address, row of `packs`, 1 to begin with an empty state.
    MEET: slot of a mask, row of `running` to meet it with, row for the answer, row of `counts`. FIND: row of `running`,
    list of hits. KNOWN: list of hits. SHOW: slot, list of hits, number among `shown`, 1 if the slot is a mask.
    PAUSE: stands for work of the caller's, who runs what is before and what is behind it.
    `slots`: address and bytes a bar of columns that hold a strip (0 bytes: as long as the block, or the same for all).
    `hits`, `shown`: addresses of lists of bars, counted as the block's first is `first_bar`, and of values there.
    `spans`: of each list: where the strip's hits begin and end, and where the list ends.
    """
    piece = np.empty(2, dtype=np.int64)
    first, a = 0, starts[0]
    while first < starts.size - 1:
        if wanted[first] == 0:
            first, a = first + 1, starts[first + 1]
            continue
        last = _strip_end(starts, wanted, first, a, most)
        whole = starts[last] - a <= most
        b = starts[last] if whole else a + most
        piece[0], piece[1] = a, b
        alone = last - first == 1  # of one symbol a strip may be a piece
        _move(steps, step_slots, packs, pack_slots, slots, a)
        for k in range(instructions.shape[0]):
            one = instructions[k]
            kind, x, y, z, w = one[0], one[1], one[2], one[3], one[4]
            if kind == PROGRAM:
                run(steps[x:y], a, b)
            elif kind == KERNEL:
                pack = packs[y]
                pack[BARS], pack[SYMBOLS] = b, last - first
                pack[STARTS] = piece.ctypes.data if alone else starts.ctypes.data + 8 * first
                pack[STATE] = pack[STATES] if z == 1 else pack[STATES] + 8 * first * pack[WIDTH]
                if z == 1 and a == starts[first]:
                    floats_at(pack[STATE], pack[SYMBOLS] * pack[WIDTH])[:] = 0.0
                call_at(x, packs.ctypes.data + 8 * y * packs.shape[1])
            elif kind == MEET:
                before = left[a:b] if y == LEFT else running[y, : b - a]
                after = left[a:b] if z == LEFT else running[z, : b - a]
                _meet(before, flags_at(slots[x, 0] - slots[x, 1] * a + a, b - a), after, counts[w])
            elif kind == FIND:
                flags = left[a:b] if x == LEFT else running[x, : b - a]
                _find(flags, first_bar + a, numbers_at(hits[y], spans[y, 2]), spans[y])
            elif kind == KNOWN:
                _known(numbers_at(hits[x], spans[x, 2]), first_bar + b, spans[x])
            else:
                bars, span = numbers_at(hits[y], spans[y, 2]), spans[y]
                _show(slots[x, 0] - slots[x, 1] * a, w, b, bars, first_bar, span, floats_at(shown[z], span[2]))
        first, a = (last if whole else first), b


@cache
def compiled_execute() -> Callable[..., None]:
    """Return the compiled form of `execute`."""
    uses = (*PARTS, run, _strip_end, _move, _meet, _find, _known, _show)
    signature = "i8x2r i8x2 i8x2r i8x2 i8x2r i8x2r i8r u1r i8s u1 u1x2 i8x2 i8s i8r i8x2 i8r"
    return compile_loop(execute, signature, uses, compiled_pointers())
