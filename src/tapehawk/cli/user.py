"""`scanner user`: who may use the service, said on the machine it runs on."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from tapehawk.cli.options import ConfigFile, Format

app = typer.Typer(no_args_is_help=True, rich_markup_mode="rich")
Role = Annotated[Literal["admin", "user", "viewer"], typer.Option("--role", help="What they may do.")]


@app.callback()
def user() -> None:
    """Add users of the service.

    [dim]scanner user add ada@example.org[/]
    """


@app.command("add")
def add(
    email: Annotated[str, typer.Argument(metavar="EMAIL", help="What they sign in with.")],
    role: Role = "user",
    config_file: ConfigFile = None,
    format_: Format = "table",
) -> None:
    """Add a user; the password is asked for, and never an argument that others could see.

    [dim]scanner user add ada@example.org --role admin[/]
    """
    from tapehawk.app.extras import need_extra

    need_extra("server", "the service")
    from tapehawk.accounts.joining import Newcomer
    from tapehawk.app.house import House
    from tapehawk.app.serving import ready
    from tapehawk.app.settings import settings
    from tapehawk.cli.answers import print_json

    house = House(settings(config_file))
    try:
        ready(house)
        password = typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
        user = house.accounts.joining.add(Newcomer(email, password), role)
    finally:
        house.close()
    if format_ == "json":
        print_json({"id": user.id, "email": user.email, "role": user.role})
    else:
        print(f"{user.email} is {'an' if role == 'admin' else 'a'} {role} now")
