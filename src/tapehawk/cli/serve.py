"""`scanner serve`: the HTTP service."""

from __future__ import annotations

from typing import Annotated

import typer

from tapehawk.cli.options import ConfigFile

Services = Annotated[
    list[str] | None,
    typer.Argument(metavar="[SERVICES]...", help="scanner, records, notifications, market-data, auth; all by default."),
]
Port = Annotated[int | None, typer.Option("--port", min=1, max=65_535, help="Port to listen on.")]


def serve(services: Services = None, port: Port = None, config_file: ConfigFile = None) -> None:
    """Serve the API, the sockets and the web app, until interrupted.

    All services in one process, or some: one that runs alone listens on its own port (scanner 3001, records 3002,
    notifications 3003, market-data 3004, auth 3005), and needs PostgreSQL and Redis to meet the others.

    [dim]scanner serve[/]
    [dim]scanner serve auth[/]
    [dim]scanner serve scanner records --port 3001[/]
    """
    from tapehawk.app.extras import need_extra

    need_extra("server", "the service")
    from tapehawk.app.house import SERVICES
    from tapehawk.app.serving import serve as served
    from tapehawk.app.settings import settings

    served(settings(config_file), services or SERVICES, port=port, say=lambda said: typer.echo(said, err=True))
