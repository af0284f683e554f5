"""`scanner dashboard`: the analyst's bench in the browser."""

from __future__ import annotations

from typing import Annotated

import typer

from tapehawk.cli.options import ConfigFile

Host = Annotated[
    str | None,
    typer.Option("--host", metavar="ADDRESS", help="Address to listen on; default: the setting streamlit.host."),
]
Port = Annotated[
    int | None, typer.Option("--port", min=1, max=65_535, help="Port to listen on; default: streamlit.port.")
]


def dashboard(host: Host = None, port: Port = None, config_file: ConfigFile = None) -> None:
    r"""Show the dashboard in the browser, until interrupted: scans by sliders, live rounds, charts, comparisons.

    It asks this machine's store as `run` does, and needs no service. It asks nobody who they are: who reaches its
    address sees what is stored here, so it listens on this machine only unless it is told otherwise.

    [dim]pip install 'tapehawk\[dashboard]'[/]
    [dim]scanner dashboard[/]
    [dim]scanner dashboard --port 8600[/]
    """
    from tapehawk.app.dashboard import show
    from tapehawk.app.settings import settings

    show(settings(config_file), host=host, port=port, say=lambda said: typer.echo(said, err=True))
