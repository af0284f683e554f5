"""The two-phase scan's rows as people read them: quick columns at once, deep ones from a ring to their value."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from tapehawk.cli import numbers
from tapehawk.cli.table import Column

WAITING: Final = object()
"""The value of a deep column that is not known yet."""
RING: Final = "◌"
SIDES: Final = {"BUY": "green", "SELL": "red", "HOLD": "dim"}


def _deep(title: str, key: str, write: Callable[[Any], str], rank: int, *, width: int, right: bool = True) -> Column:
    """Return a deep column: it keeps its place while a value is waited for."""

    def waited(value: Any) -> str:  # noqa: ANN401 - a cell of any column
        if value is WAITING:
            return RING.rjust(width) if right else RING.ljust(width)
        return write(value)

    return Column(title, key, waited, rank, right=right, style=lambda value: "dim" if value is WAITING else "")


def _signed(value: float | None) -> str:
    return numbers.NOTHING if value is None else f"{value:+,.2f}"


def _word(value: object) -> str:
    return numbers.NOTHING if value is None else str(value)


def _share(value: float | None) -> str:
    return numbers.NOTHING if value is None else f"{value:.0%}"


COLUMNS: Final = (
    Column("symbol", "symbol", numbers.plain, 1, right=False, style=lambda _: "bold"),
    Column("side", "signal", _word, 1, right=False, style=lambda side: SIDES.get(side, "")),
    Column("strength", "strength", numbers.ratio, 1),
    Column("price", "price", numbers.price, 1),
    Column("chg %", "change24h", _signed, 2),
    Column("rsi", "rsi", numbers.ratio, 5),
    Column("macd", "macd", _word, 5, right=False),
    Column("ema", "ema", _word, 7, right=False),
    _deep("score", "score", numbers.ratio, 2, width=5),
    _deep("regime", "regime", _word, 3, width=8, right=False),
    _deep("stop", "stop", numbers.price, 3, width=8),
    _deep("target", "target", numbers.price, 3, width=8),
    _deep("r/r", "reward_risk", numbers.ratio, 6, width=4),
    _deep("confluence", "confluence", _word, 4, width=8, right=False),
    _deep("ml", "ml", _share, 6, width=4),
    Column("labels", "labels", numbers.plain, 4, right=False, cut=12),
)
_DEEP: Final[Mapping[str, tuple[str, str]]] = {
    "regime": ("market_regime", "regime"),
    "stop": ("sl_tp", "stopLoss"),
    "target": ("sl_tp", "takeProfit"),
    "reward_risk": ("sl_tp", "riskReward"),
    "confluence": ("confluence", "strength"),
    "ml": ("ml_prediction", "probability"),
}
"""Column → the part of the deep analysis and the word of it that it shows; `score` is a part by itself."""
NOT_YET: Final[Mapping[str, Any]] = dict.fromkeys(("score", *_DEEP), WAITING)


def deepened(parts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the deep columns' values; None where a part says nothing."""
    score = parts.get("opportunity_score")
    shown: dict[str, Any] = {"score": score if isinstance(score, int | float) else None}
    for column, (part, word) in _DEEP.items():
        said = parts.get(part)
        shown[column] = said.get(word) if isinstance(said, Mapping) else None
    return shown


def why_nothing(parts: Mapping[str, Any]) -> str | None:
    """Return why nothing at all is known of a symbol deeply, None where something is."""
    return str(parts.get("reason")) if parts.get("available") is False else None


def columns_for(rows: Sequence[Mapping[str, Any]]) -> list[Column]:
    """Return the columns that say something of these rows: labels where some row has its own."""
    return [column for column in COLUMNS if column.key != "labels" or any(row["labels"] for row in rows)]


def line(row: Mapping[str, Any]) -> str:
    """Return what is known deeply of a row as a line, for a pipe."""
    deep = [column for column in COLUMNS if column.key in NOT_YET]
    said = "  ".join(f"{column.title} {column.write(row[column.key])}" for column in deep)
    return f"{row['symbol']}  {row['signal']} {numbers.ratio(row['strength'])}  {said}"
