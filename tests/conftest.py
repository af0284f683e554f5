"""What every test shares: the real bars beside the project, a home of its own, and the rule about skipped tests.

A test that needs something this machine lacks skips and says what. `make test` lists and counts the skips; with
`TAPEHAWK_NO_SKIPS=1` (set by `.ci/run`) each of them makes the run fail.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from tapehawk.records.database import Database

SHARED = Path(__file__).parents[2] / "shared" / "data"
NO_SKIPS = os.environ.get("TAPEHAWK_NO_SKIPS") == "1"

# No deadline and no health check of speed: a busy machine is not a bug. "ci" draws the same examples every time;
# `make soak` asks for "soak".
settings.register_profile(
    "ci",
    max_examples=10,
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


@pytest.fixture(scope="session")
def market(tmp_path_factory) -> Path:
    """Return a store with a year of 60 simulated names, and 5-minute bars of its last sessions."""
    from tests.simulated import fill_market

    return fill_market(tmp_path_factory.mktemp("market") / "store")


@pytest.fixture
def stored(market, monkeypatch) -> Path:
    """Make the simulated market the user's store."""
    monkeypatch.setenv("SCANNER_DATA_DIR", str(market))
    return market


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the user's settings and store out of the tests, and the tests out of them; work in an empty folder."""
    for name in [name for name in os.environ if name.startswith("SCANNER_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("SCANNER_DATA_DIR", str(tmp_path / "store"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)


# ------------------------------------------------------------------------------------------------ databases
# What one kind promises, the other keeps.

KINDS = ["sqlite", "postgresql"]


@pytest.fixture(params=KINDS)
def empty_database(request: pytest.FixtureRequest) -> Database:
    """Return a database without a table, of each kind."""
    made: Database = request.getfixturevalue(f"empty_{request.param}")
    return made


@pytest.fixture
def empty_sqlite(tmp_path: Path) -> Iterator[Database]:
    """Return a database without a table in a file."""
    from tapehawk.records.database import Database, sqlite_url

    made = Database(sqlite_url(tmp_path))
    yield made
    made.close()


@pytest.fixture
def empty_postgresql() -> Iterator[Database]:
    """Return a database without a table on a server."""
    from tapehawk.records.database import Database
    from tests.records.servers import bare_database

    with bare_database() as url:
        made = Database(url)
        yield made
        made.close()


@pytest.fixture(params=KINDS)
def database(request: pytest.FixtureRequest) -> Database:
    """Return a database with this version's tables, of each kind."""
    made: Database = request.getfixturevalue(request.param)
    return made


@pytest.fixture
def sqlite(empty_sqlite: Database) -> Database:
    """Return a database with this version's tables in a file."""
    from tests.records.tables import with_tables

    return with_tables(empty_sqlite)


@pytest.fixture
def postgresql() -> Iterator[Database]:
    """Return a database with this version's tables on a server."""
    from tapehawk.records.database import Database
    from tests.records.servers import fresh_database

    with fresh_database() as url:
        made = Database(url)
        yield made
        made.close()


@pytest.fixture(params=KINDS)
def database_url(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the settings name a database of each kind: a file in the store, or one on a server."""
    if request.param == "sqlite":
        yield
        return
    from tests.records.servers import fresh_database

    with fresh_database() as url:
        monkeypatch.setenv("DATABASE_URL", url)
        yield


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest first, so that nobody waits for them at the end."""
    items.sort(key=lambda item: "in_the_browser" not in item.nodeid)


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
