"""The doctor: what is installed, reachable and fresh, and what to do about what is not. It tells no secret."""

from __future__ import annotations

import datetime as dt
import importlib.util
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from tapehawk.app.settings import Settings, found_file, settings
from tapehawk.core.errors import BadInput, TapehawkError
from tapehawk.core.instants import microseconds
from tapehawk.core.series import SESSION_TIMEFRAMES
from tapehawk.core.sessions import Calendar, calendar_named, date_of, day_number

if TYPE_CHECKING:
    from tapehawk.data.status import SeriesStatus

GOOD, ODD, BAD = "good", "odd", "bad"
EXTRAS: Final = {
    "duckdb": "SQL over the store: pip install 'tapehawk[sql]'",
    "xlsxwriter": "Excel files: pip install 'tapehawk[excel]'",
}
SECRETS: Final = ("POLYGON_API_KEY", "TWELVEDATA_API_KEY", "ALPACA_API_KEY", "ALPACA_SECRET_KEY")
ROOM_FOR_A_PANEL: Final = 2_000_000_000


@dataclass(frozen=True)
class Finding:
    """One thing the doctor looked at.

    `state` is "good", "odd" (works, and is worth a look) or "bad"; `advice` is what to do.
    """

    name: str
    state: str
    detail: str
    advice: str = ""


def checkup(environment: Mapping[str, str], now: dt.datetime, file: Path | None = None) -> list[Finding]:
    """Look at everything; a broken settings file is a finding, not an error."""
    findings = [_program(), *_extras()]
    try:
        known = settings(file, environment=environment)
    except BadInput as error:
        findings.append(Finding("settings", BAD, error.in_full, error.hint))
        return [*findings, _providers(environment)]
    from tapehawk.app.reaching import reach_findings
    from tapehawk.app.sources import source_findings

    findings += [_settings(known, environment), _kernels(), *_store(known.store, now), _disk(known.store)]
    findings += source_findings(known.store, now)
    return [*findings, _results(known), _providers(environment), *reach_findings(known)]


def _program() -> Finding:
    import platform

    where = f"Python {platform.python_version()} on {platform.system()}, {os.cpu_count()} cores"
    return Finding("tapehawk", GOOD, f"{metadata.version('tapehawk')}; {where}")


def _extras() -> Iterator[Finding]:
    for name, use in EXTRAS.items():
        there = importlib.util.find_spec(name) is not None
        what, _, how = use.partition(": ")
        yield Finding(name, GOOD if there else ODD, what if there else f"not installed ({what})", "" if there else how)


def _settings(known: Settings, environment: Mapping[str, str]) -> Finding:
    """Check every section, the scanners' too."""
    try:
        for name in known.sections():
            known.section(name)
    except BadInput as error:
        return Finding("settings", BAD, error.in_full, error.hint)
    path = known.file.path
    if path.exists():
        return Finding("settings", GOOD, str(path))
    return Finding("settings", GOOD, f"all built in; a file would be {found_file(environment)}")


def _kernels() -> Finding:
    from tapehawk.core.kernels import all_kernels

    kept = {path.name.split(".")[1].rpartition("-")[0] for path in _cache_folder().rglob("*.*-*.nbi")}
    missing = sum(f"enter_{name}" not in kept for name in all_kernels())
    if missing:
        advice = "a scan compiles those it uses, half a second each; `python -m tapehawk.core.kernels` compiles all"
        return Finding("kernels", ODD, f"{missing} of {len(all_kernels())} not compiled yet", advice)
    return Finding("kernels", GOOD, f"{len(all_kernels())} compiled, in {_cache_folder()}")


def _cache_folder() -> Path:
    """Return where compiled kernels are kept, by numba's rule: beside the code, else in the user's cache folder."""
    if os.environ.get("NUMBA_CACHE_DIR"):
        return Path(os.environ["NUMBA_CACHE_DIR"])
    beside = Path(importlib.import_module("tapehawk.core").__path__[0])
    if os.access(beside, os.W_OK):
        return beside
    from numba.misc.appdirs import AppDirs

    return Path(AppDirs(appname="numba", appauthor=False).user_cache_dir)  # type: ignore[no-untyped-call]  # numba


