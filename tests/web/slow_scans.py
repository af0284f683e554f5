"""`scanner serve` whose range scans take their time: `python -m tests.web.slow_scans serve --port N`.

A small market is done before anybody has seen that it was scanned. Here it is cut into parts of a few symbols, and each
part takes a while, as a part of a large market does.
"""

from __future__ import annotations

import time
from typing import Final

import pytest

from tapehawk.cli.main import main
from tapehawk.core import panel
from tapehawk.scan.looking import Look

PART_BARS: Final = 1_100  # four names of a year
SECONDS: Final = 2.0


def slow_down(patch: pytest.MonkeyPatch) -> None:
    """Cut what is scanned into small parts, each of which takes a while."""
    whole = Look.find_in

    def find_in(self: Look, part: range, **about: object) -> object:
        if len(part):
            time.sleep(SECONDS)
        return whole(self, part, **about)

    patch.setattr(panel, "LEAST_BLOCK_BARS", PART_BARS)
    patch.setattr(Look.parts, "__defaults__", (1,))
    patch.setattr(Look, "find_in", find_in)


if __name__ == "__main__":
    slow_down(pytest.MonkeyPatch())
    main()
