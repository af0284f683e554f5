"""Saved states: a restart goes on as if nothing had happened; anything that does not fit is refused with its reason."""

from __future__ import annotations

import errno
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from unittest import mock

import numpy as np
import pytest

from tapehawk.core.columns import close
from tapehawk.core.errors import BadInput, CorruptStore, NoData, TryAgain
from tapehawk.core.indicators import ema
from tapehawk.core.live import Live
from tapehawk.core.scanner import NONE, Setup
from tapehawk.core.state import arrays_of
from tapehawk.data import states
from tapehawk.data.states import load_states, save_states
from tests.core.random_bars import bar_by_bar, pieces, random_panel
from tests.core.watches import daily_watches, intraday_watches, watch

PANEL = random_panel((60, 0, 9, 33, 60), seed=2, nulls=0.1)
HALF_HOURS = random_panel((120, 70, 33), "30m", seed=2, holes=0.1)


def said(live: Live, steps) -> list:
    found = [one for step in steps for one in live.advance(step)]
    return [(f.steps, f.symbol.tolist(), {n: c.tobytes() for n, c in f.columns.items()}) for f in found]


@pytest.mark.parametrize(
    ("panel", "watches"), [(PANEL, daily_watches()), (HALF_HOURS, intraday_watches())], ids=["1d", "30m"]
)
def test_a_restart_goes_on_as_if_nothing_had_happened(tmp_path, panel, watches):
    before, rest = pieces(panel, [30])
    with closing(Live(watches, panel)) as live, closing(Live(watches, panel, threads=1)) as restarted:
        live.advance(before)
        save_states(tmp_path / "states" / "one.npz", live, panel, through=int(before.time.max()))
        assert load_states(tmp_path / "states" / "one.npz", restarted, panel) == before.time.max()
        assert said(restarted, bar_by_bar(rest)) == said(live, bar_by_bar(rest))


@pytest.fixture
def saved(tmp_path):
    with closing(Live(daily_watches(), PANEL)) as live:
        live.advance(PANEL)
        save_states(tmp_path / "one.npz", live, PANEL, through=5)
    return tmp_path / "one.npz"


def refused(saved, panel=PANEL, watches=None) -> BadInput:
    with closing(Live(watches or daily_watches(), panel)) as live:
        before = {name: array.copy() for name, array in live.saved().items()}
        with pytest.raises(BadInput) as error:
            load_states(saved, live, panel)
        assert all(np.array_equal(array, before[name], equal_nan=True) for name, array in live.saved().items())
    assert error.value.hint == "it is built again from the stored bars"
    return error.value


def test_a_scan_that_goes_on_from_it_leaves_the_file_as_it_is(saved):
    before = saved.read_bytes()
    with closing(Live(daily_watches(), PANEL)) as live:
        load_states(saved, live, PANEL)
        live.advance(PANEL)
        assert all(array.flags.aligned for part in live.states() for one in part for _, array in arrays_of(one))
        once = {name: array.copy() for name, array in live.saved().items()}
        live.replay(PANEL)
        assert all(np.array_equal(array, once[name], equal_nan=True) for name, array in live.saved().items())
    assert saved.read_bytes() == before


def test_a_byte_that_was_not_written_is_found(saved):
    content = bytearray(saved.read_bytes())
    content[len(content) // 2] ^= 1
    saved.write_bytes(content)
    with closing(Live(daily_watches(), PANEL)) as live, pytest.raises(CorruptStore):
        load_states(saved, live, PANEL)


def test_a_state_of_other_kernels_is_refused(saved, monkeypatch):
    monkeypatch.setattr(states, "kernel_hash", lambda: "edited")
    assert refused(saved).message == "the saved state one.npz is of other kernels"


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"data_version": "bars_1d@4"}, "another data version"),
        ({"hours": "extended"}, "other hours"),
        ({"symbols": ("S000", "S001", "S002", "S003", "S009")}, "other symbols"),
    ],
)
def test_a_state_of_other_bars_is_refused(saved, change, what):
    assert refused(saved, replace(PANEL, **change)).message == f"the saved state one.npz is of {what}"


def test_a_state_of_another_scan_or_other_numbers_is_refused(saved):
    longer = [watch(Setup("up", NONE, {"up": close > ema(close, 6)}))]
    assert refused(saved, watches=longer).message == "the saved state one.npz is of another scan"


def test_everything_that_differs_is_said_at_once(saved):
    assert refused(saved, replace(PANEL, hours="extended", data_version="x")).message.endswith(
        "other hours and another data version"
    )


def test_no_file_and_a_broken_one_are_told_apart(saved, tmp_path):
    with closing(Live(daily_watches(), PANEL)) as live:
        with pytest.raises(NoData, match="no saved state none"):
            load_states(tmp_path / "none.npz", live, PANEL)
        for content in (b"", b"PK", saved.read_bytes()[:2000]):
            saved.write_bytes(content)
            with pytest.raises(CorruptStore, match="can't be read"):
                load_states(saved, live, PANEL)


def test_a_disk_that_fills_leaves_what_was_there(saved):
    before = saved.read_bytes()
    full = mock.patch.object(states.os, "fsync", side_effect=OSError(errno.ENOSPC, "No space left on device"))
    with closing(Live(daily_watches(), PANEL)) as live, full, pytest.raises(TryAgain):
        save_states(saved, live, PANEL, through=9)
    assert saved.read_bytes() == before
    assert [path.name for path in saved.parent.iterdir()] == [saved.name]


RESTARTED = """
import sys
from pathlib import Path
from tapehawk.core.live import Live
from tapehawk.data.states import load_states
from tests.core.random_bars import random_panel
from tests.core.watches import daily_watches
panel = random_panel((60, 0, 9, 33, 60), seed=2, nulls=0.1)
live = Live(daily_watches(), panel)
print(load_states(Path(sys.argv[1]), live, panel))
live.close()
"""


def test_another_process_reads_it(saved, request):
    answer = subprocess.run(
        [sys.executable, "-c", RESTARTED, str(saved)],
        capture_output=True, text=True, check=True, cwd=request.config.rootpath, timeout=120,
    )  # fmt: skip
    assert answer.stdout == "5\n"
