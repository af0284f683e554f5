"""The shape of every bar before it has a price: log distances, on which patterns are easy to plant.

    gap   log(open / previous close)      up    log(high / max(open, close)) ≥ 0
    body  log(close / open)               down  log(min(open, close) / low) ≥ 0
    volume  log(share volume / usual)

A symbol's return is beta × the market's + its own. Both have volatility that clusters (the log of it is an AR(1)) and
fat tails (`fat`: a normal z becomes z (0.8 + 0.12 z²) / 1.2, of about unit variance).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tapehawk.data.providers.sim.companies import Companies, Habits, generator
from tapehawk.data.providers.sim.timeline import BLOCK, Bools, Floats, Ints, Rows

MARKET_VOLATILITY = 0.009
PERSISTENCE = 0.95


@dataclass(frozen=True)
class Shapes:
    """Bars of shape (n_rows, BLOCK); `free` are those that nothing was planted on, so the path may drift there.

    `turnover` is the least dollar volume that a bar must have (0 for no demand).
    """

    gap: Floats
    body: Floats
    up: Floats
    down: Floats
    volume: Floats
    free: Bools
    turnover: Floats

    def true_range(self) -> Floats:
        """Return the log true range of every bar."""
        top = np.maximum(np.maximum(self.gap, self.gap + self.body) + self.up, 0.0)
        return top - np.minimum(np.minimum(self.gap, self.gap + self.body) - self.down, 0.0)


def ordinary(seed: int, habits: Habits, rows: Rows, known: Companies) -> Shapes:
    """Return bars as an ordinary market makes them."""
    cell = known.of(rows)
    normal, wick = _draws(seed, habits, rows)
    mood = clustered(normal[:, 2])
    volatility = known.volatility[cell][:, None] * np.exp(mood)
    beta = known.beta[cell][:, None]
    first = int(rows.start.min())
    overnight, intraday = market_returns(seed, habits, first, int(rows.start.max()) + BLOCK - 1)
    at = rows.ordinals() - first
    gap, body = fat(normal[:, 0]), fat(normal[:, 1])
    volume = 0.8 * mood + 0.35 * normal[:, 3] + np.minimum(0.3 * np.abs(body), 1.5) - 0.3
    return Shapes(
        gap=habits.overnight * volatility * gap + beta * overnight[at],
        body=0.85 * volatility * body + beta * intraday[at],
        up=0.35 * volatility * wick[:, 0],
        down=0.35 * volatility * wick[:, 1],
        volume=volume,
        free=np.ones((len(rows.seat), BLOCK), bool),
        turnover=np.zeros((len(rows.seat), BLOCK)),
    )


def market_returns(seed: int, habits: Habits, first: int, last: int) -> tuple[Floats, Floats]:
    """Return the market's own log returns (overnight, intraday) of the ordinals from `first` to `last`."""
    blocks = range(first // BLOCK, last // BLOCK + 1)
    normal = np.stack([generator(seed, habits.stream, 1, block + 1).standard_normal((3, BLOCK)) for block in blocks])
    volatility = MARKET_VOLATILITY * np.exp(clustered(normal[:, 2]))
    asked = slice(first - blocks[0] * BLOCK, last - blocks[0] * BLOCK + 1)
    overnight = habits.overnight * volatility * fat(normal[:, 0])
    intraday = 0.85 * volatility * fat(normal[:, 1])
    return overnight.ravel()[asked], intraday.ravel()[asked]


def fat(normal: Floats) -> Floats:
    """Return normal numbers with their tails fattened, none beyond 8."""
    return np.clip(normal * (0.8 + 0.12 * normal * normal) / 1.2, -8.0, 8.0)


def clustered(normal: Floats) -> Floats:
    """Return an AR(1) along the last axis with standard deviation 0.3, begun in its stationary state."""
    steps = np.ascontiguousarray(normal.T) * (0.3 * np.sqrt(1 - PERSISTENCE**2))
    steps[0] = normal[:, 0] * 0.3
    for at in range(1, len(steps)):
        steps[at] += PERSISTENCE * steps[at - 1]
    return np.ascontiguousarray(steps.T)


def _draws(seed: int, habits: Habits, rows: Rows) -> tuple[Floats, Floats]:
    """Return (normal (n_rows, 4, BLOCK), exponential (n_rows, 2, BLOCK)), each row from its own stream."""
    normal, exponential = np.empty((len(rows.seat), 4, BLOCK)), np.empty((len(rows.seat), 2, BLOCK))
    for row, (seat, block) in enumerate(zip(rows.seat.tolist(), rows.block.tolist(), strict=True)):
        stream = generator(seed, habits.stream, 2, seat, block)
        stream.standard_normal(out=normal[row])
        stream.standard_exponential(out=exponential[row])
    return normal, exponential


def windows(matrix: Floats, rows: Ints, columns: Ints, length: int) -> Floats:
    """Return the `length` bars before each (row, column), shape (n, length)."""
    found: Floats = matrix[rows[:, None], columns[:, None] + np.arange(-length, 0)]
    return found
