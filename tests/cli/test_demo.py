"""The demo: a simulated market is made, scanned and explained, in a folder of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tapehawk import demo


@pytest.mark.slow
def test_the_demo_shows_its_steps_prints_signals_and_says_what_to_type_next(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "tapehawk.demo"], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=280
    )
    assert (done.returncode, done.stderr) == (0, "")
    for step in ("filling a store", "compiling kernels", "building panels", "scanning 2025-12-31"):
        assert f"· {step}" in done.stdout
    assert "Signals of 2025-12-31, best first [simulated]" in done.stdout
    assert [path.name for path in tmp_path.iterdir() if path.name == "demo-data"] == ["demo-data"]
    assert not Path(os.environ["SCANNER_DATA_DIR"]).exists()
    commands = [line.strip() for line in done.stdout.splitlines() if line.startswith("  SCANNER_DATA_DIR=demo-data ")]
    assert len(commands) >= 5
    assert "in a browser: " in done.stdout
    for command in commands:
        answer = subprocess.run(["sh", "-c", command], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert answer.returncode == 0, (command, answer.stderr)


TOOLS = ("sh", "make", "touch", "find", "echo")
PRETENDED = {"node": "exit 0", "npm": 'echo "npm $*"', ".venv/bin/python": 'echo "python $*"'}


@pytest.fixture
def clone(tmp_path):
    """Return a clone in which everything is installed, and nothing built; programs only say how they were called."""
    for name in (
        "requirements/core.txt", "pyproject.toml", ".venv/bin/pip", ".venv/.core", ".venv/.warm", "web/package.json",
        "web/package-lock.json", "web/node_modules/.placed", "web/index.html", "web/openapi.json",
        "web/src/main.tsx", "web/public/icon.svg", "src/tapehawk/web_app/.placed",
    ):  # fmt: skip
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "Makefile").write_text((Path(__file__).parents[2] / "Makefile").read_text())
    (tmp_path / "tools").mkdir()
    for tool in TOOLS:
        (tmp_path / "tools" / tool).symlink_to(str(shutil.which(tool)))
    return tmp_path


def make_demo(clone: Path, *, node: bool) -> list[str]:
    for name, does in PRETENDED.items():
        if node or "/" in name:
            program = clone / (name if "/" in name else f"tools/{name}")
            program.write_text(f"#!/bin/sh\n{does}\n")
            program.chmod(0o755)
    environment = {"PATH": str(clone / "tools")}
    done = subprocess.run(
        ["make", "demo"], cwd=clone, env=environment, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return [line for line in done.stdout.splitlines() if line.startswith(("npm", "python"))]


def test_where_node_is_here_the_demo_builds_the_web_app_first(clone):
    installed, built, demo_run = make_demo(clone, node=True)
    assert installed.startswith("npm ci")
    assert built == "npm run --silent build"
    assert demo_run == "python -m tapehawk.demo"
    assert make_demo(clone, node=True) == ["python -m tapehawk.demo"]  # it is built


def test_without_node_the_demo_runs_all_the_same(clone):
    assert make_demo(clone, node=False) == ["python -m tapehawk.demo"]


def browser(monkeypatch, tmp_path, *, node: bool, built: bool, service: bool) -> list[str]:
    (tmp_path / "web_app").mkdir()
    if built:
        (tmp_path / "web_app" / "index.html").touch()
    monkeypatch.setattr(demo, "files", lambda _: tmp_path)
    monkeypatch.setattr(demo.shutil, "which", lambda name: name if node else None)
    monkeypatch.setattr(demo, "find_spec", lambda _: service or None)
    return demo.in_browser("scanner serve")


def test_it_says_how_to_see_the_same_in_a_browser(monkeypatch, tmp_path):
    assert browser(monkeypatch, tmp_path, node=True, built=True, service=True) == ["in a browser: scanner serve"]


def test_what_the_browser_still_needs_comes_before(monkeypatch, tmp_path):
    (said,) = browser(monkeypatch, tmp_path, node=True, built=False, service=False)
    assert said == "in a browser: make setup && make web && scanner serve"


def test_without_node_it_says_how_to_get_it(monkeypatch, tmp_path):
    said, how = browser(monkeypatch, tmp_path, node=False, built=False, service=True)
    assert said == "in a browser: make web && scanner serve"
    assert "https://nodejs.org" in how
