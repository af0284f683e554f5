"""Splits that the stored prices do not know of.

Judged on one bar a session, after every known split has been put on (`splits.py`). A split that is found is
quarantined until a corporate action explains it, so what this says is what a scan leaves out.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl

from tapehawk.core.sessions import date_of, day_number
from tapehawk.data.building import adjusted_bars
from tapehawk.data.quality import splits
from tapehawk.data.quality.examined import Examined
from tapehawk.data.quality.finding import Told
from tapehawk.data.quality.tape import Tape
from tapehawk.data.quarantine import unrepaired

NEAR = dt.timedelta(days=5)


def found(examined: Examined) -> pl.DataFrame:
    """Return the missed splits: symbol, date (first session after), split_to, split_from, and what speaks for them.

    Coins do not split. A recorded split of that day that a second source contradicts gives its ratio.
    """
    series, bars = examined.daily
    if series.market != "us" or bars.is_empty():
        return splits.told(examined.days, splits.NONE)
    bars = adjusted_bars(bars, series, examined.actions, as_of=date_of(examined.last_session))
    tape = Tape.of(bars, examined.days.session)
    told = splits.told(tape, splits.missed_splits(tape))
    recorded = _recorded(examined.actions).select("symbol", date="ex_date", told_to="split_to", told_from="split_from")
    return (
        told.join(recorded, on=["symbol", "date"], how="left", maintain_order="left")
        .with_columns(
            split_to=pl.coalesce("told_to", "split_to"),
            split_from=pl.coalesce("told_from", "split_from"),
            contradicted=pl.col("told_to").is_not_null(),
        )
        .drop("told_to", "told_from")
    )


def check(examined: Examined) -> list[Told]:
    """Tell the missed splits that nothing has repaired yet."""
    known = _recorded(examined.actions)
    rows = unrepaired(found(examined), examined.actions)
    return [_told(row, known) for row in rows.iter_rows(named=True)]


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


def _recorded(actions: pl.DataFrame) -> pl.DataFrame:
    usable = (pl.col("type") == "split") & (pl.col("split_to") > 0) & (pl.col("split_from") > 0)
    return actions.filter(usable).unique(["symbol", "ex_date"], keep="last", maintain_order=True)
