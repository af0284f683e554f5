"""The live desk killed with signal 9 at any point: its lives together give each user what an unbroken one gives."""

from __future__ import annotations

import os
import random
import subprocess
import sys

import pytest

from tapehawk.app.house import House
from tapehawk.app.settings import settings
from tests.app.live_service import MARKET, MINUTE
from tests.records.servers import fresh_database
from tests.scan.live_market import HOURS

HERE = pytest.importorskip("tests").__path__[0] + "/.."
UNTIL = HOURS.open + 25 * MINUTE
WANTED = ("status", "position_size", "risk_amount", "entry_price")


def lived(home, kill_at: int, url: str = "") -> subprocess.CompletedProcess:
    environment = {**os.environ, **MARKET, "PYTHONPATH": os.pathsep.join(sys.path)}
    environment |= {"SCANNER_DATA_DIR": str(home / "store"), **({"DATABASE_URL": url} if url else {})}
    return subprocess.run(
        [sys.executable, "-m", "tests.app.live_killed", str(UNTIL), str(kill_at)],
        cwd=HERE,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def has_begun(home, url: str) -> bool:
    """Say whether the records know of users and of a desk that scanned."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SCANNER_DATA_DIR", str(home / "store"))
        if url:
            patch.setenv("DATABASE_URL", url)
        house = House(settings())
        with house.database.read() as records:
            found = records.users.by_email("ada@example.org") and records.live_desks.found()
        house.close()
    return found is not None


def signals(home, url: str = "") -> dict:
    """What each user has, by setup."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SCANNER_DATA_DIR", str(home / "store"))
        if url:
            patch.setenv("DATABASE_URL", url)
        house = House(settings())
        found = {}
        with house.database.read() as records:
            for name in ("ada", "bob"):
                user = records.users.by_email(f"{name}@example.org")
                rows = records.of(user.id).signals.page(limit=1000).items
                found[name] = {row["setup_key"]: [row[one] for one in WANTED] for row in rows if known(row) <= UNTIL}
                assert len({row["setup_key"] for row in rows}) == len(rows)
        house.close()
    return found


def known(row) -> float:
    return row["available_at"].timestamp() * 1e6


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory):
    """How many writes a run takes that nobody kills, and what it gave."""
    home = tmp_path_factory.mktemp("unbroken")
    done = lived(home, 0)
    assert done.returncode == 0, done.stderr
    return int(done.stdout), signals(home)


@pytest.mark.slow
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_lives_that_are_killed_give_together_what_an_unbroken_one_gives(unbroken, tmp_path, database, request):
    writes, whole = unbroken
    assert whole["ada"]
    assert whole["ada"].keys() == whole["bob"].keys()
    chance = random.Random(request.node.name)
    if database == "sqlite":
        killed(tmp_path, writes, chance)
        assert keys(signals(tmp_path)) == keys(whole)
        return
    with fresh_database() as url:
        killed(tmp_path, writes, chance, url)
        assert keys(signals(tmp_path, url)) == keys(whole)


def killed(home, writes: int, chance: random.Random, url: str = "") -> None:
    """Live several times, killed each time at some point, and once to the end."""
    for _ in range(4):
        ended = lived(home, chance.randint(20, max(writes * 2 // 3, 21)), url)
        assert ended.returncode in {0, -9}, ended.stderr
    assert has_begun(home, url), "a life that is killed leaves what the next one goes on from"
    last = lived(home, 0, url)
    assert last.returncode == 0, last.stderr


def keys(found: dict) -> dict:
    """What is given is the same; how far it has come by then is the clock's, which differs from life to life."""
    return {name: {key: row[1:] for key, row in rows.items()} for name, rows in found.items()}
