"""Garbage collection of a process that scans: what stays for long is not looked through again and again."""

from __future__ import annotations

import gc
from typing import Final

THRESHOLDS: Final = (50_000, 20, 20)
"""A quick scan of a whole market makes tens of thousands of objects that stay: 700 of them are no reason to look."""


def settle() -> None:
    """Collect once, and leave out of later collections all that is there now.

    A process that scans has hundreds of thousands of objects that stay (code, expressions, a session's tables); a
    full collection over them takes longer than a step of the scan, and comes in the middle of one. Called again when a
    session begins, which finds what the one before has left.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
