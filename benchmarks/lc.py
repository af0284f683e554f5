"""`lc` over the real daily bars: Tapehawk against pandas and Polars, the same hits."""

from __future__ import annotations

import datetime as dt

import numpy as np

from benchmarks.market import SINCE, panel, real_frame, real_store
from benchmarks.measure import Result, in_turn, timed, times
from tapehawk.catalog import scanner_type
from tapehawk.core.panel import Block, Panel
from tapehawk.core.scanner import Scanner, setups_for
from tapehawk.core.search import find
from tapehawk.core.signals import signal_columns
from tapehawk.core.watch import Found, Watch

_EPOCH = dt.date(1970, 1, 1)


def watch(scanner: Scanner, timeframe: str = "1d") -> Watch:
    """Return a scanner's question, with all that is shown of a hit."""
    setups = setups_for(scanner, timeframe)
    return Watch(scanner.type(), scanner.universe(), setups, tuple(map(signal_columns, setups)))


def search(
    bars: Panel, scanners: list[Scanner], since: dt.date, *, threads: int = 2, everywhere: bool = False
) -> list[Found]:
    """Scan every bar since a date."""
    first = (since - _EPOCH).days

    def select(block: Block) -> np.ndarray:
        return (block.column("session") >= first).view(np.uint8) * np.uint8(2)

    return find(bars, [watch(s) for s in scanners], select, threads=threads, everywhere=everywhere)


def results() -> list[Result]:
    """Run the comparison."""
    from benchmarks.peers import lc_pandas, lc_polars

    bars, frame, lc = panel(real_store()), real_frame(), scanner_type("lc")()
    pandas_frame = frame.to_pandas()
    ours, memory, streaming, staged = in_turn(
        [
            lambda: search(bars, [lc], SINCE),
            lambda: lc_polars.scan(frame, SINCE, "in-memory"),
            lambda: lc_polars.scan(frame, SINCE, "streaming"),
            lambda: lc_polars.scan(lc_polars.liquid_symbols(frame, SINCE), SINCE, "in-memory"),
        ]
    )
    since = np.datetime64(SINCE)
    slow = timed(lambda: lc_pandas.scan(pandas_frame.copy(), since), runs=1, warm=0)
    best = min(memory, streaming, key=lambda t: t.median)
    _same_hits(bars, search(bars, [lc], SINCE), lc_polars.scan(frame, SINCE, "in-memory"))
    claim = "`lc`, 6.06 M real bars, shown columns for hits"
    return [
        Result(claim, str(ours), f"pandas {slow}", f"{times(ours, slow):.0f}×", "≥ 100×", times(ours, slow) >= 100),
        Result(
            claim,
            str(ours),
            f"Polars, the faster engine {best}",
            f"{times(ours, best):.1f}×",
            "≥ 4×",
            times(ours, best) >= 4,
        ),
        Result(
            claim,
            str(ours),
            f"Polars, symbols without a liquid day dropped first {staged}",
            f"{times(ours, staged):.1f}×",
            "–",
        ),
    ]


def _same_hits(bars: Panel, found: list[Found], peer: object) -> None:
    for one in found:
        mine = {(bars.symbols[s], int(bars.columns["session"][b])) for s, b in zip(one.symbol, one.bar, strict=True)}
        rows = peer.filter(one.setup.pattern).select("symbol", "date").rows()  # type: ignore[attr-defined]
        if mine != {(symbol, (date - _EPOCH).days) for symbol, date in rows}:
            raise SystemExit(f"{one.setup.pattern}: the programs disagree, so their times mean nothing")
