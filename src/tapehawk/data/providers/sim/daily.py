"""From shapes to daily bars as traded.

A block's path is tied to the level at both its edges: what its returns leave over is spread evenly over the bars that
nothing was planted on. A split changes the price and the shares between two sessions and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from tapehawk.data.providers.sim.companies import Companies, Habits
from tapehawk.data.providers.sim.schedule import plant_all
from tapehawk.data.providers.sim.shapes import Shapes, ordinary
from tapehawk.data.providers.sim.timeline import BLOCK, Bools, Floats, Rows

WHOLE_CENTS_FROM: Final = 30.0  # usual price; cheaper shares print in hundredths of a cent
LEAST_SHARES: Final = 1.5e7  # of a bar that must have turnover
LEAST_TRADES: Final = 100.0  # volume steps a day


@dataclass(frozen=True)
class DailyBars:
    """Bars as traded, shape (n_rows, BLOCK); `traded` is false where there is no bar: not listed, or halted."""

    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats
    traded: Bools


def daily_bars(seed: int, habits: Habits, rows: Rows, known: Companies) -> DailyBars:
    """Return the bars of whole blocks."""
    shapes = ordinary(seed, habits, rows, known)
    if habits.planted:
        plant_all(shapes, rows, known)
    level = known.level[known.of(rows)][:, None]
    ratio = np.log(split_ratios(rows, known))
    close = _tied_path(shapes, rows, known)
    before = np.concatenate((level, close[:, :-1]), axis=1)
    open = before + shapes.gap - ratio
    close -= ratio
    high = np.maximum(open, close) + shapes.up
    low = np.minimum(open, close) - shapes.down
    grid = ticks(known.price[known.of(rows)])[:, None]
    open, high, low, close = (to_grid(np.exp(log, out=log), grid) for log in (open, high, low, close))
    volume = _volume(shapes, habits, rows, known, close)
    return DailyBars(open, high, low, close, volume, _traded(rows, known))


def ticks(price: Floats) -> Floats:
    """Return ticks per unit of price of symbols whose usual price is this."""
    return np.where(price >= WHOLE_CENTS_FROM, 100.0, 10_000.0)


def to_grid(price: Floats, grid: Floats) -> Floats:
    """Return prices rounded to whole ticks, at least one; order is kept."""
    return np.maximum(np.rint(price * grid), 1.0) / grid


def split_ratios(rows: Rows, known: Companies) -> Floats:
    """Return new shares per share of the block's first session, shape (n_rows, BLOCK)."""
    cell = known.of(rows)
    at = known.split_at[cell][:, None]
    return np.where((at >= 0) & (np.arange(BLOCK) >= at), known.ratio[cell][:, None], 1.0)


def _tied_path(shapes: Shapes, rows: Rows, known: Companies) -> Floats:
    """Return log closes in shares of the block's first session."""
    cell = known.of(rows)
    climb = known.end[cell] - known.level[cell] + np.log(known.ratio[cell])
    left = climb - (shapes.gap + shapes.body).sum(axis=1)
    shapes.body[...] += np.where(shapes.free, (left / shapes.free.sum(axis=1))[:, None], 0.0)
    path: Floats = np.cumsum(shapes.gap + shapes.body, axis=1) + known.level[cell][:, None]
    return path


def _volume(shapes: Shapes, habits: Habits, rows: Rows, known: Companies, close: Floats) -> Floats:
    """Return share volumes: the usual dollars over the usual price, times the shape's factor, times splits."""
    cell = known.of(rows)
    elapsed = np.arange(BLOCK) / BLOCK
    usual = known.level[cell][:, None] + (known.end - known.level)[cell][:, None] * elapsed
    shares = known.dollars[cell][:, None] * np.exp(shapes.volume - usual) * split_ratios(rows, known)
    least = np.where(shapes.turnover > 0, np.maximum(LEAST_SHARES, shapes.turnover / close), 0.0)
    steps = np.rint(np.maximum(shares, least) / habits.volume_step)
    return np.maximum(steps, LEAST_TRADES) * habits.volume_step


def _traded(rows: Rows, known: Companies) -> Bools:
    cell, at = known.of(rows), np.arange(BLOCK)
    halt, length = known.halt_at[cell][:, None], known.halt_length[cell][:, None]
    halted = (halt >= 0) & (at >= halt) & (at < halt + length)
    return (at >= known.first[cell][:, None]) & ~halted
