"""Which version of the store is this: read from file names alone.

A Delta table's version is the highest number among the commits in its `_delta_log`. Listing that folder costs
microseconds, where importing a Delta reader costs a quarter of a second: a command that finds its panel already built
needs no more than this. The *data version* joins the versions of the tables that decide a result:

    bars_1d@3+actions@1+symbols@0
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from tapehawk.core.errors import BadInput, CorruptStore, NoData
from tapehawk.core.series import SESSION_TIMEFRAMES, TIMEFRAMES, check_timeframe

SHARED_TABLES: Final = ("actions", "symbols", "quarantine")
NOTHING: Final = "nothing"
"""The data version where no bars are stored that go with a timeframe."""
HOW_TO_FILL: Final = "fill it with `scanner import PATH --adjustment none|split|all`, or `make demo` for simulated bars"
HOW_TO_MEND: Final = "restore this folder from a backup, or move it away and import again with `scanner import PATH`"
_COMMIT = re.compile(r"(\d{20})\.json")


def bars_table(timeframe: str) -> str:
    """Name the table that holds the bars of a timeframe."""
    return f"bars_{check_timeframe(timeframe)}"


def commits_of(root: Path, table: str) -> list[int]:
    """List the commits in a table's log. Raises CorruptStore when the log is lost and the data is not."""
    log = root / table / "_delta_log"
    names = [path.name for path in log.iterdir()] if log.is_dir() else []
    commits = sorted(int(found[1]) for name in names if (found := _COMMIT.fullmatch(name)))
    if not commits and any((root / table).rglob("*.parquet")):
        raise CorruptStore(f"the table {table} has lost its log", hint=HOW_TO_MEND, path=root)
    return commits


def table_version(root: Path, table: str) -> int | None:
    """Return the newest version of a table, None when nothing was ever stored in it (version 0 is the empty table)."""
    return max(commits_of(root, table), default=0) or None


def data_version(root: Path, timeframe: str) -> str:
    """Name the state of everything that decides a result on `timeframe`. Raises NoData when no bars are stored."""
    bars = bars_table(timeframe)
    versions = {table: table_version(root, table) for table in (bars, *SHARED_TABLES)}
    if versions[bars] is None:
        raise no_bars(root, timeframe)
    return "+".join(f"{table}@{version}" for table, version in versions.items() if version is not None)


def faster(timeframe: str) -> list[str]:
    """List the timeframes whose bars those of `timeframe` can be made of, slowest first (data/resampling.py).

    Daily bars are made of nothing: their prices and volume have the auctions, which intraday bars may lack.
    """
    if timeframe in SESSION_TIMEFRAMES:
        return ["1d"] if timeframe == "1w" else []
    length = TIMEFRAMES[check_timeframe(timeframe)]
    return [name for name, minutes in reversed(TIMEFRAMES.items()) if minutes < length and length % minutes == 0]


def panel_versions(root: Path, timeframe: str) -> dict[str, str]:
    """Return stored timeframe → data version of the bars of `timeframe` made of it, the best first.

    The first is its own. Where another one is used, because the own bars are of other markets, those passed over are
    part of the version: bars that come to them decide anew. Raises NoData when nothing goes with `timeframe`.
    """
    found, passed = {}, ""
    for source in (timeframe, *faster(timeframe)):
        version = table_version(root, bars_table(source))
        if version is not None:
            found[source] = passed + data_version(root, source)
            passed += f"{bars_table(source)}@{version}+"
    if not found:
        raise no_bars(root, timeframe)
    return found


def parse_version(text: str) -> Mapping[str, int]:
    """Read a data version back: table → version. Raises BadInput when it is none."""
    parts = re.findall(r"(\w+)@(\d+)(?:\+|$)", text)
    if "+".join(f"{table}@{version}" for table, version in parts) != text or not parts:
        raise BadInput(f"{text!r} is not a data version", hint="a data version reads like bars_1d@3+actions@1")
    return {table: int(version) for table, version in parts}


def no_bars(root: Path, timeframe: str) -> NoData:
    """Say that no bars of a timeframe are stored, and which timeframes are."""
    if not root.is_dir():
        return NoData("there is no bar store yet", hint=HOW_TO_FILL, path=root)
    stored = sorted(path.name.removeprefix("bars_") for path in root.glob("bars_*") if path.is_dir())
    others = f"; stored are {', '.join(stored)}" if stored else ""
    return NoData(f"no {timeframe} bars are stored{others}", hint=HOW_TO_FILL, path=root)
