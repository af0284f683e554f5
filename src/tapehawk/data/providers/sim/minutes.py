"""The minutes of a session, made to add up to its daily bar.

A bridge of random steps runs from the day's open to its close. What of it lies above both is stretched so that its top
is the day's high, what lies below so that its bottom is the day's low; the extreme minutes get the extremes exactly.
Shares are dealt to the minutes along a U-shaped curve in whole steps that sum to the day's volume; a minute that gets
none has no bar. Premarket and after-hours minutes are extra: the first lead from the previous close to the open, the
others wander from the close.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from tapehawk.data.providers.sim.companies import Habits, generator
from tapehawk.data.providers.sim.sessions import SessionBars
from tapehawk.data.providers.sim.timeline import Bools, Floats, Ints

HALT: Final = 5  # minutes
LONGEST: Final = {"premarket": 330, "regular": 390, "after_hours": 240, "continuous": 1440}
STRETCH: Final = 3.0
PRINT: Final = 150.0  # shares


@dataclass(frozen=True)
class Minutes:
    """Minute bars of one phase, shape (n_sessions, minutes of the phase); a minute that is not `traded` has no bar."""

    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats
    traded: Bools


@dataclass(frozen=True)
class Chance:
    """The random numbers of one phase: `step` normal, `weight`, `over` and `under` exponential."""

    step: Floats
    weight: Floats
    over: Floats
    under: Floats


def chances(seed: int, habits: Habits, days: SessionBars, phases: tuple[str, ...]) -> dict[str, Chance]:
    """Return the random numbers of every phase, each session's from its own stream."""
    total = sum(LONGEST[phase] for phase in phases)
    step, rest = np.empty((len(days.seat), total)), np.empty((len(days.seat), 3, total))
    for row, (seat, ordinal) in enumerate(zip(days.seat.tolist(), days.ordinal.tolist(), strict=True)):
        stream = generator(seed, habits.stream, 3, seat, ordinal)
        stream.standard_normal(out=step[row])
        stream.standard_exponential(out=rest[row])
    found, start = {}, 0
    for phase in phases:
        cut = slice(start, start + LONGEST[phase])
        found[phase] = Chance(
            *(np.ascontiguousarray(part[:, cut]) for part in (step, rest[:, 0], rest[:, 1], rest[:, 2]))
        )
        start = cut.stop
    return found


def regular(days: SessionBars, chance: Chance, lengths: Ints, habits: Habits, *, flat: bool = False) -> Minutes:
    """Return the regular minutes of sessions that are `lengths` minutes long; `flat` volume for a continuous market."""
    minute = np.arange(chance.step.shape[1])
    within = minute < lengths[:, None]
    halted = (days.halted[:, None] >= 0) & (minute >= days.halted[:, None]) & (minute < days.halted[:, None] + HALT)
    curve = np.where(within & ~halted, 1.0 if flat else _u_shape(minute, lengths), 0.0)
    weight = curve * chance.weight if flat else sparse(curve, chance.weight, days.volume)
    volume = dealt(days.volume, weight, habits.volume_step)
    traded = volume > 0
    close = _bridge(days, chance.step, lengths, traded)
    open = _previous(close, traded, days.open)
    width = 0.25 * np.log(days.high / days.low)[:, None] / np.sqrt(lengths[:, None])
    high, low = _wicks(open, close, width * chance.over, width * chance.under, days.grid)
    high, low = np.minimum(high, days.high[:, None]), np.maximum(low, days.low[:, None])
    every = np.arange(len(high))
    high[every, np.where(traded, high, -np.inf).argmax(axis=1)] = days.high
    low[every, np.where(traded, low, np.inf).argmin(axis=1)] = days.low
    return Minutes(open, high, low, close, volume, traded)


def premarket(days: SessionBars, chance: Chance, habits: Habits) -> Minutes:
    """Return minutes that lead from the previous close to the open, busier the wider the gap; none on a first day."""
    minute = np.arange(chance.step.shape[1])
    gap = np.abs(np.log(days.open / days.before))
    share = np.where(np.isnan(gap), 0.0, np.clip(0.012 + 0.6 * np.nan_to_num(gap), 0.0, 0.2))
    curve = np.broadcast_to(0.1 + (minute / len(minute)) ** 2, chance.step.shape)
    start = np.where(np.isnan(gap), days.open, days.before)
    noise = 0.15 * np.nan_to_num(gap) + 0.002
    return _outside(start, np.log(days.open / start), noise, np.floor(share * days.volume), curve, chance, days, habits)


def after_hours(days: SessionBars, chance: Chance, lengths: Ints, habits: Habits) -> Minutes:
    """Return minutes that wander from the close, ever fewer."""
    minute = np.arange(chance.step.shape[1])
    curve = np.exp(-minute / 60.0) * (minute < lengths[:, None])
    still = np.zeros(len(days.open))
    volume = np.floor(0.012 * days.volume)
    return _outside(days.close, still, still + 0.003, volume, curve, chance, days, habits)


