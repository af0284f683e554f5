"""The shape in which a signal is given: the same from the terminal, the API and the records."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from tapehawk.core.instants import rfc3339
from tapehawk.core.signal_record import Change, Signal

_FROM_ROW: Final = (
    "symbol", "scanner", "pattern", "direction", "bar_time", "available_at", "phase", "entry", "stop", "target1",
    "target2", "confidence", "score", "volume", "atr", "rvol", "position_size", "risk_amount", "confluence_factors",
    "labels",
)  # fmt: skip


def plain_signal(one: Signal) -> dict[str, Any]:
    """Return a signal as the API gives it; `hypothetical_pnl` is what its size would have made."""
    trigger, closed = one.at("triggered"), one.at("closed")
    r = closed.r if closed else None
    return {
        "id": one.id,
        **{name: one.row[name] for name in _FROM_ROW},
        "timeframe": one.key.timeframe,
        "series": one.key.series,
        "setup_key": str(one.key),
        "data_version": one.data_version,
        "origin": one.origin,
        "status": one.status,
        "outcome": one.outcome,
        "trigger_price": trigger.price if trigger else None,
        "exit_price": closed.price if closed else None,
        "r": r,
        "hypothetical_pnl": hypothetical_pnl(r, one.row["risk_amount"]),
        "created_at": rfc3339(one.history[0].at),
        "updated_at": rfc3339(one.history[-1].at),
    }


def hypothetical_pnl(r: float | None, risk_amount: float | None) -> float | None:
    """Return what a signal of a size would have made at R; None while it has not come to an end."""
    return None if r is None or risk_amount is None else r * risk_amount


def history_rows(one: Signal) -> Iterator[dict[str, Any]]:
    """Yield what became of a signal, change by change."""
    return map(history_row, one.history)


def history_row(made: Change) -> dict[str, Any]:
    """Return a change as the API gives it."""
    return {"at": rfc3339(made.at), "status": made.status, "outcome": made.outcome, "price": made.price} | {
        "r": made.r, "mae": made.mae, "mfe": made.mfe, "bars_held": made.bars_held, "reason": made.reason,
    }  # fmt: skip
