"""Importing the real daily bars, and building their panel, each in a process of its own."""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

from benchmarks.market import REAL, folder
from benchmarks.measure import Result, in_turn, timed

RUNS = 3
_CODE = "from benchmarks.importing import {name} as work; work(r'{root}')"


def import_bars(root: str) -> None:
    """Import the file into an empty store."""
    from tapehawk.data.imports import ImportOptions, import_path

    import_path(Path(root), REAL, ImportOptions(adjustment="split"))


def build_panel(root: str) -> None:
    """Build the panel of the imported bars."""
    from tapehawk.data.panels import PanelQuestion, open_panel

    open_panel(Path(root), PanelQuestion())


def read_file(_root: str) -> None:
    """Read the file and write it again, the least an import does."""
    import polars as pl

    pl.read_parquet(REAL).sort("symbol", "date").write_parquet(Path(_root) / "copy.parquet")


def results() -> list[Result]:
    """Run the claims."""
    roots = [folder(f"imported {number}") for number in range(RUNS)]
    copies, stores = iter(roots), iter(roots)
    copied, imported = in_turn(
        [lambda: _process("read_file", next(copies)), lambda: _process("import_bars", next(stores))], RUNS, warm=0
    )
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e6  # GB: the largest so far, and importing is
    panels = iter(roots)
    built = timed(lambda: _process("build_panel", next(panels)), RUNS, warm=0)
    return [
        Result(
            "import of 6.06 M bars",
            str(imported),
            f"reading, sorting and writing the file {copied}",
            f"{imported.median / copied.median:.1f}×",
            "≤ 30 s",
            imported.median <= 30,
        ),
        Result("its peak memory", f"{peak:.2f} GB", "", "", "≤ 3 GB", peak <= 3),
        Result(
            "building its panel",
            str(built),
            f"the same {copied}",
            f"{built.median / copied.median:.1f}×",
            "≤ 10 s",
            built.median <= 10,
        ),
    ]


def _process(name: str, root: Path) -> None:
    """Do one of the jobs above in a new process."""
    subprocess.run([sys.executable, "-c", _CODE.format(name=name, root=root)], check=True)
