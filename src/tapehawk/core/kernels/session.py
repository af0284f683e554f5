"""Kernels that begin anew with each session: totals and extremes so far, the opening range, the usual volume by minute.

The `session` column says where sessions change. Common to the state: 1 once there is history, the last bar's session.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tapehawk.core.kernels import kernel


@kernel(inputs=2, width=lambda: 4, warmup=lambda: 0)
def session_sum(x: Any, session: Any, starts: Any, state: Any, params: Any, out: Any) -> None:
    """Sum of x since the session's first bar, compensated (Neumaier). State: 1, session, sum, compensation."""
    for k in range(starts.size - 1):
        seen, now, total, lost = state[k, 0], state[k, 1], state[k, 2], state[k, 3]
        for i in range(starts[k], starts[k + 1]):
            v, s = x[i], session[i]
            out[i] = np.nan
            if (v - v) + (s - s) != 0.0:
                continue
            if seen == 0.0 or s != now:
                seen, now, total, lost = 1.0, s, 0.0, 0.0
            t = total + v
            u = t - total
            lost += (total - (t - u)) + (v - u)
            total = t
            out[i] = total + lost
        state[k, 0], state[k, 1], state[k, 2], state[k, 3] = seen, now, total, lost


@kernel(inputs=2, width=lambda: 3, warmup=lambda: 0)
def session_first(x: Any, session: Any, starts: Any, state: Any, params: Any, out: Any) -> None:
    """First x of the session. State: 1, session, value."""
    for k in range(starts.size - 1):
        seen, now, first = state[k, 0], state[k, 1], state[k, 2]
        for i in range(starts[k], starts[k + 1]):
            v, s = x[i], session[i]
            out[i] = np.nan
            if (v - v) + (s - s) != 0.0:
                continue
            if seen == 0.0 or s != now:
                seen, now, first = 1.0, s, v
            out[i] = first
        state[k, 0], state[k, 1], state[k, 2] = seen, now, first


def _session_extreme(x: Any, session: Any, starts: Any, state: Any, sign: float, out: Any) -> None:
    for k in range(starts.size - 1):
        seen, now, best = state[k, 0], state[k, 1], state[k, 2]
        for i in range(starts[k], starts[k + 1]):
            v, s = x[i], session[i]
            out[i] = np.nan
            if (v - v) + (s - s) != 0.0:
                continue
            if seen == 0.0 or s != now or v * sign > best * sign:
                best = v
            seen, now, out[i] = 1.0, s, best
        state[k, 0], state[k, 1], state[k, 2] = seen, now, best


@kernel(inputs=2, width=lambda: 3, warmup=lambda: 0, uses=(_session_extreme,))
def session_highest(x: Any, session: Any, starts: Any, state: Any, params: Any, out: Any) -> None:
    """Highest x of the session so far. State: 1, session, value."""
    _session_extreme(x, session, starts, state, 1.0, out)


@kernel(inputs=2, width=lambda: 3, warmup=lambda: 0, uses=(_session_extreme,))
def session_lowest(x: Any, session: Any, starts: Any, state: Any, params: Any, out: Any) -> None:
    """Lowest x of the session so far. State: 1, session, value."""
    _session_extreme(x, session, starts, state, -1.0, out)


def _opening(x: Any, session: Any, minute: Any, starts: Any, state: Any, params: Any, sign: float, out: Any) -> None:
    """Extreme of the bars within `first` minutes from minute `begin`; null for a session with a bar across their edge.

    State: 1, session, extreme, what is known of this session (0 nothing yet, 1 an extreme, 2 a bar across the edge).
    """
    first, bar, begin = params[0], params[1], params[2]
    for k in range(starts.size - 1):
        row = state[k]
        for i in range(starts[k], starts[k + 1]):
            v, s, m = x[i], session[i], minute[i] - begin
            out[i] = np.nan
            if (v - v) + (s - s) + (m - m) != 0.0:
                continue
            if row[0] == 0.0 or s != row[1]:
                row[0], row[1], row[2], row[3] = 1.0, s, 0.0, 0.0
            if m < first and m + bar > 0.0:
                if m < 0.0 or m + bar > first:
                    row[3] = 2.0
                elif row[3] == 0.0 or (row[3] == 1.0 and v * sign > row[2] * sign):
                    row[2], row[3] = v, 1.0
            if row[3] == 1.0 and m + bar >= first:
                out[i] = row[2]


