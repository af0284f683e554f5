"""Lines that trail the price from one reversal to the next, and totals that trail an event.

What they answer depends on all that came since the last reversal or event, however long ago: they never settle by
themselves, and agree with a longer history from the first reversal or event that both have seen.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tapehawk.core.kernels import NEVER, kernel


@kernel(inputs=4, width=lambda _: 4, warmup=lambda _: 0, settling=lambda _: NEVER)
def supertrend_line(high: Any, low: Any, close: Any, span: Any, starts: Any, state: Any, params: Any, out: Any) -> None:
    """Band of the middle ∓ `multiple` × span that only closes in, on the side the close has not crossed.

    Begins above the price if the first close is below the bar's middle, else below. A bar with no span is passed over.
    State: 0 empty, 1 rising, 2 falling; last close, upper band, lower band.
    """
    for k in range(starts.size - 1):
        row = state[k]
        for i in range(starts[k], starts[k + 1]):
            h, l, c, s = high[i], low[i], close[i], span[i]
            out[i] = np.nan
            if (h - h) + (l - l) + (c - c) + (s - s) != 0.0:
                continue
            middle = 0.5 * (h + l)
            upper, lower = middle + params[0] * s, middle - params[0] * s
            if row[0] == 0.0:
                row[0] = 1.0 if c >= middle else 2.0
            else:
                upper = upper if upper < row[2] or row[1] > row[2] else row[2]
                lower = lower if lower > row[3] or row[1] < row[3] else row[3]
            row[0] = 2.0 if c <= (lower if row[0] == 1.0 else upper) else 1.0
            out[i] = lower if row[0] == 1.0 else upper
            row[1], row[2], row[3] = c, upper, lower


@kernel(inputs=2, width=lambda *_: 7, warmup=lambda *_: 1, settling=lambda *_: NEVER)
def wilder_stop(high: Any, low: Any, starts: Any, state: Any, params: Any, out: Any) -> None:
    """Wilder's parabolic stop. Numbers: acceleration, its greatest value.

    Begins at the second bar: falling if the low fell by more than the high rose, else rising; the stop is the first
    bar's other extreme. State: bars seen (up to 2), last high, low, stop, extreme, acceleration, 1 rising, -1 falling.
    """
    step, most = params[0], params[1]
    for k in range(starts.size - 1):
        seen, h1, l1, stop = state[k, 0], state[k, 1], state[k, 2], state[k, 3]
        extreme, speed, side = state[k, 4], state[k, 5], state[k, 6]
        for i in range(starts[k], starts[k + 1]):
            h, l = high[i], low[i]
            out[i] = np.nan
            if (h - h) + (l - l) != 0.0:
                continue
            if seen == 0.0:
                seen, h1, l1 = 1.0, h, l
                continue
            if seen == 1.0:
                side = -1.0 if l1 - l > 0.0 and l1 - l > h - h1 else 1.0
                stop, extreme, speed = (l1, h, step) if side > 0.0 else (h1, l, step)
                seen, h1, l1 = 2.0, h, l
            top, bottom = max(h, h1), min(l, l1)
            if (side > 0.0 and l <= stop) or (side < 0.0 and h >= stop):
                side, speed = -side, step
                stop = min(extreme, bottom) if side > 0.0 else max(extreme, top)
                extreme = h if side > 0.0 else l
                out[i] = stop
            else:
                out[i] = stop
                if (side > 0.0 and h > extreme) or (side < 0.0 and l < extreme):
                    extreme, speed = h if side > 0.0 else l, min(speed + step, most)
            stop += speed * (extreme - stop)
            stop = min(stop, bottom) if side > 0.0 else max(stop, top)
            h1, l1 = h, l
        state[k, 0], state[k, 1], state[k, 2], state[k, 3] = seen, h1, l1, stop
        state[k, 4], state[k, 5], state[k, 6] = extreme, speed, side


@kernel(inputs=3, width=lambda: 2, warmup=lambda: 0, settling=lambda: 34)
def heikin_ashi_open(open_: Any, close: Any, smooth: Any, starts: Any, state: Any, params: Any, out: Any) -> None:
    """Middle of the previous smoothed open and close (`smooth`); first of the bar's own. State: 1, next."""
    for k in range(starts.size - 1):
        seen, following = state[k, 0], state[k, 1]
        for i in range(starts[k], starts[k + 1]):
            o, c, s = open_[i], close[i], smooth[i]
            out[i] = np.nan
            if (o - o) + (c - c) + (s - s) != 0.0:
                continue
            out[i] = following if seen == 1.0 else 0.5 * (o + c)
            seen, following = 1.0, 0.5 * (out[i] + s)
        state[k, 0], state[k, 1] = seen, following


@kernel(inputs=2, width=lambda: 4, warmup=lambda: 0, settling=lambda: NEVER)
def anchored_sum(x: Any, anchor: Any, starts: Any, state: Any, params: Any, out: Any) -> None:
    """Sum of x since the last bar at which `anchor` became 1 (that bar included), compensated; null before the first.

    State: 1 once anchored, 1 if the anchor held at the last bar, sum, compensation.
    """
    for k in range(starts.size - 1):
        begun, held, total, lost = state[k, 0], state[k, 1], state[k, 2], state[k, 3]
        for i in range(starts[k], starts[k + 1]):
            v = x[i]
            holds = 1.0 if anchor[i] == 1.0 else 0.0
            if holds > held:
                begun, total, lost = 1.0, 0.0, 0.0
            held = holds
            out[i] = np.nan
            if v - v != 0.0 or begun == 0.0:
                continue
            t = total + v
            u = t - total
            lost += (total - (t - u)) + (v - u)
            total = t
            out[i] = total + lost
        state[k, 0], state[k, 1], state[k, 2], state[k, 3] = begun, held, total, lost
