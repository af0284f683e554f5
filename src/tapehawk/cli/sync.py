"""`scanner sync`: bars from a provider into the store, and the fetching of `scanner run --fetch`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from tapehawk.cli import options
from tapehawk.cli.options import DATE, ConfigFile, Format, Symbols, Timeframe
from tapehawk.core.instants import datetime_of

if TYPE_CHECKING:
    from tapehawk.app.asking import Asked
    from tapehawk.app.settings import Settings
    from tapehawk.app.syncing import Told
    from tapehawk.core.errors import TapehawkError
    from tapehawk.data.sync.planning import SyncPlan
    from tapehawk.data.sync.report import Progress, SyncReport

Since = Annotated[
    dt.date | None,
    typer.Option(
        "--since",
        parser=options.date,
        metavar=DATE,
        help="First session; default: a year back, a month for minutes, as far as the plan reaches.",
    ),
]


def sync(
    provider: Annotated[
        str,
        typer.Option("--provider", metavar="NAME", help="Who is asked.", autocompletion=options.complete_provider),
    ],
    timeframe: Timeframe = "1d",
    symbols: Symbols = None,
    universe: Annotated[
        str | None,
        typer.Option("--universe", metavar="NAME", help="A type or exchange of the listed symbols, or `crypto`."),
    ] = None,
    since: Since = None,
    watch: Annotated[bool, typer.Option("--watch", help="Go on: sync again after every session.")] = False,
    config_file: ConfigFile = None,
    format_: Format = "table",
) -> None:
    """Fetch bars, splits, dividends and listings into the store; what it has is not fetched again.

    The plan is shown first: calls, credits, minutes, bytes. A sync that was stopped goes on where it was; sessions or
    rows that should have come and did not are an error. Without symbols or universe: the whole market.

    [dim]scanner sync --provider polygon --since 2024-01-02[/]
    [dim]scanner sync --provider polygon --timeframe 1m --symbols AAPL,MSFT --since 2026-01-02[/]
    [dim]scanner sync --provider flatfiles --timeframe 1m --since 2026-11-02 --watch[/]
    """
    from tapehawk.app.settings import settings
    from tapehawk.app.syncing import SyncAsked, run
    from tapehawk.cli.answers import print_json

    known = settings(config_file)
    asked = SyncAsked(provider, timeframe, tuple(options.names(symbols)), universe, since)

    def show(plan: SyncPlan, report: SyncReport) -> None:
        if format_ == "json":
            print_json({"plan": facts(plan), "report": report})
        else:
            _show(known, report)

    with _telling(known, show) as told:
        run(known, asked, told, watching=watch)


def fetch(known: Settings, asked: Asked) -> None:
    """Fetch what a scan lacks, with the plan and the result as remarks."""
    from tapehawk.app.lacking import fetch as fetched

    with _telling(known, lambda *_: None) as told:
        fetched(known, asked, told)


@contextmanager
def _telling(known: Settings, show: Callable[[SyncPlan, SyncReport], None]) -> Iterator[Told]:
    """Yield who is told: plan and trouble as remarks, progress as a bar, reports by `show`."""
    from tapehawk.app.syncing import Told
    from tapehawk.cli.exits import tell
    from tapehawk.cli.terminal import counting, remark

    counts: list[Callable[[int, int, str], None]] = []
    plans: list[SyncPlan] = []
    with ExitStack() as bar:

        def on_plan(plan: SyncPlan) -> None:
            for line in _plan_lines(plan):
                remark(line)
            plans[:] = [plan]
            counts[:] = [bar.enter_context(counting(known, "syncing"))]

        def on_progress(now: Progress) -> None:
            counts[0](now.done, now.steps, _rate(now))

        def on_report(report: SyncReport) -> None:
            bar.close()
            show(plans[0], report)

        def on_trouble(error: TapehawkError) -> None:
            bar.close()
            tell(error)

        yield Told(on_plan, on_progress, remark, on_report, on_trouble, _waiting)


def facts(plan: SyncPlan) -> dict[str, object]:
    """Return a plan for programs: counts in place of its steps."""
    wanted = plan.wanted
    return {
        "provider": plan.provider,
        "plan": plan.plan,
        "market": plan.market,
        "timeframe": wanted.timeframe,
        "symbols": None if wanted.symbols is None else len(wanted.symbols),
        "start": wanted.start,
        "end": wanted.end,
        "steps": len(plan.steps),
        "done": len(plan.done),
        "absent": len(plan.absent),
        "reference": [step.what for step in plan.reference],
        "calls": plan.calls,
        "credits": plan.credits,
        "minutes": round(plan.minutes, 1),
        "bytes": plan.bytes,
        "note": plan.note,
    }


def _plan_lines(plan: SyncPlan) -> Iterator[str]:
    """Yield the plan for people."""
    from tapehawk.cli import numbers

    wanted = plan.wanted
    who = "the whole market" if wanted.symbols is None else f"{len(wanted.symbols):,} named"
    yield f"{plan.provider} ({plan.plan}): {wanted.timeframe} bars of {who}, {wanted.start} to {wanted.end}"
    yield f"  route    {plan.note}"
    if plan.reference:
        yield f"  besides  {', '.join(step.what for step in plan.reference)}"
    cost = f"{plan.calls:,} calls, {plan.credits:,} credits, {_time(plan)}, about {numbers.size(plan.bytes)}"
    steps = f"{len(plan.steps):,} steps, {len(plan.done):,} done before"
    yield f"  cost     {steps}: {cost}"


def _time(plan: SyncPlan) -> str:
    from tapehawk.cli import numbers

    if plan.per_minute is None:
        return "no limit of the plan"
    time = f"about {numbers.duration(plan.minutes * 60)}" if plan.minutes else "less than a minute"
    return f"{time} by the plan's limit of {plan.per_minute:,} a minute"


def _rate(now: Progress) -> str:
    from tapehawk.cli import numbers

    if now.done == now.steps:
        return f"{now.rows:,} bars, being checked"
    rate = now.rows / now.seconds if now.seconds else 0.0
    left = "" if now.left is None else f", {numbers.duration(now.left)} left"
    return f"{now.rows:,} bars, {rate:,.0f}/s{left}"


def _show(known: Settings, done: SyncReport) -> None:
    from tapehawk.cli import numbers
    from tapehawk.cli.terminal import screen

    out, bars = screen(known), done.bars
    counts = f"{bars.new:,} new, {bars.revised:,} corrected, {bars.unchanged:,} unchanged"
    out.print(f"{done.timeframe} bars: {counts}; every session from {done.start} to {done.end} is there")
    steps = f"{done.steps:,} steps, {done.before:,} done before"
    for name, said in {
        "actions": f"{done.actions.new:,} new, {done.actions.revised:,} corrected",
        "symbols": f"{done.symbols.new:,} new, {done.symbols.revised:,} changed",
        "asked": f"{steps}, {done.calls:,} calls in {numbers.duration(done.seconds)}",
        "series": ", ".join(done.series),
    }.items():
        if said:
            out.print(Text.assemble((f"  {name:9}", "dim"), said))
    for said in _oddities(done):
        out.print(Text(f"  {said}", style="yellow"))


def _oddities(done: SyncReport) -> Iterator[str]:
    """Yield what is no error and worth a look."""
    for reason, rows in done.rejected.items():
        yield f"refused  {rows:,} rows: {reason} (in {done.reject_file})"
    if done.findings:
        kinds = ", ".join(f"{count:,} {kind}" for kind, count in done.findings.items())
        yield f"found    {kinds}; scanner data check tells them"
    if done.silent:
        yield f"no bars of {len(done.silent):,} listed symbols: {', '.join(done.silent[:5])}"
    if done.halts:
        yield f"{done.halts:,} sessions without a bar of a symbol that others had: halts, or losses"


def _waiting(until: int) -> None:
    from tapehawk.cli.terminal import remark

    remark(f"the next sync is at {datetime_of(until):%Y-%m-%d %H:%M} UTC; Ctrl-C ends this")
