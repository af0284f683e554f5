"""Splits that the stored prices do not know of.

Judged on one bar a session, after every known split has been put on (`splits.py`). A split that is found is
quarantined until a corporate action explains it, so what this says is what a scan leaves out.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl

from tapehawk.core.sessions import day_number
from tapehawk.data.quality.examined import Examined
from tapehawk.data.quality.finding import Told
from tapehawk.data.quarantine import unrepaired

NEAR = dt.timedelta(days=5)


def check(examined: Examined) -> list[Told]:
    """Tell the missed splits that nothing has repaired yet."""
    rows = unrepaired(examined.missed_splits, examined.actions)
    return [_told(row, examined.recorded_splits) for row in rows.iter_rows(named=True)]


def _told(row: dict[str, Any], known: pl.DataFrame) -> Told:
    ratio = f"{row['split_to']:g}:{row['split_from']:g}"
    detail = (
        f"the price goes from {row['close_before']:.6g} to {row['open']:.6g} overnight and stays, as a split of "
        f"{ratio} makes it, and these prices are not adjusted for one; bars before {row['date']} are left out"
    )
    near = known.filter(pl.col("symbol") == row["symbol"], (pl.col("ex_date") - row["date"]).abs() <= NEAR)
    if row["contradicted"]:
        detail += "; a split of that day is recorded, and not applied because a second source contradicts it"
    elif near.height:
        detail += f"; one is recorded for {near['ex_date'][0]}"
    line = f"{row['symbol']},{row['date']},split,{row['split_to']:g},{row['split_from']:g},true"
    repair = (
        "scanner import FILE.csv, a file with the lines "
        f"`symbol,ex_date,type,split_to,split_from,confirmed` and `{line}` (look the ratio up first)"
    )
    return Told(row["symbol"], day_number(row["date"]), "error", detail, repair)
