"""What every test shares: the real bars beside the project, a home of its own, and the rule about skipped tests.

A test that needs something this machine lacks skips and says what. `make test` lists and counts the skips; with
`TAPEHAWK_NO_SKIPS=1` (set by `.ci/run`) each of them makes the run fail.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

SHARED = Path(__file__).parents[2] / "shared" / "data"
NO_SKIPS = os.environ.get("TAPEHAWK_NO_SKIPS") == "1"

# No deadline and no health check of speed: a busy machine is not a bug. "ci" draws the same examples every time;
# `make soak` asks for "soak".
settings.register_profile(
    "ci",
    max_examples=25,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("soak", settings.get_profile("ci"), max_examples=5_000, derandomize=False, print_blob=True)
settings.load_profile("ci")


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the folder of real bars; its README says what each file is. Nothing in it may be changed or copied."""
    if not SHARED.is_dir():
        pytest.skip("needs the real bars in ../shared/data")
    return SHARED


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the user's settings and store out of the tests, and the tests out of them; work in an empty folder."""
    for name in [name for name in os.environ if name.startswith("SCANNER_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("SCANNER_DATA_DIR", str(tmp_path / "store"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail the run for its skips where none are allowed (the worker processes of xdist have no reporter)."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if NO_SKIPS and reporter and reporter.stats.get("skipped") and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many tests were skipped, and whether that is allowed here; `-rs` lists them with their reasons."""
    skipped = len(terminalreporter.stats.get("skipped", []))
    if skipped and NO_SKIPS:
        terminalreporter.write_line(f"FAILED: {skipped} skipped, and TAPEHAWK_NO_SKIPS=1 allows none", red=True)
    elif skipped:
        terminalreporter.write_line(f"{skipped} skipped for want of what is listed above", yellow=True)
