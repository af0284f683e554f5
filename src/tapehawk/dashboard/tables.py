"""Rows as a table: every column the answer has, those a trader looks at first in front."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import polars as pl
import streamlit as st

Row = Mapping[str, Any]
FIRST: Final = (
    "news", "in", "symbol", "ticker", "date", "pattern", "direction", "score", "entry", "stop", "target1", "target2",
    "position_size", "risk_amount", "rvol", "volume", "atr",
)  # fmt: skip
LAST: Final = (
    "confidence", "phase", "bar_time", "available_at", "size_reason", "confluence_factors", "scanner", "labels",
)  # fmt: skip
_PRICES: Final = frozenset(("entry", "stop", "target1", "target2", "atr", "level"))
_COUNTS: Final = frozenset(("volume", "position_size", "risk_amount", "dollar_volume"))
_SHORT: Final = frozenset(("score", "confidence", "rvol"))
ROW_HEIGHT: Final = 28
MOST_SEEN: Final = 16


def frame_of(rows: Sequence[Row]) -> pl.DataFrame:
    """Return rows as a frame, in the order and with the columns they have."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    return pl.DataFrame([{name: row.get(name) for name in names} for row in rows], infer_schema_length=None)


def show(rows: Sequence[Row], key: str) -> None:
    """Show rows, which may be sorted by any column."""
    frame = frame_of(rows)
    st.dataframe(frame, key=key, height=height(len(rows)), **_look(frame.columns))


def choose(rows: Sequence[Row], key: str) -> int:
    """Show rows of which one is always chosen, and return its place among them."""
    frame = frame_of(rows)
    state = st.dataframe(
        frame,
        key=key,
        height=height(len(rows)),
        on_select="rerun",
        selection_mode="single-row-required",
        **_look(frame.columns),
    )
    chosen = state["selection"]["rows"]
    return chosen[0] if chosen and chosen[0] < len(rows) else 0


def height(rows: int) -> int:
    """Return the pixels that a table of so many rows takes."""
    return ROW_HEIGHT * (min(rows, MOST_SEEN) + 1) + 2


def _look(names: Sequence[str]) -> dict[str, Any]:
    return {
        "hide_index": True,
        "row_height": ROW_HEIGHT,
        "placeholder": "–",
        "column_order": order(names),
        "column_config": {name: one for name in names if (one := _column(name)) is not None},
    }


def order(names: Sequence[str]) -> list[str]:
    """Return columns in the order they are shown: a scanner's own stand between what comes first and last."""
    own = [name for name in names if name not in FIRST and name not in LAST]
    return [*(name for name in FIRST if name in names), *own, *(name for name in LAST if name in names)]


def _column(name: str) -> Any:  # noqa: ANN401  Streamlit's own type is private
    if name in _PRICES or name.endswith("_price"):
        return st.column_config.NumberColumn(format="%.2f")
    if name in _COUNTS:
        return st.column_config.NumberColumn(format="localized")
    if name in _SHORT:
        return st.column_config.NumberColumn(format="%.1f")
    return None
