"""A command whose extra is not installed says what to install, and is no bug."""

from __future__ import annotations

import subprocess
import sys

import pytest

WITHOUT = """
import importlib.metadata, sys

AWAY = {name: name for name in ("sqlalchemy", "uvicorn", "fastapi", "streamlit")} | {"jwt": "pyjwt"}
version = importlib.metadata.version

class Nowhere:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in AWAY:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

def version_of(package):
    if package in AWAY.values():
        raise importlib.metadata.PackageNotFoundError(package)
    return version(package)

sys.meta_path.insert(0, Nowhere())
importlib.metadata.version = version_of
from tapehawk.cli.main import main
main()
"""


@pytest.mark.parametrize(
    ("command", "extra"),
    [
        (["serve"], "server"),
        (["user", "add", "ada@example.org"], "server"),
        (["db", "upgrade"], "server"),
        (["dashboard"], "dashboard"),
    ],
)
def test_a_command_without_its_extra_says_what_to_install(command, extra):
    done = subprocess.run([sys.executable, "-c", WITHOUT, *command], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    error, hint = done.stderr.splitlines()
    assert "needs what is not installed: " in error
    assert hint == f"hint: pip install 'tapehawk[{extra}]'"
