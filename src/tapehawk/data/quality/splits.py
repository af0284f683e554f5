"""Splits that prices do not know of: found by weighing two stories about an overnight jump.

    split     open ÷ previous close is a split's ratio, up to an ordinary night of this symbol; shares traded change the
              other way
    news      the symbol jumped: a heavy-tailed move of its own size, or rarely one of any size, on the volume that such
              moves bring

    evidence = ln P(jump | split) + ln P(volume | split) - ln P(jump | news) - ln P(volume | news) + ln prior

A bar is judged only where the whole of it lies beyond the whole of the bar before (no overlap, by at least a third of
the jump) and where the price stays: it was not on the new level within five bars before, and does not come back within
five bars after, as far as these are there. Nothing is judged on a symbol that mostly does not trade. A bar without a
trade counts only at an exact ratio: vendors re-scale the flat bars they fill in.

An ordinary night is the root mean square of the symbol's last 60 daily changes, each cut at 40 %, drawn towards 5 %
by ten bars' weight, so that a new listing has one too. What volume does was measured (docs/reference/quality.md):
a reverse split multiplies the dollar volume by about six, a forward split by 1.3, an upward jump on news the shares
by 300, a downward one by 20.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import lgamma, log, pi
from typing import Final

import numpy as np
import polars as pl

from tapehawk.data.quality.tape import Flags, Floats, Ints, Tape
from tapehawk.data.quality.tape import log as ln

COMMON: Final = {
    10: 25, 20: 16, 15: 10, 5: 9, 25: 8, 8: 7, 30: 6, 4: 6, 50: 4, 40: 4, 3: 4, 12: 4, 6: 3.5, 100: 3, 7: 2.5, 35: 2,
    16: 2, 2: 1.5, 9: 1.2, 18: 1, 14: 1, 200: 1, 80: 1, 60: 1,
}  # fmt: skip
"""Weight of reverse splits 1:n, from 2,000 of 2015 to 2026; the others have `RARE`."""
RARE: Final = 0.3
REVERSE: Final = (*range(2, 41), *range(44, 101), 110, 120, 125, 135, 150, 160, 175, 185, 200, 220, 240, 250, 300, 400)
FORWARD: Final = {
    (2, 1): 45, (3, 2): 15, (3, 1): 15, (4, 1): 8, (5, 1): 8, (10, 1): 5, (5, 4): 3, (20, 1): 2, (7, 1): 1, (6, 1): 1,
    (8, 1): 1, (4, 3): 1, (25, 1): 1, (15, 1): 0.5, (5, 2): 0.5, (50, 1): 0.3, (9, 1): 0.3, (30, 1): 0.3,
}  # fmt: skip

SMALLEST_JUMP: Final = 0.17  # ln(6/5): smaller ratios are lost among ordinary nights
FEWEST_BARS: Final = 5  # before a jump; less history is no loss, and no measure of what is ordinary
LONGEST_PAUSE: Final = 30  # days; after a longer one a jump is no overnight one
THRESHOLD: Final = 7.0
SURPRISE: Final = -11.0  # ln of the least density of news: calm symbols, too, are bought or ruined overnight
FORWARD_PRIOR: Final = -2.0  # reverse splits are ten times as many, and crashes more usual than their mirror image


@dataclass(frozen=True, eq=False)
class Jumps:
    """Jumps that are told as splits: `row` of the first bar after, new shares `to` for `since` old ones, `evidence`."""

    row: Ints
    to: Floats
    since: Floats
    evidence: Floats


NONE: Final = Jumps(np.empty(0, np.int64), np.empty(0), np.empty(0), np.empty(0))


@dataclass(frozen=True, eq=False)
class _Ratios:
    """The ratios considered: `jump` = ln(price after ÷ before), `weight` = ln of its share among its kind."""

    to: Floats
    since: Floats
    jump: Floats
    weight: Floats


def _ratios() -> _Ratios:
    reverse = {(1, n): COMMON.get(n, RARE) for n in REVERSE}
    shares = {pair: weight / sum(kind.values()) for kind in (reverse, FORWARD) for pair, weight in kind.items()}
    to, since = (np.array(column, dtype=np.float64) for column in zip(*shares, strict=True))
    return _Ratios(to, since, np.log(since / to), np.log(list(shares.values())))


RATIOS: Final = _ratios()


def missed_splits(tape: Tape) -> Jumps:
    """Find the jumps of daily bars that are told better as splits than as news.

    The bars must be adjusted for every split that is known. Weighs what follows a bar only as far as it is there.
    """
    rows = _suspects(tape)
    rows = rows[_stays(tape, rows)]
    jump, night = tape.overnight[rows], _ordinary_night(tape, rows)
    evidence, best = _evidence(jump, night, _usual_volume(tape, rows), tape.volume[rows])
    told = evidence >= THRESHOLD
    return Jumps(rows[told], RATIOS.to[best[told]], RATIOS.since[best[told]], evidence[told])


def _suspects(tape: Tape) -> Ints:
    """Rows that jump, do not overlap the bar before, and belong to a symbol that trades."""
    high, low = ln(tape.shifted(tape.high)), ln(tape.shifted(tape.low))
    jump = tape.overnight
    apart = np.where(jump > 0, ln(tape.low) - high, low - ln(tape.high))
    with np.errstate(invalid="ignore"):
        rows = np.flatnonzero((np.abs(jump) > SMALLEST_JUMP) & (apart > np.abs(jump) * 0.35))
    rows = rows[tape.session[rows] - tape.session[rows - 1] <= LONGEST_PAUSE]
    rows = rows[rows - tape.starts[tape.symbol[rows]] > FEWEST_BARS]
    idle = np.count_nonzero(tape.before(tape.volume, rows, 20) == 0, axis=1)
    trading: Ints = rows[idle <= np.minimum(rows - tape.starts[tape.symbol[rows]], 20) / 2]
    return trading


def _stays(tape: Tape, rows: Ints) -> Flags:
    """Whether the price was not on the new level shortly before, and does not come back shortly after."""
    jump, opened = tape.overnight[rows][:, None], ln(tape.open[rows])[:, None]
    with np.errstate(invalid="ignore"):
        been = np.abs(ln(tape.before(tape.close, rows, 6))[:, :-1] - opened) < np.abs(jump) * 0.4
        back = (opened - ln(tape.after(tape.close, rows, 5))) * np.sign(jump) > np.abs(jump) * 0.6
    never: Flags = np.logical_not(been.any(axis=1) | back.any(axis=1))
    return never


def _ordinary_night(tape: Tape, rows: Ints) -> Floats:
    changes = np.clip(tape.before(tape.change, rows, 60), -0.4, 0.4)
    known = np.count_nonzero(~np.isnan(changes), axis=1)
    night: Floats = np.sqrt((np.nansum(changes**2, axis=1) + 10 * 0.05**2) / (known + 10))
    return night


def _usual_volume(tape: Tape, rows: Ints) -> Floats:
    """Ln of the geometric mean of the volumes before, of 20 bars at most."""
    before = tape.before(tape.volume, rows, 20)
    known = np.maximum(np.count_nonzero(~np.isnan(before), axis=1), 1)
    usual: Floats = np.nansum(np.log1p(before), axis=1) / known
    return usual


def _evidence(jump: Floats, night: Floats, usual_volume: Floats, volume: Floats) -> tuple[Floats, Ints]:
    """Return the evidence for the likeliest ratio of each jump, and that ratio's place in RATIOS."""
    reverse, more = RATIOS.jump > 0, np.clip(np.log1p(volume) - usual_volume, -6, 9)[:, None]
    off = jump[:, None] - RATIOS.jump
    as_split = _student(off, np.where(reverse, 1.1, 0.7) * night[:, None], 5) + RATIOS.weight
    as_news = np.logaddexp(_student(jump, night, 3), SURPRISE)[:, None]
    centre, spread = np.where(reverse, 1.8, 0.25), np.where(reverse, 1.3, 0.55)
    traded = _student(more + RATIOS.jump - centre, spread, 5) - np.where(
        jump[:, None] > 0, _normal(more - 5.7, 2.0), _normal(more - 3.0, 1.4)
    )
    silent = (volume == 0)[:, None]
    evidence = as_split - as_news + np.where(silent, 0.0, traded) + np.where(reverse, 0.0, FORWARD_PRIOR)
    impossible = (reverse != (jump > 0)[:, None]) | (silent & (np.abs(off) > 0.003))
    evidence[np.broadcast_to(impossible, evidence.shape)] = -np.inf
    best = evidence.argmax(axis=1)
    return evidence[np.arange(jump.size), best], best


def _student(x: Floats, scale: Floats, freedom: float) -> Floats:
    """Ln of the density of Student's t."""
    constant = lgamma((freedom + 1) / 2) - lgamma(freedom / 2) - 0.5 * log(freedom * pi)
    density: Floats = constant - np.log(scale) - (freedom + 1) / 2 * np.log1p((x / scale) ** 2 / freedom)
    return density


def _normal(x: Floats, scale: float) -> Floats:
    """Ln of the density of the normal distribution."""
    density: Floats = -0.5 * (x / scale) ** 2 - log(scale) - 0.5 * log(2 * pi)
    return density


def told(tape: Tape, jumps: Jumps) -> pl.DataFrame:
    """Return jumps by name: symbol, date (first session after), split_to, split_from, evidence, and closes around."""
    return pl.DataFrame(
        {
            "symbol": pl.Series([tape.names[i] for i in tape.symbol[jumps.row]], dtype=pl.String),
            "date": pl.Series(tape.session[jumps.row], dtype=pl.Int32).cast(pl.Date),
            "split_to": jumps.to,
            "split_from": jumps.since,
            "evidence": jumps.evidence,
            "close_before": tape.close_before[jumps.row],
            "open": tape.open[jumps.row],
        }
    )
