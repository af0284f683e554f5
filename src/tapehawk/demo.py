"""The demo: a simulated market in a folder of its own, scanned with every scanner of `all`; `make demo` runs it.

    generate daily bars → import → generate and import minutes of the last weeks → compile kernels → build panels → scan

Everything lies in ./demo-data and nothing of it meets your own store. Doing it twice stores nothing twice.
"""

from __future__ import annotations

import datetime as dt
import os
import shlex
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from tapehawk.app.asking import ALL, Asked, scanners_named
from tapehawk.app.asking import run as scan
from tapehawk.app.settings import Settings, settings_at
from tapehawk.cli import report
from tapehawk.cli.exits import exit_code, tell
from tapehawk.cli.terminal import Screen, plain_screen
from tapehawk.core.errors import TapehawkError
from tapehawk.core.kernels.__main__ import steps as kernels
from tapehawk.data.panels import PanelQuestion, open_panel
from tapehawk.data.providers.sim import Simulator
from tapehawk.data.providers.sim.filling import fill, fill_intraday
from tapehawk.scan.report import Report

FOLDER: Final = Path("demo-data")
SYMBOLS: Final = 500
FIRST, LAST = dt.date(2024, 1, 2), dt.date(2025, 12, 31)
MINUTES_FROM: Final = dt.date(2025, 12, 1)
MINUTES: Final = "5m"
BEST: Final = 15


class Steps:
    """The steps of the demo as they are done: bars on a terminal, a line each elsewhere."""

    def __init__(self, console: Screen) -> None:
        self._console = console

    @contextmanager
    def step(self, what: str, parts: int = 1) -> Iterator[Callable[[], None]]:
        """Do one step of so many parts; yields what is called as each part is done."""
        if not self._console.is_terminal:
            began = time.perf_counter()
            print(f"· {what} … ", end="", flush=True)
            yield lambda: None
            print(f"{time.perf_counter() - began:.1f} s", flush=True)
            return
        columns = (TextColumn("{task.description:<46}"), BarColumn(bar_width=16), MofNCompleteColumn())
        with Progress(*columns, TimeElapsedColumn(), console=self._console) as bar:
            task = bar.add_task(what, total=parts)
            yield lambda: bar.advance(task)
            bar.update(task, completed=parts)


def run(folder: Path, console: Screen) -> list[Report]:
    """Fill the folder's store and scan its last session with every scanner that needs no formula and no model."""
    known = settings_at(folder / "scanner.toml", {"SCANNER_DATA_DIR": str(folder)})  # yours say nothing here
    steps = Steps(console)
    _fill(known.store, steps)
    with steps.step("compiling kernels (once; they are kept)", len(kernels())) as done:
        for compile_it in kernels().values():
            compile_it()
            done()
    timeframes = ("1d", MINUTES)
    with steps.step("building panels", len(timeframes)) as done:
        for timeframe in timeframes:
            open_panel(known.store, PanelQuestion(timeframe))
            done()
    return _scanned(known, steps)


def _fill(store: Path, steps: Steps) -> None:
    simulator = Simulator(symbols=SYMBOLS)
    with steps.step(f"filling a store: {SYMBOLS} names, {FIRST:%Y-%m} to {LAST:%Y-%m}"):
        fill(store, simulator, FIRST, LAST)
    with steps.step(f"filling a store: {MINUTES} bars of {MINUTES_FROM:%Y-%m}"):
        fill_intraday(store, simulator, MINUTES, MINUTES_FROM, LAST)


def _scanned(known: Settings, steps: Steps) -> list[Report]:
    every = scanners_named([ALL], "1d", known.scanners)
    with steps.step(f"scanning {LAST} with {len(every)} scanners", len(every)) as done:
        return scan(known, Asked(every), on_step=lambda _: done())


def show(console: Screen, reports: list[Report]) -> None:
    """Print the best signals of all scanners, and how many rows each found."""
    rows = [row for one in reports for row in one.rows() if row["direction"] != "NONE"]
    rows.sort(key=lambda row: (-(row["score"] or 0), -row["entry"] * row["volume"], row["symbol"]))
    labels = "".join(f" [{label}]" for label in dict.fromkeys(label for one in reports for label in one.labels))
    console.print()
    console.print(Text.assemble((f"Signals of {reports[0].as_of}, best first", "bold cyan"), (labels, "bold yellow")))
    report.show_rows(console, rows[:BEST])
    counts = ", ".join(f"{one.scanner_type} {len(one)}" for one in reports)
    console.print(Text(f"{len(rows)} signals in all. Rows by scanner: {counts}", style="dim"))


def next_steps(console: Screen) -> None:
    """Print what to type next."""
    found = shutil.which("scanner")
    beside = Path(sys.executable).parent / "scanner"
    scanner = "scanner" if found else os.path.relpath(beside)
    ask = f"SCANNER_DATA_DIR={shlex.quote(str(FOLDER))} {scanner}"
    formula = "formula 'close > highest(high, 20)[1] and rvol(20) > 2'"
    console.print(Text("\nWhat to type next", style="bold"))
    for command in (
        "run --scanner-type breakout",
        "run --scanner-type lc --start-date 2025-01-01",
        f"run --scanner-type gap --timeframe {MINUTES} --cutoff 09:50",
        formula,
        "list",
        "doctor",
    ):
        console.print(Text(f"  {ask} {command}"), soft_wrap=True)
    console.print(Text(f"and with bars of your own: {scanner} import PATH --adjustment none|split|all", style="dim"))
    for line in in_browser(f"{ask} serve"):
        console.print(Text(line), soft_wrap=True)


def in_browser(serve: str) -> list[str]:
    """Return what to type to see the web app, behind what it still lacks here."""
    built = files("tapehawk").joinpath("web_app", "index.html").is_file()
    lacks = [] if find_spec("fastapi") else ["make setup"]
    lacks += [] if built else ["make web"]
    said = ["in a browser: " + " && ".join([*lacks, serve])]
    if not built and not shutil.which("node"):
        said.append("building it needs Node 20.19 or newer, not here yet: https://nodejs.org; a released wheel has it")
    return said


def main() -> int:
    """Run the demo; return its exit code."""
    console = plain_screen()
    try:
        reports = run(FOLDER, console)
    except TapehawkError as error:
        tell(error)
        return exit_code(type(error))
    show(console, reports)
    next_steps(console)
    return 0


if __name__ == "__main__":
    sys.exit(main())