def sparse(curve: Floats, luck: Floats, volume: Floats) -> Floats:
    """Return the minutes' weights along a curve, 0 where nobody trades.

    Prints of `PRINT` shares fall by chance (Poisson), so that a quiet stock has minutes without one, if never all of
    them. `luck` is exponential: a minute without a print is one with little of it.
    """
    prints = (volume / PRINT)[:, None] * curve / curve.sum(axis=1, keepdims=True)
    printed = np.exp(-luck) <= -np.expm1(-prints)
    printed |= ~(printed & (curve > 0)).any(axis=1, keepdims=True)
    weight: Floats = curve * luck * printed
    return weight


def dealt(volume: Floats, weight: Floats, step: float) -> Floats:
    """Return `volume` dealt to the minutes by weight, in whole steps that sum to it; a weight of 0 gets none."""
    total = np.cumsum(weight, axis=1)
    sure = np.where(total[:, -1:] > 0, total[:, -1:], 1.0)
    return np.diff(np.floor(total / sure * (volume / step)[:, None]), axis=1, prepend=0.0) * step


def _outside(  # noqa: PLR0913 - one walk serves both phases outside regular hours
    start: Floats,
    climb: Floats,
    noise: Floats,
    volume: Floats,
    curve: Floats,
    chance: Chance,
    days: SessionBars,
    habits: Habits,
) -> Minutes:
    """Walk from `start` over a log distance of `climb`."""
    minutes = chance.step.shape[1]
    part = np.arange(1, minutes + 1) / minutes
    walk = np.cumsum(chance.step, axis=1) / np.sqrt(minutes)
    walk -= walk[:, -1:] * part
    path = np.log(start)[:, None] + climb[:, None] * part + noise[:, None] * walk
    shares = dealt(volume, sparse(curve, chance.weight, volume), habits.volume_step)
    traded = shares > 0
    close = _rounded(np.exp(path), days.grid)
    open = _previous(close, traded, start)
    width = 0.5 * noise[:, None] / np.sqrt(minutes)
    high, low = _wicks(open, close, width * chance.over, width * chance.under, days.grid)
    return Minutes(open, high, low, close, shares, traded)


def _bridge(days: SessionBars, step: Floats, lengths: Ints, traded: Bools) -> Floats:
    """Return closes on the grid, within the day's range, the last traded one the day's close."""
    open, high, low, close = (np.log(price)[:, None] for price in (days.open, days.high, days.low, days.close))
    minute = np.arange(1, step.shape[1] + 1)
    part = np.minimum(minute / lengths[:, None], 1.0)
    walk = np.cumsum(np.where(minute <= lengths[:, None], step, 0.0), axis=1) / np.sqrt(lengths[:, None])
    path = open + (close - open) * part + 0.6 * (high - low) * (walk - walk[:, -1:] * part)
    top, bottom = np.maximum(open, close), np.minimum(open, close)
    path = _stretched(path, top, high, traded)
    path = -_stretched(-path, -bottom, -low, traded)
    prices = np.clip(_rounded(np.exp(path), days.grid), days.low[:, None], days.high[:, None])
    last = prices.shape[1] - 1 - traded[:, ::-1].argmax(axis=1)
    prices[np.arange(len(prices)), last] = days.close
    return prices


def _stretched(path: Floats, top: Floats, high: Floats, traded: Bools) -> Floats:
    """Return the path with what is above `top` scaled so that its maximum is `high`."""
    over = path - top
    most = np.where(traded, over, 0.0).max(axis=1, keepdims=True)
    scale = np.minimum((high - top) / np.where(most > 0, most, np.inf), STRETCH)
    return np.where(over > 0, top + over * scale, path)


def _previous(close: Floats, traded: Bools, first: Floats) -> Floats:
    """Return the close of the last traded minute before each minute, `first` before there is one."""
    minute = np.arange(close.shape[1])
    latest = np.maximum.accumulate(np.where(traded, minute, -1), axis=1)
    before = np.concatenate((np.full((len(close), 1), -1), latest[:, :-1]), axis=1)
    return np.where(before >= 0, np.take_along_axis(close, np.maximum(before, 0), axis=1), first[:, None])


def _wicks(open: Floats, close: Floats, over: Floats, under: Floats, grid: Floats) -> tuple[Floats, Floats]:
    top, bottom = np.maximum(open, close), np.minimum(open, close)
    high = np.maximum(_rounded(top * (1 + over), grid), top)
    low = np.minimum(_rounded(bottom / (1 + under), grid), bottom)
    return high, low


def _rounded(price: Floats, grid: Floats) -> Floats:
    return np.maximum(np.rint(price * grid[:, None]), 1.0) / grid[:, None]


def _u_shape(minute: Ints, lengths: Ints) -> Floats:
    """Return the usual volume of each minute: heavy at the open, heavier in the first minute, rising to the close."""
    left = np.maximum(lengths[:, None] - 1 - minute, 0)
    curve: Floats = 0.6 + 1.9 * np.exp(-minute / 25.0) + 1.2 * np.exp(-left / 15.0)
    curve[:, 0] *= 3.0
    return curve
