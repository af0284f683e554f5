"""Many hits of a setup are kept in a file: the same hits, and memory holds what is being looked at."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from tapehawk.core.sessions import us_calendar
from tapehawk.data.open_session import OpenSession
from tapehawk.scan import hit_table, session_rows
from tapehawk.scan.hit_table import HitTable
from tests.data.scripted import MINUTE, SIM, stream_bars
from tests.scan.live_market import DAY, HOURS, filled, of_day, scan_of


@pytest.fixture
def before(tmp_path):
    """A store that holds everything before the day."""
    return filled(tmp_path / "before", until=us_calendar().previous(DAY))


@pytest.fixture
def drawn():
    draw, n = np.random.default_rng(3), 1001
    numbers = {name: draw.normal(size=n) for name in ("entry", "stop", "own.ratio")}
    numbers["stop"][5] = np.nan
    symbol, time = draw.integers(0, 9, n), draw.integers(0, 10**15, n)
    return HitTable(None, symbol, time, np.full(n, 20_000.0), draw.random(n) < 0.3, numbers)


def test_hits_on_disk_are_the_hits_and_leave_no_name_behind(drawn, tmp_path):
    kept = drawn.on_disk(tmp_path / "hits")
    for name in ("symbol", "time", "session", "began"):
        np.testing.assert_array_equal(getattr(kept, name), getattr(drawn, name))
    for name, column in drawn.columns.items():
        np.testing.assert_array_equal(kept.columns[name], column)
        assert kept.columns[name].base is not None, "it is a view of mapped memory"
    assert list((tmp_path / "hits").iterdir()) == []
    assert kept.of(kept.began).symbol.size == drawn.began.sum()


def test_where_the_disk_takes_nothing_hits_stay_in_memory(drawn, tmp_path):
    (tmp_path / "hits").write_text("a file is in the way")
    assert drawn.on_disk(tmp_path / "hits") is drawn


def test_a_session_whose_hits_are_all_on_disk_says_the_same(before, monkeypatch):
    def day(many: int) -> tuple[list, dict]:
        for module in (hit_table, session_rows):
            monkeypatch.setattr(module, "MANY", many)
        root = before.parent / f"journal {many}"
        session, scan, changes = OpenSession(root, SIM, DAY), scan_of(before, journals=root), []
        pending = stream_bars(of_day())
        for until in range(HOURS.open, HOURS.after_hours_close + 1, 40 * MINUTE):
            session.take([one for one in pending if one.time + MINUTE <= until])
            pending = [one for one in pending if one.time + MINUTE > until]
            changes.append(scan.step(until))
        late = [msgspec.structs.replace(one, volume=one.volume * 9, revision=1) for one in stream_bars(of_day())[::97]]
        session.take(pending + late)
        changes.append(scan.finish())
        rows = scan.rows
        scan.close()
        return changes, rows

    in_memory, on_disk = day(1_000_000), day(1)
    assert in_memory == on_disk
    assert in_memory[1]
