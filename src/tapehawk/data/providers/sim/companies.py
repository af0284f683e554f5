"""Who trades: the companies that hold the seats of the market, one after another, and what happens to them.

The market has a fixed number of *seats*, each held by one company at a time, so its breadth stays what was asked for
while names come and go. All that is known about a seat without making a bar is drawn here from the seat's own stream of
random numbers: the company's usual price, volatility, beta and dollar volume, the level at every block's edge,
successions, splits, halts. Dollar volumes follow a low-discrepancy sequence over the seats, so that a universe of any
size spans the whole lognormal.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

import numpy as np

from tapehawk.data.providers.sim.timeline import BLOCK, BLOCKS, SLOT, SLOTS, Bools, Floats, Ints, Rows, offset

GOLDEN: Final = 0.6180339887498949
LONGEST_LISTING: Final = 12  # sessions of its first block that a new company may miss
HALT_AT: Final = 1  # bars of a slot at which halts and splits fall: before any planted pattern begins
SPLIT_AT: Final = 4
FORWARD: Final = (2.0, 3.0, 1.5, 4.0)
REVERSE: Final = (0.1, 0.2, 0.125, 0.25)
BANKRUPT: Final = 6.0  # a company that fails loses all but a sixth in its last block


@dataclass(frozen=True)
class Habits:
    """What sets one market apart from another. Rates are per seat and block of 256 sessions; logs are natural.

    `overnight` is the share of a session's volatility that falls between close and open; `volume_step` is the smallest
    amount traded, a power of two so that sums are exact.
    """

    stream: int
    price: tuple[float, float, float, float]  # median, spread (log), least, most
    dollars: tuple[float, float, float, float]
    volatility: float
    overnight: float
    succession: float
    split: float
    halt: float
    volume_step: float
    planted: bool


US: Final = Habits(
    stream=1,
    price=(38.0, 1.0, 4.0, 420.0),
    dollars=(2e7, 2.0, 1e5, 1e10),
    volatility=0.021,
    overnight=0.45,
    succession=0.025,
    split=0.06,
    halt=0.06,
    volume_step=1.0,
    planted=True,
)
CRYPTO: Final = Habits(
    stream=2,
    price=(20.0, 3.0, 0.5, 60_000.0),
    dollars=(2e8, 1.0, 1e7, 1e10),
    volatility=0.035,
    overnight=0.0,
    succession=0.0,
    split=0.0,
    halt=0.0,
    volume_step=2.0**-6,
    planted=False,
)


def generator(seed: int, *key: int) -> np.random.Generator:
    """Return the stream of random numbers that belongs to a key and to nothing else."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=key)))


@dataclass(frozen=True)
class Companies:
    """What is known of some seats, shape (n_seats, BLOCKS), a column per block.

    `level` and `end` are the log prices as traded at the block's edges; `first` the position of the first session
    listed (0 unless newly listed); `split_at` and `halt_at` positions in the block, -1 for none.
    """

    seats: Ints
    generation: Ints
    price: Floats
    dollars: Floats
    volatility: Floats
    beta: Floats
    level: Floats
    end: Floats
    first: Ints
    leaves: Bools
    split_at: Ints
    ratio: Floats
    halt_at: Ints
    halt_length: Ints

    def of(self, rows: Rows) -> tuple[Ints, Ints]:
        """Return the index of each row's cell: `companies.level[companies.of(rows)]`."""
        order = np.argsort(self.seats)
        return order[np.searchsorted(self.seats, rows.seat, sorter=order)], rows.block


