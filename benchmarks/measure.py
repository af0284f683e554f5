"""How a claim is measured: several runs in turn with the peer's, medians and spread, one line a claim."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Timing:
    """Seconds of several runs."""

    seconds: tuple[float, ...]

    @property
    def median(self) -> float:
        """Return the middle run."""
        return statistics.median(self.seconds)

    def __str__(self) -> str:
        return f"{_si(self.median)} ({_si(min(self.seconds))}–{_si(max(self.seconds))}, n={len(self.seconds)})"


@dataclass(frozen=True)
class Result:
    """One claim: what was measured, against what, and what was promised."""

    claim: str
    ours: str
    peer: str
    ratio: str
    promised: str
    kept: bool | None = None

    def line(self) -> str:
        """Return the result as a row of a Markdown table."""
        mark = {True: "yes", False: "**no**", None: "–"}[self.kept]
        return f"| {self.claim} | {self.ours} | {self.peer} | {self.ratio} | {self.promised} | {mark} |"


def _si(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1e3:.1f} ms"


def timed(work: Callable[[], object], runs: int = 5, *, warm: int = 1) -> Timing:
    """Time a call several times, after `warm` runs that do not count."""
    return in_turn([work], runs, warm=warm)[0]


def in_turn(works: list[Callable[[], object]], runs: int = 5, *, warm: int = 1) -> list[Timing]:
    """Time several calls in turn (A B A B …), so that a change of the machine's speed meets all of them."""
    seconds: list[list[float]] = [[] for _ in works]
    for number in range(warm + runs):
        for work, kept in zip(works, seconds, strict=True):
            began = time.perf_counter()
            work()
            if number >= warm:
                kept.append(time.perf_counter() - began)
    return [Timing(tuple(kept)) for kept in seconds]


def times(ours: Timing, peer: Timing) -> float:
    """Return how many times faster than the peer we are, by the medians."""
    return peer.median / ours.median
