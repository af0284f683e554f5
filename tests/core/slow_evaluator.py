"""Another hand at evaluating expressions: one bar after another, in plain Python, None for null and for unknown."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from itertools import groupby

from tapehawk.core.expr import Expr
from tapehawk.core.panel import Panel

Value = float | bool | None
Bar = Mapping[str, float | None]
SIZES = {"1m": 1, "5m": 5, "15m": 15, "30m": 30, "1h": 60, "4h": 240}


def bars_of(panel: Panel, place: int) -> list[Bar]:
    """Return one symbol's bars."""
    rows = range(panel.starts[place], panel.starts[place + 1])
    return [{name: none_if_nan(float(column[i])) for name, column in panel.columns.items()} for i in rows]


def none_if_nan(value: float) -> float | None:
    return None if math.isnan(value) else value


def slowly(x: Expr, bars: Sequence[Bar], timeframe: str) -> list[Value]:
    """Return the value of x at each bar."""
    if x.op == "column":
        name = str(x.params[0])
        return [bar.get(name, bar.get(name.removeprefix("raw."))) for bar in bars]
    if x.op == "number":
        return [float(x.params[0])] * len(bars)
    if x.op == "on":
        return _on(x, bars, timeframe)
    args = [slowly(arg, bars, timeframe) for arg in x.args]
    if x.op in _EACH_BAR:
        return [_EACH_BAR[x.op](*values) for values in zip(*args, strict=True)]
    return _KERNELS[x.op](args[0], *map(int, x.params))


def _needing_all(function: Callable[..., Value]) -> Callable[..., Value]:
    """Null (or unknown) if an argument is, if the function is not defined there, and if it is not finite."""

    def careful(*values: Value) -> Value:
        if any(value is None for value in values):
            return None
        try:
            result = function(*values)
        except (ZeroDivisionError, ValueError, OverflowError):
            return None
        return result if isinstance(result, bool) or math.isfinite(result) else None

    return careful


def _and(a: Value, b: Value) -> Value:
    if a is False or b is False:
        return False
    return None if a is None or b is None else True


def _or(a: Value, b: Value) -> Value:
    if a is True or b is True:
        return True
    return None if a is None or b is None else False


_EACH_BAR: dict[str, Callable[..., Value]] = {
    "+": _needing_all(lambda a, b: a + b),
    "-": _needing_all(lambda a, b: a - b),
    "*": _needing_all(lambda a, b: a * b),
    "/": _needing_all(lambda a, b: a / b),
    "max": _needing_all(max),
    "min": _needing_all(min),
    "neg": _needing_all(lambda a: -a),
    "abs": _needing_all(abs),
    "sqrt": _needing_all(math.sqrt),
    "floor": _needing_all(lambda a: float(math.floor(a))),
    ">": _needing_all(lambda a, b: a > b),
    ">=": _needing_all(lambda a, b: a >= b),
    "<": _needing_all(lambda a, b: a < b),
    "<=": _needing_all(lambda a, b: a <= b),
    "==": _needing_all(lambda a, b: a == b),
    "and": _and,
    "or": _or,
    "not": lambda a: None if a is None else not a,
    "where": lambda c, a, b: None if c is None else (a if c else b),
    "number_of": lambda c: None if c is None else float(c),
    "known": lambda a: a is not None,
}


def _window(answer: Callable[[list[float]], float]) -> Callable[[list[Value], int], list[Value]]:
    def over(x: list[Value], n: int) -> list[Value]:
        windows = [x[i + 1 - n : i + 1] if i + 1 >= n else [None] for i in range(len(x))]
        return [None if None in window else answer(window) for window in windows]

    return over


def _delay(x: list[Value], n: int) -> list[Value]:
    return [x[i - n] if i >= n else None for i in range(len(x))]


def _ema(x: list[Value], n: int) -> list[Value]:
    alpha, last, out = 2.0 / (n + 1.0), None, []
    for v in x:
        if v is not None:
            last = v if last is None else alpha * v + (1.0 - alpha) * last
        out.append(None if v is None else last)
    return out


def _bars_since(x: list[Value]) -> list[Value]:
    last, out = None, []
    for i, v in enumerate(x):
        last = i if v == 1.0 else last
        out.append(None if last is None else float(i - last))
    return out


_KERNELS: dict[str, Callable[..., list[Value]]] = {
    "delay": _delay,
    "highest": _window(max),
    "lowest": _window(min),
    "sum": _window(math.fsum),
    "sma": _window(lambda window: math.fsum(window) / len(window)),
    "ema": _ema,
    "bars_since": _bars_since,
}


def _on(x: Expr, bars: Sequence[Bar], timeframe: str) -> list[Value]:
    """Give each bar the value of the last slow bar that was over when it began."""
    slower = str(x.params[0])
    if slower == timeframe:
        return slowly(x.args[0][1], bars, timeframe)
    buckets = [list(group) for _, group in groupby(bars, key=lambda bar: _bucket(bar, slower))]
    values = slowly(x.args[0], [_folded(bucket, slower) for bucket in buckets], slower)
    out: list[Value] = []
    for number, bucket in enumerate(buckets):
        out += [values[number - 1] if number else None] * len(bucket)
    return out


def _bucket(bar: Bar, slower: str) -> tuple[float, float]:
    session, minute = bar["session"], bar["minute"]
    if slower == "1w":
        return (session + 3) // 7, 0  # day 0 was a Thursday
    return (session, 0) if slower == "1d" else (session, minute // SIZES[slower])


def _folded(bars: list[Bar], slower: str) -> Bar:
    size = SIZES.get(slower)
    bar: dict[str, float | None] = {
        "session": bars[0]["session"],
        "minute": bars[0]["minute"] // size * size if size else 0.0,
    }
    for prefix in ("", "raw."):
        if f"{prefix}open" in bars[0]:
            bar[f"{prefix}open"], bar[f"{prefix}close"] = bars[0][f"{prefix}open"], bars[-1][f"{prefix}close"]
            bar[f"{prefix}high"] = max(b[f"{prefix}high"] for b in bars)
            bar[f"{prefix}low"] = min(b[f"{prefix}low"] for b in bars)
            volumes = [b[f"{prefix}volume"] for b in bars]
            bar[f"{prefix}volume"] = None if None in volumes else sum(volumes)
    return bar
