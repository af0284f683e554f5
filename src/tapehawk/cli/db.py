"""`scanner db`: the tables of the records."""

from __future__ import annotations

import typer

from tapehawk.cli.options import ConfigFile, Format

app = typer.Typer(no_args_is_help=True, rich_markup_mode="rich")


@app.callback()
def db() -> None:
    """The database of the records: users, signals, scans, jobs.

    [dim]scanner db upgrade[/]
    """


@app.command("upgrade")
def upgrade(config_file: ConfigFile = None, format_: Format = "table") -> None:
    """Bring the tables to this version of the program; several that try at once wait for each other.

    An embedded database is brought up to date by `scanner serve` itself, one that is shared only by this command.

    [dim]DATABASE_URL=postgresql://tapehawk@db/tapehawk scanner db upgrade[/]
    """
    from tapehawk.app.extras import need_extra

    need_extra("server", "the database of the records")
    from tapehawk.app.serving import upgraded
    from tapehawk.app.settings import settings
    from tapehawk.cli.answers import print_json

    before, now = upgraded(settings(config_file))
    if format_ == "json":
        print_json({"before": before, "now": now})
    elif before == now:
        typer.echo(f"the tables are at {now} already")
    else:
        typer.echo(f"the tables went from {before or 'nothing'} to {now}")
