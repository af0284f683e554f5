"""`scanner quick`: every symbol's side at once, then what is known more deeply of each, as it comes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from queue import Empty, SimpleQueue
from threading import Event as Flag
from typing import TYPE_CHECKING, Annotated, Final

import typer

from tapehawk.cli import options
from tapehawk.cli.options import ConfigFile, Format
from tapehawk.cli.scan import Universe

if TYPE_CHECKING:
    from tapehawk.app.broadcast import Broadcast
    from tapehawk.app.quick import TwoPhase
    from tapehawk.app.settings import Settings
    from tapehawk.cli.quick_screen import Shows
    from tapehawk.core.events import Event
    from tapehawk.scan.quick_question import QuickQuestion

MOST_MISSING: Final = 20
Named = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[SYMBOLS…]",
        help="Symbols to scan, AAPL NVDA BTC/USDT; default every stock stored, --universe crypto for coins.",
        show_default=False,
        autocompletion=options.complete_symbol,
    ),
]
Bars = Annotated[
    str | None,
    typer.Option(
        "--timeframe", metavar="BARS", help="Bars: 1m 5m 15m 30m 1h 4h 1d 1w; default 1d for stocks, 1h for crypto."
    ),
]

Watch = Annotated[
    bool,
    typer.Option("--watch", help="Go on until Ctrl-C: scan again every few minutes (a setting), and tell changes."),
]


def quick(
    symbols: Named = None,
    timeframe: Bars = None,
    universe: Universe = None,
    watch: Watch = False,
    config_file: ConfigFile = None,
    format_: Format = "table",
) -> None:
    """Scan in two phases: the side of each symbol's last closed bar at once, its deep analysis as that comes.

    Strongest first, which are also analysed first. Ctrl-C ends it with what is known by then. JSON is a message a line,
    as the sockets send them: `quickScanComplete`, `symbolAnalyzed`, `analysisProgress`, `deepAnalysisComplete`.

    [dim]scanner quick[/]
    [dim]scanner quick AAPL NVDA MSFT[/]
    [dim]scanner quick BTC/USDT ETH/USDT --timeframe 5m[/]
    [dim]scanner quick --universe etf --format json[/]
    [dim]scanner quick --watch[/]
    """
    from tapehawk.app.broadcast import broadcasting
    from tapehawk.app.quick import two_phase
    from tapehawk.app.settings import settings
    from tapehawk.cli.quick_screen import shown_by
    from tapehawk.cli.terminal import remark, screen, working
    from tapehawk.core.errors import BadInput
    from tapehawk.scan.deepening import daemon
    from tapehawk.scan.quick_question import QuickQuestion

    known = settings(config_file)
    minutes = known.streaming.quick_interval_minutes if watch else 0.0
    if watch and not minutes:
        raise BadInput("quick scans are not repeated", hint="scanner config set streaming.quick_interval_minutes 15")
    question = QuickQuestion(tuple(options.names(symbols)), timeframe, universe)
    bars = ", ".join(dict.fromkeys(question.timeframe_of(market) for market in question.markets))
    shown = shown_by(screen(known), f"{bars}{f' {universe}' if universe else ''}", as_json=format_ == "json")
    _say_coins(known, question)
    told: SimpleQueue[Event | BaseException] = SimpleQueue()
    with broadcasting(known) as bus:
        two = two_phase(known, partial(_tell, told, bus))
        with working(known, "opening") as step:
            scan = two.scanner.scan(
                question, periodic=watch, on_build=lambda: step(f"building the panel of {bars} bars (once)")
            )
        _take(told, shown)  # the rows
        with shown:
            daemon(partial(_deepen, two, question, told.put))  # may build panels, and Ctrl-C must not wait for that
            if watch:
                daemon(partial(two.run_periodically, minutes, Flag(), [question]))
            while watch or not shown.is_complete:
                _take(told, shown)
        two.scanner.close()
    _say_missing(scan.answer.missing)
    if bus.lost:
        remark(f"warning: other processes did not hear {bus.lost:,} events: {bus.trouble or 'the bus was away'}")


def _tell(told: SimpleQueue[Event | BaseException], bus: Broadcast, event: Event) -> None:
    told.put(event)
    bus.say(event)


def _take(told: SimpleQueue[Event | BaseException], shown: Shows) -> None:
    """Wait for what is told next and show it. Raises what kept the second phase from beginning."""
    news = None
    while news is None:
        with suppress(Empty):  # a Ctrl-C that comes just before a wait without end would wait with it
            news = told.get(timeout=0.2)
    if isinstance(news, BaseException):
        raise news
    shown.hear(news)


def _deepen(two: TwoPhase, question: QuickQuestion, fail: Callable[[BaseException], None]) -> None:
    try:
        two.deepen(question)
    except BaseException as error:  # noqa: BLE001 - raised again by who waits for the end
        fail(error)


def _say_coins(known: Settings, question: QuickQuestion) -> None:
    """Say that there are coins, where everyone is asked for and that is every stock."""
    from tapehawk.cli.terminal import remark
    from tapehawk.data.store import known_series
    from tapehawk.scan.quick_question import CRYPTO

    if question.symbols or question.universe not in (None, "all"):
        return
    stored = known_series(known.store, question.timeframe_of(CRYPTO)).values()
    if CRYPTO in {series.market for series in stored}:
        remark("stocks only; there are coins too: --universe crypto")


def _say_missing(missing: Mapping[str, str]) -> None:
    """Say which symbols have no row, and why."""
    from tapehawk.cli.terminal import remark

    for symbol, why in list(missing.items())[:MOST_MISSING]:
        remark(f"{symbol}: {why}")
    if len(missing) > MOST_MISSING:
        remark(f"and {len(missing) - MOST_MISSING:,} more symbols without a row")
