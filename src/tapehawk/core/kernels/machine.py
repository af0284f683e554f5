"""The machine that runs a plan: programs of arithmetic, kernels, and the meeting of conditions, in one compiled call.

Nothing here holds the interpreter's lock, so threads share a panel's blocks without waiting for each other.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from tapehawk.core.kernels import compile_loop
from tapehawk.core.kernels.elementwise import PARTS, run
from tapehawk.core.kernels.pointers import call_at, compiled_pointers, flags_at, floats_at

PROGRAM, KERNEL, MEET = range(3)


def meet(running: Any, mask: Any, counts: Any) -> None:
    """AND a mask into `running`, unknown becoming false; counts: how many are true, how many fell because unknown."""
    true, unknown = 0, 0
    for i in range(running.size):
        both = min(running[i], mask[i])
        true += both == 2
        unknown += both == 1
        running[i] = both & 2
    counts[0], counts[1] = true, unknown


def execute(instructions: Any, steps: Any, packs: Any, addresses: Any, running: Any, counts: Any) -> None:
    """Run instructions, rows of four numbers, over `running.size` bars.

    PROGRAM: first step, last step + 1. KERNEL: entry's address, row of `packs`, 1 to begin with an empty state.
    MEET: slot of a mask, row of `counts`.
    """
    bars = running.size
    for k in range(instructions.shape[0]):
        kind, a, b = instructions[k, 0], instructions[k, 1], instructions[k, 2]
        if kind == PROGRAM:
            run(steps[a:b], bars)
        elif kind == KERNEL:
            if instructions[k, 3] == 1:
                floats_at(packs[b, 7], packs[b, 1] * packs[b, 8])[:] = 0.0
            call_at(a, packs.ctypes.data + 8 * b * packs.shape[1])
        else:
            meet(running, flags_at(addresses[a], bars), counts[b])


@cache
def compiled_execute() -> Callable[..., None]:
    """Return the compiled form of `execute`."""
    return compile_loop(execute, "i8x2r i8x2r i8x2r i8r u1 i8x2", (*PARTS, run, meet), compiled_pointers())
