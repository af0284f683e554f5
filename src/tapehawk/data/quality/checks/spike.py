"""Bars whose price leaves and returns: a misprint, a decimal point in the wrong place, a session's open that is wrong.

    close   left for one bar: it jumps from the close before, and the next open and close are back
    open    left for a moment: it jumps from the close before, and the bar's own close is back

A jump is 30 % (less on shorter bars) and eight ordinary moves of the symbol; back is within a quarter of the jump. A
bar on more than three times its usual volume is news, not a misprint.
"""

from __future__ import annotations

import numpy as np

from tapehawk.core.series import SESSION_TIMEFRAMES, TIMEFRAMES
from tapehawk.core.sessions import date_of
from tapehawk.data.quality.examined import Examined
from tapehawk.data.quality.finding import Told
from tapehawk.data.quality.repairs import fetched_again
from tapehawk.data.quality.tape import Flags, Floats, Ints, Tape

MOVES = 8
SMALLEST = 0.3
WHOLE_MARKET = 0.05  # share of the symbols on one session that is told once


def check(examined: Examined) -> list[Told]:
    """Tell the spikes; a session on which many symbols have one is told once."""
    tape = examined.tape
    told: list[Told] = []
    for what, rows, value in (("close", *_closes(examined, tape)), ("open", *_opens(examined, tape))):
        days, counts = np.unique(tape.session[rows], return_counts=True)
        many = [day for day, count in zip(days.tolist(), counts.tolist(), strict=True) if _many(examined, day, count)]
        told += [_everywhere(day, what) for day in many]
        told += [_of_symbol(examined, what, row, value[row]) for row in rows if tape.session[row] not in many]
    return told


def _closes(examined: Examined, tape: Tape) -> tuple[Ints, Floats]:
    jump = tape.change
    with np.errstate(invalid="ignore"):
        left = np.abs(jump) > _smallest(examined)
        for back in (tape.overnight, tape.change):
            left &= np.abs(jump + tape.shifted(back, -1)) < np.abs(jump) / 4
    return _ordinary_volume(tape, _large(tape, left, jump)), tape.close


def _opens(examined: Examined, tape: Tape) -> tuple[Ints, Floats]:
    jump = tape.overnight
    with np.errstate(invalid="ignore"):
        left = (np.abs(jump) > _smallest(examined)) & (np.abs(tape.change) < np.abs(jump) / 4)
    return _ordinary_volume(tape, _large(tape, left, jump)), tape.open


def _smallest(examined: Examined) -> float:
    if examined.timeframe in SESSION_TIMEFRAMES:
        return SMALLEST
    return max(0.05, SMALLEST * float(np.sqrt(TIMEFRAMES[examined.timeframe] / 390)))


def _large(tape: Tape, left: Flags, jump: Floats) -> Ints:
    """Rows whose jump is many ordinary moves of the symbol, of twenty bars at least."""
    rows = np.flatnonzero(left)
    moves = np.clip(tape.before(tape.change, rows, 60), -0.4, 0.4)
    enough = np.count_nonzero(~np.isnan(moves), axis=1) >= 20
    ordinary = np.sqrt(np.nansum(moves**2, axis=1) / np.maximum(np.count_nonzero(~np.isnan(moves), axis=1), 1))
    large: Ints = rows[enough & (np.abs(jump[rows]) > MOVES * ordinary)]
    return large


def _ordinary_volume(tape: Tape, rows: Ints) -> Ints:
    before = tape.before(tape.volume, rows, 20)
    known = np.maximum(np.count_nonzero(~np.isnan(before), axis=1), 1)
    quiet: Ints = rows[tape.volume[rows] <= 3 * np.nansum(before, axis=1) / known]
    return quiet


def _many(examined: Examined, day: int, count: int) -> bool:
    return count >= 5 and count > WHOLE_MARKET * examined.symbols_across(day)


def _everywhere(day: int, what: str) -> Told:
    detail = f"the {what}s of many symbols leave and return: this session's {what}s are unreliable"
    return Told(None, day, "error", detail, "import this session again from a file that has it right")


def _of_symbol(examined: Examined, what: str, row: int, value: float) -> Told:
    tape, day = examined.tape, examined.day_of(row)
    symbol, before = tape.names[tape.symbol[row]], tape.close_before[row]
    detail = f"the {what} is {value:.6g}, after a close of {before:.6g}, and the price is back at once"
    return Told(symbol, day, "warning", detail, fetched_again(examined.series, date_of(day), [symbol]))
