"""`scanner deploy`: what goes around the services."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tapehawk.cli.options import ConfigFile

app = typer.Typer(no_args_is_help=True, rich_markup_mode="rich")

Out = Annotated[Path | None, typer.Option("--out", help="File to write; standard output if none is named.")]
Listen = Annotated[int | None, typer.Option("--listen", min=1, max=65_535, help="Port: 80, with a certificate 443.")]
ServerName = Annotated[str, typer.Option("--server-name", help="Name that browsers ask for; `_` is any.")]
Certificate = Annotated[Path | None, typer.Option("--certificate", help="TLS: the certificate with its chain.")]
Key = Annotated[Path | None, typer.Option("--key", help="TLS: the certificate's private key.")]


@app.callback()
def deploy() -> None:
    """Configurations of what goes around the services.

    [dim]scanner deploy nginx[/]
    """


@app.command("nginx")
def nginx(
    out: Out = None,
    listen: Listen = None,
    server_name: ServerName = "_",
    certificate: Certificate = None,
    key: Key = None,
    config_file: ConfigFile = None,
) -> None:
    """Write nginx's configuration for services that run apart, at the ports they have by default.

    [dim]scanner deploy nginx --out /etc/nginx/conf.d/tapehawk.conf[/]
    """
    from tapehawk.app.deploying import Front, nginx_configuration
    from tapehawk.app.settings import settings

    front = Front(listen=listen, server_name=server_name, certificate=certificate, key=key)
    text = nginx_configuration(settings(config_file), front)
    if out is None:
        typer.echo(text, nl=False)
    else:
        out.write_text(text, encoding="utf-8")
        typer.echo(f"wrote {out}", err=True)
