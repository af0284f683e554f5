"""The command `scanner`: its commands, each in the module of its noun."""

from __future__ import annotations

import os
import sys
import traceback
from contextlib import suppress
from io import TextIOWrapper

import typer

from tapehawk.cli import (
    bars,
    config,
    dashboard,
    data,
    db,
    deploy,
    doctor,
    explain,
    listing,
    live,
    ml,
    monitor,
    parity,
    quick,
    scan,
    serve,
    signals,
    sync,
    user,
)
from tapehawk.cli.exits import BUG, FINE, INTERRUPTED, Edge

app = typer.Typer(
    cls=Edge,
    name="scanner",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Scan a whole market for setups, in one definition that cannot see the future.",
    epilog="Start with [bold]scanner doctor[/], [bold]scanner list[/], "
    "[bold]scanner run --scanner-type breakout[/]. Settings: [bold]scanner config show[/].",
)
app.command("run")(scan.run)
app.command("formula")(scan.formula)
app.command("quick")(quick.quick)
app.command("live")(live.live)
app.command("replay")(live.replay)
app.command("parity")(parity.parity)
app.add_typer(signals.app, name="signals")
app.command("monitor")(monitor.monitor)
app.command("explain")(explain.explain)
app.command("list")(listing.scanners)
app.add_typer(config.app, name="config")
app.command("sync")(sync.sync)
app.command("import")(bars.import_)
app.command("export")(bars.export)
app.add_typer(data.app, name="data")
app.add_typer(ml.app, name="ml")
app.command("sql")(data.sql)
app.command("serve")(serve.serve)
app.command("dashboard")(dashboard.dashboard)
app.add_typer(user.app, name="user")
app.add_typer(db.app, name="db")
app.add_typer(deploy.app, name="deploy")
app.command("doctor")(doctor.doctor)


def main() -> None:
    """Run the command line and exit with its code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that lacks "≥" shows a question mark
    sys.exit(_run())


def _run() -> int:
    try:
        app()
    except SystemExit as end:
        return _flushed(end.code if isinstance(end.code, int) else BUG)
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception:  # noqa: BLE001  the outermost loop
        traceback.print_exc()
        print("error: this is a bug in tapehawk. Please report it with the lines above.", file=sys.stderr)
        return BUG
    return _flushed(FINE)


def _flushed(code: int) -> int:
    """Write out what is buffered; a reader who has left is no error, and the interpreter must not say one."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        with suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FINE
    return code
