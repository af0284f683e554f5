"""The demo: a simulated market is made, scanned and explained, in a folder of its own."""

from __future__ import annotations

import os
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
