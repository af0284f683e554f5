"""Copying the bars of some symbols together, a run of memory a symbol, without the interpreter's lock."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from tapehawk.core.kernels import compile_loop


def gather(whole: Any, sources: Any, starts: Any, out: Any) -> None:
    """Copy the runs of `whole` that begin at `sources` to out[starts[k] : starts[k + 1]]."""
    for k in range(sources.size):
        length = starts[k + 1] - starts[k]
        out[starts[k] : starts[k + 1]] = whole[sources[k] : sources[k] + length]


@cache
def compiled_gather(kind: str) -> Callable[..., None]:
    """Return the compiled form of `gather` for arrays of `f8`, `i8` or `u1`."""
    return compile_loop(gather, f"{kind}r i8r i8r {kind}")
