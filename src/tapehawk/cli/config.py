"""`scanner config`: read and change settings; every value says where it came from."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

import typer

from tapehawk.cli import options
from tapehawk.cli.options import ConfigFile, Format

if TYPE_CHECKING:
    from pathlib import Path

    from tapehawk.app.settings import Settings

app = typer.Typer(invoke_without_command=True, rich_markup_mode="rich")
Name = Annotated[
    str,
    typer.Argument(metavar="SECTION.KEY", help="As in breakout.min_price.", autocompletion=options.complete_setting),
]
Part = Annotated[
    str,
    typer.Argument(metavar="SECTION[.KEY]", help="A key, or a section.", autocompletion=options.complete_setting),
]
Sections = Annotated[list[str] | None, typer.Argument(metavar="[SECTION…]", help="Only these sections.")]


@app.callback()
def config(
    ctx: typer.Context,
    scanner_type: Annotated[
        str | None,
        typer.Option(
            "--scanner-type", metavar="SECTION", help="Section or scanner.", autocompletion=options.complete_scanner
        ),
    ] = None,
    key: Annotated[str | None, typer.Option("--key", help="Key of that section.")] = None,
    value: Annotated[str | None, typer.Option("--value", help="Value to set; without it the key is shown.")] = None,
    config_file: ConfigFile = None,
    format_: Format = "table",
) -> None:
    """Read and change settings: get, set, reset, show, path.

    [dim]scanner config show[/]
    [dim]scanner config set breakout.min_price 100[/]
    [dim]scanner config --scanner-type breakout --key min_price --value 100[/]
    """
    if ctx.invoked_subcommand is not None:
        return
    section = scanner_type or "default"
    if key is None and value is not None:
        raise typer.BadParameter("--value needs --key, the name of what is set")
    if key is None:
        show([scanner_type] if scanner_type else None, config_file, format_)
    elif value is None:
        get(f"{section}.{key}", config_file, format_)
    else:
        set_(f"{section}.{key}", value, config_file, format_)


@app.command("get")
def get(name: Name, config_file: ConfigFile = None, format_: Format = "table") -> None:
    """Print a value.

    [dim]scanner config get breakout.min_price[/]
    """
    from tapehawk.app.checking import to_plain
    from tapehawk.app.settings import settings
    from tapehawk.cli.answers import print_json

    section, key = _split(name)
    found = settings(config_file).setting(section, key)
    if format_ == "json":
        print_json({"section": section, "key": key, "value": to_plain(found.value), "origin": found.origin})
    else:
        typer.echo(_text(found.value))


@app.command("set", context_settings={"ignore_unknown_options": True})  # a value may begin with -
def set_(
    name: Name,
    value: Annotated[str, typer.Argument(help="The new value.")],
    config_file: ConfigFile = None,
    format_: Format = "table",
) -> None:
    """Write a value into the settings file; comments and everything else in it stay.

    [dim]scanner config set risk.account_size 50000[/]
    """
    from tapehawk.app.checking import from_text

    section, key = _split(name)
    known = _to_change(config_file)
    _saved(known.update(section, **{key: from_text(known.model(section), key, value)}), section, [key], format_)


@app.command("reset")
def reset(name: Part, config_file: ConfigFile = None, format_: Format = "table") -> None:
    """Remove a key, or all keys of a section, from the settings file.

    [dim]scanner config reset breakout.min_price[/]
    """
    known = _to_change(config_file)
    whole = name in known.sections() or "." not in name
    section, key = (name, "") if whole else name.rsplit(".", 1)
    _saved(known.reset(section, *([key] if key else [])), section, [key] if key else [], format_)


@app.command("show")
def show(sections: Sections = None, config_file: ConfigFile = None, format_: Format = "table") -> None:
    """Print every value with where it came from.

    [dim]scanner config show breakout risk[/]
    """
    from tapehawk.app.sections import UNUSED, is_unused
    from tapehawk.app.settings import settings
    from tapehawk.cli.answers import print_json
    from tapehawk.cli.table import listing
    from tapehawk.cli.terminal import screen

    known = settings(config_file)
    found = {name: known.section(name) for name in sections or known.sections()}
    if format_ == "json":
        print_json(found)
        return
    out = screen(known)
    for name, values in found.items():
        out.print(f"[bold cyan]\\[{name}][/]")
        rows = [(k, _text(one.value), one.origin, UNUSED if is_unused(name, k) else "") for k, one in values.items()]
        listing(out, ("key", "value", "from", ""), rows)


@app.command("path")
def path(config_file: ConfigFile = None, format_: Format = "table") -> None:
    """Print which settings file is used, or would be written.

    [dim]scanner config path[/]
    """
    from tapehawk.app.settings import found_file
    from tapehawk.cli.answers import print_json, print_path

    found = config_file or found_file(os.environ)
    if format_ == "json":
        print_json({"path": found, "exists": found.exists()})
    else:
        print_path(found)


def _split(name: str) -> tuple[str, str]:
    section, dot, key = name.rpartition(".")
    if not dot:
        raise typer.BadParameter(f"{name!r} names no key: write SECTION.KEY, as in breakout.min_price")
    return section, key


def _to_change(config_file: Path | None) -> Settings:
    """Return the settings of a file that may not exist yet."""
    from tapehawk.app.settings import found_file, settings_at

    return settings_at(config_file or found_file(os.environ), os.environ)


def _saved(known: Settings, section: str, keys: list[str], format_: options.Shape) -> None:
    """Save, and print what holds now: the environment may say something else than the file."""
    from tapehawk.app.checking import to_plain
    from tapehawk.app.sections import UNUSED, is_unused
    from tapehawk.app.settings import settings
    from tapehawk.cli.answers import print_json
    from tapehawk.cli.terminal import remark

    file = known.save()
    now = settings(file).section(section)
    values = {key: now[key] for key in keys or now}
    if format_ == "json":
        about = {key: {"value": to_plain(one.value), "origin": one.origin} for key, one in values.items()}
        print_json({"section": section, "values": about, "path": file})
        return
    for key, one in values.items():
        typer.echo(f"{section}.{key} = {_text(one.value)}  ({one.origin})")
    if any(is_unused(section, key) for key in keys):
        remark(f"note: {UNUSED}")


def _text(value: object) -> str:
    from tapehawk.app.checking import to_plain

    if isinstance(value, bool):
        return str(value).lower()
    plain = to_plain(value)
    return ",".join(map(str, plain)) if isinstance(plain, list) else str(plain)