def _before_opened(first: float, bar: float, begin: float) -> int:
    return math.ceil((begin + first) / bar) - 1


@kernel(inputs=3, width=lambda *_: 4, warmup=_before_opened, uses=(_opening,))
def opening_highest(x: Any, session: Any, minute: Any, starts: Any, state: Any, params: Any, out: Any) -> None:
    """Highest x of a session's first minutes, once they are over. Numbers: these, a bar's, the open's minute."""
    _opening(x, session, minute, starts, state, params, 1.0, out)


@kernel(inputs=3, width=lambda *_: 4, warmup=_before_opened, uses=(_opening,))
def opening_lowest(x: Any, session: Any, minute: Any, starts: Any, state: Any, params: Any, out: Any) -> None:
    """Lowest x of a session's first minutes, once they are over. Numbers: these, a bar's, the open's minute."""
    _opening(x, session, minute, starts, state, params, -1.0, out)


def _fill(row: Any, width: int, first: int, last: int, value: float) -> None:
    """Write one value into the current session's place of the slots first … last - 1."""
    place = 5 + int(row[4])
    for slot in range(first, last):
        row[place + slot * width] = value


def _total(values: Any) -> float:
    """Sum in four sums, which the processor adds side by side."""
    whole = values.size - values.size % 4
    a, b, c, d = 0.0, 0.0, 0.0, 0.0
    for j in range(0, whole, 4):
        a += values[j]
        b += values[j + 1]
        c += values[j + 2]
        d += values[j + 3]
    for j in range(whole, values.size):
        a += values[j]
    return (a + b) + (c + d)


@kernel(
    inputs=3,
    width=lambda n, _bar, bars, _least: 5 + (int(n) + 1) * int(bars),
    warmup=lambda _n, _bar, bars, least: int(least) * int(bars),
    settling=lambda n, _bar, bars, least: max(int(n) - int(least), 0) * int(bars),
    uses=(_fill, _total),
)
def usual_so_far(so_far: Any, session: Any, minute: Any, starts: Any, state: Any, params: Any, out: Any) -> None:
    """Mean, over the n sessions before, of a running total at the same bar of the session; of fewer at first.

    A session without a bar there counts with what it had reached by then. Null before `least` sessions. Those before a
    hole longer than the n sessions (and a week) are forgotten: they are not the sessions before, and may have been
    measured otherwise. Numbers: n, a bar's minutes, bars a session, least.
    State: sessions begun (up to n + 1), session, next slot, last total, place of the current session; for each slot of
    a session a ring of n + 1 sessions' totals. The oldest session falls out of the mean only because it is still there:
    on 1-minute bars and n = 20 that is 66 kB a symbol (extended hours: 161 kB), and a live scan holds it twice, once as
    of the session's open. docs/decisions/0003-the-usual-volume-is-a-ring.md says why.
    """
    n, bar, bars, least = int(params[0]), params[1], int(params[2]), params[3]
    width = n + 1
    for k in range(starts.size - 1):
        row = state[k]
        for i in range(starts[k], starts[k + 1]):
            v, s, m = so_far[i], session[i], minute[i]
            out[i] = np.nan
            if (v - v) + (s - s) + (m - m) != 0.0 or m < 0.0 or m >= bar * bars:
                continue
            if row[0] == 0.0 or s != row[1]:
                if row[0] > 0.0 and s - row[1] > 1.4 * n + 7.0:
                    row[:] = 0.0
                if row[0] > 0.0:
                    _fill(row, width, int(row[2]), bars, row[3])
                row[0] = min(row[0] + 1.0, n + 1.0)
                row[1], row[2], row[3] = s, 0.0, 0.0
                row[4] = row[4] + 1.0 if row[4] < n else 0.0
            slot = int(m / bar)
            _fill(row, width, int(row[2]), slot, row[3])
            _fill(row, width, slot, slot + 1, 0.0)
            if row[0] > least:
                out[i] = _total(row[5 + slot * width : 5 + (slot + 1) * width]) / (row[0] - 1.0)
            _fill(row, width, slot, slot + 1, v)
            row[2], row[3] = slot + 1.0, v
