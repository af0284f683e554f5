"""Signals and hit rates on screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from rich.console import Console
from rich.text import Text

from tapehawk.cli import numbers
from tapehawk.cli.funnel import side
from tapehawk.cli.report import SIDES
from tapehawk.cli.table import Column, listing, table

if TYPE_CHECKING:
    from tapehawk.app.signals import Rates
    from tapehawk.core.rates import Interval

Row = Mapping[str, Any]
MOST_ROWS: Final = 60
HITS: Final = "hits: target1 before the stop, of n closed; 95 %: as if signals were independent, and by whole dates"
STYLES: Final = {
    "active": "cyan", "triggered": "bold cyan", "expired": "dim", "cancelled": "dim",
    "success": "green", "failure": "red", "timed_out": "yellow",
}  # fmt: skip


def list_signals(out: Console, rows: Sequence[Row]) -> None:
    """Print signals, as many as are looked at."""
    from tapehawk.app.signals import HYPOTHETICAL

    if not rows:
        out.print("no signals; `scanner live` makes them")
        return
    counts = ", ".join(f"{n} {what}" for what, n in _counted(rows).items())
    out.print(Text.assemble(("signals", "bold cyan"), " · ", (f"{len(rows):,}", "bold"), f" · {counts}"))
    left_out = table(out, _columns(), [_told(row) for row in rows[:MOST_ROWS]])
    more = [f"{len(rows) - MOST_ROWS:,} older signals"] if len(rows) > MOST_ROWS else []
    more += [f"{left_out} more columns (a wider terminal shows them)"] if left_out else []
    if more:
        out.print(Text(f"… {' and '.join(more)}; --format csv or json has all", style="dim"))
    out.print(Text(HYPOTHETICAL, style="dim"))


def _counted(rows: Sequence[Row]) -> dict[str, int]:
    told = [_told(row)["stands"] for row in rows]
    return {what: told.count(what) for what in dict.fromkeys(told)}


def _told(row: Row) -> dict[str, Any]:
    """Return a row with how it stands in a word: what it came to where it is closed, else its status."""
    stands = row["outcome"] if row["status"] == "closed" and row["outcome"] != "no_trade" else row["status"]
    return {**row, "at": f"{row['bar_time'][:16].replace('T', ' ')}", "stands": stands}


def _columns() -> list[Column]:
    return [
        Column("id", "id", lambda value: str(value)[:6], right=False, style=lambda _: "dim"),
        Column("bar (UTC)", "at", numbers.plain, 2, right=False),
        Column("symbol", "symbol", numbers.plain, right=False, style=lambda _: "bold"),
        Column("side", "direction", side, right=False, style=lambda v: SIDES.get(v, "")),
        Column("scanner", "scanner", numbers.plain, 3, right=False),
        Column("pattern", "pattern", numbers.plain, 2, right=False, cut=16),
        Column("score", "score", numbers.ratio, 3),
        Column("entry", "entry", numbers.price, 2),
        Column("stop", "stop", numbers.price, 3),
        Column("target1", "target1", numbers.price, 3),
        Column("stands", "stands", lambda value: str(value).replace("_", " "), right=False, style=_style),
        Column("R", "r", _signed, 1, style=_gain),
        Column("P&L", "hypothetical_pnl", _signed, 4, style=_gain),
        Column("origin", "origin", numbers.plain, 2, right=False, style=lambda v: "" if v == "live" else "yellow"),
    ]


def _style(stands: object) -> str:
    return STYLES.get(str(stands), "")


def _signed(value: float | None) -> str:
    return "–" if value is None else f"{value:+,.2f}"


def _gain(value: float | None) -> str:
    return "" if value is None else "green" if value > 0 else "red" if value < 0 else ""


def show_signal(out: Console, row: Row, history: Sequence[Row]) -> None:
    """Print one signal: who, its levels, and what became of it."""
    from tapehawk.app.signals import HYPOTHETICAL

    title = Text.assemble((row["symbol"], "bold"), " ", (row["direction"], SIDES[row["direction"]]))
    title.append(f" {row['scanner']}, {row['pattern']}")
    for label in dict.fromkeys([*row["labels"], *([] if row["origin"] == "live" else [row["origin"]])]):
        title.append(f"  [{label}]", style="bold yellow")
    out.print(title)
    levels = ", ".join(f"{name} {numbers.price(row[name])}" for name in ("entry", "stop", "target1", "target2"))
    out.print(f"{levels} · score {numbers.ratio(row['score'])} · size {numbers.whole(row['position_size'])}")
    out.print(Text(f"{row['id']} · {row['setup_key']}", style="dim"), soft_wrap=True)
    out.print()
    listing(out, ("known at", "status", "price", "R", ""), list(map(_step, history)), right=(2, 3))
    if row["r"] is not None:
        out.print(f"hypothetical P&L {_signed(row['hypothetical_pnl'])}")
        out.print(Text(HYPOTHETICAL, style="dim"))


def _step(one: Row) -> tuple[object, ...]:
    """Return a change as a line of the listing."""
    said = [str(one["outcome"]).replace("_", " ")] if one["status"] == "closed" else []
    if one["bars_held"]:
        said.append(f"{one['bars_held']} bars, worst {_signed(one['mae'])} R, best {_signed(one['mfe'])} R")
    status = Text(one["status"], style=_style(one["status"]))
    return (
        one["at"],
        status,
        numbers.price(one["price"]),
        _signed(one["r"]),
        " · ".join(filter(None, [*said, one["reason"]])),
    )


def show_rates(out: Console, found: Rates) -> None:
    """Print hit rates with their intervals, and what they are made of."""
    from tapehawk.app.signals import HYPOTHETICAL

    title = Text.assemble(("hit rates", "bold cyan"), f" · {found.source}")
    for label in found.labels:
        title.append(f"  [{label}]", style="bold yellow")
    out.print(title)
    if not found.rates:
        out.print("no signals")
        return
    groups = [Column(name, name, lambda value: "–" if value is None else str(value), right=False) for name in found.by]
    rows = [{**one.flat(), "interval": _ends(one.interval), "dated": _ends(one.clustered)} for one in found.rates]
    table(out, [*groups, *_rate_columns(found)], rows)
    out.print(Text(f"{HITS}\n{HYPOTHETICAL}", style="dim"))
    for note in found.notes:
        out.print(Text.assemble(("note ", "bold yellow"), note))


def _rate_columns(found: Rates) -> list[Column]:
    scores = [Column("scores", "scores", numbers.plain, 3)] if "decile" in found.by else []
    return [
        *scores,
        Column("n", "n", numbers.whole),
        Column("hits", "rate", lambda value: "–" if value is None else f"{value:.1%}", style=lambda _: "bold"),
        Column("95 %", "interval", numbers.plain),
        Column("95 % by dates", "dated", numbers.plain),
        Column("dates", "dates", numbers.whole, 4),
        Column("mean R", "mean_r", _signed, 2, style=_gain),
        Column("timed out", "timed_out", numbers.whole, 3),
        Column("open", "open", numbers.whole, 4),
        Column("expired", "expired", numbers.whole, 4),
        Column("cancelled", "cancelled", numbers.whole, 4),
        Column("signals", "signals", numbers.whole, 3),
    ]


def _ends(interval: Interval | None) -> str:
    return "–" if interval is None else f"{interval.low:.1%} – {interval.high:.1%}"
