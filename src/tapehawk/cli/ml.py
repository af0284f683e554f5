"""`scanner ml`: models that learn from a scanner's past signals: trained, looked at, asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from tapehawk.cli import options
from tapehawk.cli.options import Assignments, ConfigFile, EndDate, Format, OneScanner, StartDate, Timeframe

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import Console

    from tapehawk.app.learning import Predictions

app = typer.Typer(no_args_is_help=True, rich_markup_mode="rich")
Hours = Annotated[Literal["regular", "extended"], typer.Option("--hours", help="Trading hours.")]
Universe = Annotated[
    str | None,
    typer.Option("--universe", metavar="NAME", help="A type or exchange of the stored symbols, or `crypto`."),
]
Seed = Annotated[int, typer.Option("--seed", min=0, max=2**31 - 1, help="What chance in the training begins with.")]


@app.callback()
def ml() -> None:
    """Train models on a scanner's past signals, see how good they are, and ask them.

    [dim]scanner ml train --scanner-type breakout[/]
    [dim]scanner ml card breakout[/]
    """


@app.command("train")
def train(
    scanner_type: OneScanner,
    start_date: StartDate = None,
    end_date: EndDate = None,
    timeframe: Timeframe = "1d",
    hours: Hours = "regular",
    universe: Universe = None,
    seed: Seed = 7,
    set_: Assignments = None,
    config_file: ConfigFile = None,
    format_: Format = "table",
) -> None:
    """Train a model on a scanner's past signals, judge it on what it has not seen, and keep it with its card.

    [dim]scanner ml train --scanner-type volume_spike[/]
    [dim]scanner ml train --scanner-type breakout --set min_price=5 --seed 3[/]
    """
    from tapehawk.app.asking import Asked
    from tapehawk.app.learning import train as trained
    from tapehawk.app.settings import settings
    from tapehawk.cli import terminal

    known = settings(config_file)
    asked = Asked(
        scanners=[scanner_type],
        start_date=start_date,
        end_date=end_date,
        timeframe=timeframe,
        hours=hours,
        universe=universe,
        parameters=_parameters(set_),
    )
    with terminal.working(known, "opening") as step:
        stored = trained(known, asked, seed=seed, on_step=step)
    _print_card(terminal.screen(known), stored.card, format_)


@app.command("card")
def card(
    scanner: Annotated[
        str, typer.Argument(metavar="SCANNER", help="The scanner.", autocompletion=options.complete_scanner)
    ],
    timeframe: Timeframe = "1d",
    hours: Hours = "regular",
    universe: Universe = None,
    config_file: ConfigFile = None,
    format_: Format = "table",
) -> None:
    """Show a model's card: what it was trained on, and how good it is on what it has not seen.

    [dim]scanner ml card breakout[/]
    """
    from tapehawk.app.asking import Asked
    from tapehawk.app.learning import card as stored_card
    from tapehawk.app.settings import settings
    from tapehawk.cli import terminal

    known = settings(config_file)
    stored = stored_card(known, Asked(scanners=[scanner], timeframe=timeframe, hours=hours, universe=universe))
    _print_card(terminal.screen(known), stored.card, format_)


@app.command("predict")
def predict(
    scanner_type: OneScanner,
    symbols: Annotated[list[str] | None, typer.Argument(metavar="SYMBOLS", help="Only these; default: all.")] = None,
    timeframe: Timeframe = "1d",
    hours: Hours = "regular",
    universe: Universe = None,
    set_: Assignments = None,
    config_file: ConfigFile = None,
    format_: Format = "table",
) -> None:
    """Say how likely a scanner's latest hits reach their target before their stop, or why that is not said.

    [dim]scanner ml predict --scanner-type breakout AAPL NVDA[/]
    """
    from tapehawk.app.asking import Asked
    from tapehawk.app.learning import predict as predicted
    from tapehawk.app.settings import settings
    from tapehawk.cli import terminal
    from tapehawk.cli.answers import print_json

    known = settings(config_file)
    asked = Asked(
        scanners=[scanner_type],
        symbols=options.names(symbols),
        timeframe=timeframe,
        hours=hours,
        universe=universe,
        parameters=_parameters(set_),
    )
    with terminal.working(known, "opening") as step:
        said = predicted(known, asked, on_step=step)
    if format_ == "json":
        print_json(said)
    else:
        _show_predictions(terminal.screen(known), said)


def _parameters(set_: list[str] | None) -> Mapping[str, str]:
    from tapehawk.app.asking import assignments

    return assignments(set_ or ())


def _print_card(out: Console, card: Mapping[str, Any], format_: str) -> None:
    from tapehawk.cli.answers import print_json
    from tapehawk.cli.model_card import show

    if format_ == "json":
        print_json(card)
    else:
        show(out, card)


def _show_predictions(out: Console, said: Predictions) -> None:
    from tapehawk.cli import numbers
    from tapehawk.cli.report import SIDES
    from tapehawk.cli.table import Column, table

    if not said.available:
        out.print(f"{said.scanner} abstains: {said.reason}", markup=False)
        return
    columns = [
        Column("symbol", "symbol", right=False),
        Column("pattern", "pattern", rank=3, right=False),
        Column("side", "direction", right=False, style=lambda side: SIDES[side]),
        Column("probability", "probability", lambda value: f"{value:.1%}"),
        Column("entry", "entry", numbers.price, rank=2),
        Column("stop", "stop", numbers.price, rank=2),
        Column("target1", "target1", numbers.price, rank=2),
    ]
    out.print(f"{said.scanner}: target1 before the stop, as of {said.as_of}", markup=False)
    if said.labels:
        out.print(", ".join(said.labels), style="yellow", markup=False)
    if said.rows:
        table(out, columns, said.rows)
    else:
        out.print("no hits", style="dim")
    if said.unknown:
        out.print(f"{numbers.many(said.unknown, 'hit')} without a probability: a feature is unknown", style="dim")
