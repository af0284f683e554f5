"""Compile every loop of the core, a line a step: `python -m tapehawk.core.kernels`. What is cached only loads."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

from tapehawk.core.kernels import all_kernels
from tapehawk.core.kernels.machine import compiled_execute
from tapehawk.core.kernels.outcomes import compiled_exits, compiled_triggers
from tapehawk.core.slower import compiled_fold


def steps() -> dict[str, Callable[[], object]]:
    """Return what is to be compiled, by name."""
    kernels: dict[str, Callable[[], object]] = {
        name: partial(getattr, kernel, "entry") for name, kernel in all_kernels().items()
    }
    walks = {"triggers": compiled_triggers, "exits": compiled_exits}
    return kernels | {"machine": compiled_execute, "slower bars": compiled_fold, **walks}


def main() -> None:
    """Compile, saying what and how long it took."""
    todo = steps()
    for number, (name, compile_it) in enumerate(todo.items(), start=1):
        print(f"compiling {number:2}/{len(todo)} {name:16} … ", end="", flush=True)
        begun = time.perf_counter()
        compile_it()
        print(f"{time.perf_counter() - begun:.1f} s", flush=True)


if __name__ == "__main__":
    main()
