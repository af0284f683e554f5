"""The columns of a bar, as the words a scan is written with.

Prices and volume are split-adjusted; `raw.close` is the close as traded that day. `session` is the session's date as
days since 1970-01-01, `minute` the minutes since the open of the asked hours (0 for daily bars).
"""

from __future__ import annotations

from typing import Final

from tapehawk.core.expr import Expr, column


class _AsTraded:
    """Prices (dollars) and volume (shares) as traded that day."""

    open: Final = column("raw.open")
    high: Final = column("raw.high")
    low: Final = column("raw.low")
    close: Final = column("raw.close")
    volume: Final = column("raw.volume")


open_: Final[Expr] = column("open")
high: Final[Expr] = column("high")
low: Final[Expr] = column("low")
close: Final[Expr] = column("close")
volume: Final[Expr] = column("volume")
session: Final[Expr] = column("session")
minute: Final[Expr] = column("minute")
raw: Final = _AsTraded()
