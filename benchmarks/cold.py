"""Commands as cold processes: what a person waits for."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from pathlib import Path

from benchmarks.market import SINCE, folder, real_store
from benchmarks.measure import Result, in_turn
from tapehawk.data.panels import PanelQuestion, open_panel
from tapehawk.data.providers.sim import Simulator
from tapehawk.data.providers.sim.filling import fill

SCANNER = Path(sys.executable).with_name("scanner")
_PLAIN = Path(__file__).with_name("peers") / "lc_polars_script.py"


def run(arguments: list[str], store: Path) -> None:
    """Run a command to its end."""
    env = os.environ | {"SCANNER_DATA_DIR": str(store), "SCANNER_RESULTS_DIR": str(folder("results"))}
    env.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed program has its compiled files
    subprocess.run(arguments, check=True, capture_output=True, env=env)


def results() -> list[Result]:
    """Run the claims."""
    small = folder("two years of 500")
    fill(small, Simulator(seed=7, symbols=500), dt.date(2023, 12, 20), dt.date(2025, 12, 19))
    open_panel(small, PanelQuestion())
    real = real_store()
    imports = "import numpy, numba, pydantic, rich, typer"
    breakout, bare = in_turn(
        [
            lambda: run([str(SCANNER), "run", "--scanner-type", "breakout"], small),
            lambda: run([sys.executable, "-c", imports], small),
        ]
    )
    ranged = [str(SCANNER), "run", "--scanner-type", "lc", "--start-date", SINCE.isoformat(), "--format", "json"]
    ours, polars = in_turn(
        [lambda: run(ranged, real), lambda: run([sys.executable, str(_PLAIN), SINCE.isoformat()], real)], runs=3
    )
    helped, shell = in_turn(
        [
            lambda: run([str(SCANNER), "--help"], small),
            lambda: run([sys.executable, "-c", "import typer, rich"], small),
        ]
    )
    ratio = ours.median / polars.median
    return [
        Result(
            "`scanner run --scanner-type breakout`, 500 symbols × 2 years",
            str(breakout),
            f"the imports alone {bare}",
            f"{breakout.median / bare.median:.1f}× the imports",
            "≤ 2.0 s",
            breakout.median <= 2.0,
        ),
        Result(
            "`scanner --help`",
            str(helped),
            f"`import typer, rich` alone {shell}",
            f"{helped.median / shell.median:.1f}× the imports",
            "≤ 0.3 s",
            helped.median <= 0.3,
        ),
        Result(
            "`lc` since 2022 over 6,711 symbols, cold",
            str(ours),
            f"a plain Polars script {polars}",
            f"{ratio:.2f}×",
            "≤ 0.5×",
            ratio <= 0.5,
        ),
    ]