def companies(seed: int, habits: Habits, seats: Ints) -> Companies:
    """Return what happens on these seats over the whole simulation."""
    drawn = [generator(seed, habits.stream, 0, seat) for seat in seats.tolist()]
    chance = np.stack([g.random((BLOCKS, 8)) for g in drawn])
    normal = np.stack([g.standard_normal((BLOCKS + 1, 5)) for g in drawn])
    enters = (chance[:, :, 0] < habits.succession) & (np.arange(BLOCKS) > 0)
    enters &= np.cumsum(enters, axis=1) < 9  # a ticker has one digit
    leaves = np.roll(enters, -1, axis=1) & (np.arange(BLOCKS) < BLOCKS - 1)
    born = np.maximum.accumulate(np.where(enters, np.arange(BLOCKS), 0), axis=1)
    own = np.take_along_axis(normal[:, :, 1:], born[:, :, None], axis=1)
    size = _sizes(seats)[:, None]

    price = _lognormal(habits.price, 0.9 * own[:, :, 0] + 0.35 * size)
    moods = 0.3 * np.clip(normal[:, :, 0], -2.5, 2.5)
    fails = leaves & (chance[:, :, 1] < 0.5)
    split = _splits(habits, price, chance)
    return Companies(
        seats=seats,
        generation=np.cumsum(enters, axis=1),
        price=price,
        dollars=_lognormal(habits.dollars, size + 0.1 * own[:, :, 1]),
        volatility=np.clip(habits.volatility * np.exp(0.3 * own[:, :, 2] - 0.15 * size), 0.008, 0.05),
        beta=np.clip(1.0 + 0.35 * own[:, :, 3], 0.1, 2.2),
        level=np.log(price) + moods[:, :-1],
        end=np.log(price) + moods[:, 1:] - np.where(fails, np.log(BANKRUPT), 0.0),
        first=np.where(enters, 3 + (chance[:, :, 2] * (LONGEST_LISTING - 3)).astype(np.int64), 0),
        leaves=leaves,
        split_at=np.where(split != 1.0, SLOT * (1 + (chance[:, :, 4] * (SLOTS - 2)).astype(np.int64)) + SPLIT_AT, -1),
        ratio=split,
        halt_at=np.where(
            chance[:, :, 6] < habits.halt, SLOT * (1 + (chance[:, :, 7] * (SLOTS - 1)).astype(np.int64)) + HALT_AT, -1
        ),
        halt_length=1 + (chance[:, :, 7] * 1e4).astype(np.int64) % 3,
    )


@dataclass(frozen=True)
class Listing:
    """A company's time on its seat: first and last ordinal; None for a last one beyond the simulation."""

    seat: int
    generation: int
    first: int
    last: int | None


def listings(known: Companies) -> Iterator[Listing]:
    """Yield every company that ever holds one of these seats."""
    for row, seat in enumerate(known.seats.tolist()):
        starts = np.flatnonzero(np.diff(known.generation[row], prepend=-1)).tolist()
        ahead = int(offset(known.seats[row : row + 1])[0])
        for generation, block in enumerate(starts):
            last = starts[generation + 1] * BLOCK - ahead - 1 if generation + 1 < len(starts) else None
            yield Listing(seat, generation, max(0, block * BLOCK - ahead + int(known.first[row, block])), last)


def _sizes(seats: Ints) -> Floats:
    """Return each seat's place in the size order as a standard normal score."""
    places = np.mod((seats + 0.5) * GOLDEN, 1.0)
    normal = NormalDist()
    return np.array([normal.inv_cdf(min(max(place, 1e-4), 1 - 1e-4)) for place in places.tolist()])


def _lognormal(shape: tuple[float, float, float, float], score: Floats) -> Floats:
    median, spread, least, most = shape
    return np.clip(median * np.exp(spread * score), least, most)


def _splits(habits: Habits, price: Floats, chance: Floats) -> Floats:
    """Return new shares per old share in each block, 1 for no split: dear shares are split, cheap ones consolidated."""
    pick = (chance[:, :, 5] * 4).astype(np.int64)
    ratio = np.where(price >= 40.0, np.array(FORWARD)[pick], np.where(price < 20.0, np.array(REVERSE)[pick], 2.0))
    return np.where(chance[:, :, 3] < habits.split, ratio, 1.0)
