"""What `--help` says of every command."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import typer

from tapehawk.cli.main import app


def below(path: str, command: Any) -> Iterator[tuple[str, Any]]:
    """Yield the commands of a group, and the groups, by what is typed."""
    for name, one in getattr(command, "commands", {}).items():
        yield f"{path} {name}", one
        yield from below(f"{path} {name}", one)


COMMANDS = dict(below("scanner", typer.main.get_command(app)))
OPTIONS = {option for command in COMMANDS.values() for one in command.params for option in one.opts}


@pytest.mark.parametrize("path", COMMANDS)
def test_every_command_has_an_example_of_its_own_with_options_that_exist(path):
    examples = "\n".join(re.findall(r"^ *\[dim\](.+)\[/\]$", COMMANDS[path].help, re.MULTILINE))
    assert re.search(rf"\b{path}\b", examples)
    assert set(re.findall(r"(?<= )--[a-z-]+", examples)) <= OPTIONS
