"""Reading what providers send: a session of the whole market, and a minute of it over a stream.

Peer: Python's own JSON and a list of rows. Both make the same frame; the bytes are in Massive's shape.
"""

from __future__ import annotations

import json

import numpy as np
import polars as pl
from pydantic import SecretStr

from benchmarks.measure import Result, in_turn, times
from tapehawk.data.providers.polygon.reading import bars_of, read_bars
from tapehawk.data.providers.polygon.stream import PolygonStream
from tapehawk.data.providers.wire.secrets import Keys
from tapehawk.data.providers.wire.trouble import Answer

ROWS = 11_000
MINUTE = 10_000
CLOSE = 1_795_208_400_000  # ms


def results() -> list[Result]:
    """Measure both."""
    return [_grouped(), _minute()]


def _grouped() -> Result:
    answer = Answer(200, {}, _grouped_daily())

    def ours() -> pl.DataFrame:
        return bars_of(read_bars(answer).results or [], timeframe="1d")

    def peer() -> pl.DataFrame:
        names = {"T": "symbol", "t": "time", "o": "open", "h": "high", "l": "low", "c": "close", "v": "volume"}
        frame = pl.DataFrame(json.loads(answer.body)["results"]).select(list(names)).rename(names)
        return frame.with_columns(pl.from_epoch("time", time_unit="ms")).sort("symbol", "time")

    if ours()["volume"].to_list() != peer()["volume"].to_list():
        raise AssertionError("both must make the same bars")
    mine, theirs = in_turn([ours, peer], 15, warm=3)
    return Result(
        f"a grouped-daily answer of {ROWS:,} rows, bytes to sorted bars",
        str(mine),
        f"json and polars {theirs}",
        f"{times(mine, theirs):.1f}×",
        "≤ 25 ms",
        mine.median <= 0.025,
    )


def _minute() -> Result:
    frames = [_stream_frame(first) for first in range(0, MINUTE, 1000)]

    def ours() -> int:
        stream = PolygonStream("ws://nowhere", ["*"], keys=Keys.bearer(SecretStr("no-key")))
        return sum(len(stream.read(frame, 0)) for frame in frames)

    def peer() -> int:
        return sum(len(json.loads(frame)) for frame in frames)

    if not ours() == peer() == MINUTE:
        raise AssertionError("every bar must be read")
    mine, theirs = in_turn([ours, peer], 15, warm=3)
    return Result(
        f"{MINUTE:,} minute bars of a stream, frames to numbered bars",
        str(mine),
        f"json alone {theirs}",
        f"{times(mine, theirs):.1f}×",
        "a part of 150 ms",
    )


def _grouped_daily() -> bytes:
    chance = np.random.default_rng(1)
    rows = [{"T": f"{_name(i)}", **_prices(chance), "t": CLOSE, "n": 512_334} for i in range(ROWS)]
    rows = [rows[i] for i in chance.permutation(ROWS).tolist()]
    head = {"queryCount": ROWS, "resultsCount": ROWS, "adjusted": False, "status": "OK", "request_id": "a" * 16}
    return json.dumps({**head, "count": ROWS, "results": rows}, separators=(",", ":")).encode()


def _stream_frame(first: int) -> str:
    chance = np.random.default_rng(first)
    start = {"s": CLOSE, "e": CLOSE + 60_000}
    every = [
        {"ev": "AM", "sym": _name(i), **_prices(chance), "av": 1_203_321, "op": 230.9, "a": 231.3, "z": 82, **start}
        for i in range(first, first + 1000)
    ]
    return json.dumps(every, separators=(",", ":"))


def _name(number: int) -> str:
    return "".join(chr(65 + number // 26**place % 26) for place in range(4))


def _prices(chance: np.random.Generator) -> dict[str, float]:
    low = round(chance.uniform(1, 400), 4)
    span = [round(low + chance.uniform(0, 5), 4) for _ in range(2)]
    return {
        "v": round(chance.uniform(1e3, 4e7), 2),
        "vw": low,
        "o": min(span),
        "c": max(span),
        "h": round(max(span) + 0.5, 4),
        "l": low,
    }