def _store(root: Path, now: dt.datetime) -> Iterator[Finding]:
    from tapehawk.data.faults import need_plain
    from tapehawk.data.status import data_status

    try:
        need_plain(root)
        status = data_status(root)
    except TapehawkError as error:
        yield Finding("store", BAD, error.in_full, error.hint)
        return
    yield Finding("store", GOOD, f"{root}: {len(status.series)} series, {status.splits:,} splits")
    for one in status.series:
        yield _freshness(root, one, now)
    if status.reject_files:
        yield Finding(
            "rejects", ODD, f"{len(status.reject_files)} files of refused rows", f"look into {root / 'rejects'}"
        )


def _freshness(root: Path, one: SeriesStatus, now: dt.datetime) -> Finding:
    """Compare the last bar stored with the last complete session."""
    calendar, name = calendar_named(one.series.market), f"{one.series.id} {one.series.timeframe}"
    last = _session(calendar, one)
    complete = last_complete_session(calendar, now)
    behind = int(np.count_nonzero((calendar.date > day_number(last)) & (calendar.date <= day_number(complete))))
    if one.series.simulated:
        return Finding(name, GOOD, f"simulated, to {last}")
    if behind:
        detail = f"to {last}: {behind:,} sessions behind the last complete one, {complete}"
        return Finding(name, ODD, detail, _newer(root, one, last))
    return Finding(name, GOOD, f"to {last}, the last complete session")


def _newer(root: Path, one: SeriesStatus, last: dt.date) -> str:
    """Return what brings newer bars of a series."""
    from tapehawk.data.providers.registry import provider_names
    from tapehawk.data.quality.repairs import READABLE, fetched_again
    from tapehawk.data.store import stored_symbols

    if one.series.provider not in provider_names():
        return "import newer bars with `scanner import PATH --adjustment …`"
    symbols = stored_symbols(root, one.series) if one.symbols <= READABLE else ()
    return fetched_again(one.series, last, sorted(symbols))


def _session(calendar: Calendar, one: SeriesStatus) -> dt.date:
    """Return the session of a series' last bar: an evening in New York is the next day in UTC."""
    if one.series.timeframe in SESSION_TIMEFRAMES:
        return one.last.date()
    day = int(calendar.locate(np.array([microseconds(one.last)]), "extended")[0][0])
    return date_of(day) if day >= 0 else one.last.date()


def last_complete_session(calendar: Calendar, now: dt.datetime) -> dt.date:
    """Return the last session whose regular hours have ended."""
    ended = np.searchsorted(calendar.close, microseconds(now), side="right") - 1
    return date_of(int(calendar.date[ended]))


def _disk(root: Path) -> Finding:
    there = next(path for path in (root, *root.resolve().parents) if path.exists())
    free = shutil.disk_usage(there).free
    detail = f"{free / 1e9:,.1f} GB free at {there}"
    if free < ROOM_FOR_A_PANEL:
        return Finding("disk", ODD, detail, "panels of a whole market need about 1 GB: free some space")
    return Finding("disk", GOOD, detail)


def _results(known: Settings) -> Finding:
    folder = known.results
    if not known.cli.auto_save_results:
        return Finding("results", GOOD, "not saved (cli.auto_save_results is false)")
    there = next(path for path in (folder, *folder.resolve().parents) if path.exists())
    if not os.access(there, os.W_OK):
        return Finding("results", BAD, f"{folder} can't be written", "scanner config set cli.results_directory FOLDER")
    return Finding("results", GOOD, f"saved in {folder}")


def _providers(environment: Mapping[str, str]) -> Finding:
    given = [name for name in SECRETS if environment.get(name)]
    return Finding("provider keys", GOOD, f"set: {', '.join(given)}" if given else "none set; stored bars need none")
