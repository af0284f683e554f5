"""Several processes at one store, processes killed at any instant, full disks: nothing lost, nothing half-written."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap

import polars as pl
import pytest
from deltalake import CommitProperties

from tapehawk.core.bars import SCHEMA
from tapehawk.core.errors import TryAgain
from tapehawk.data import store, tables
from tapehawk.data.imports import ImportOptions, import_path
from tapehawk.data.panels import PanelQuestion, open_panel
from tapehawk.data.tables import Appended
from tapehawk.data.writers import named_files
from tests.data.bar_frames import AS_TRADED, daily

SYMBOLS, DAYS = 150, 700  # two years, some hundred kilobytes a file


def run(program: str, *arguments: object) -> subprocess.Popen[str]:
    """Start a Python program of its own."""
    source = "import sys; sys.argv = ['program', *sys.argv[1:]]\n" + textwrap.dedent(program)
    command = [sys.executable, "-c", source, *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def bars(root) -> pl.DataFrame:
    """Every stored bar; none when there is no store yet."""
    if not (root / "bars_1d").exists() or tables.table_version(root, "bars_1d") is None:
        return pl.DataFrame(schema=SCHEMA)
    return store.read_bars(root, store.preferred_series(root, "1d")).drop("adjusted_as_of")


def orphans(root) -> list[str]:
    """Data files in the tables that no version names."""
    found = []
    for table in ("bars_1d", "series"):
        named = named_files(root / table) if (root / table / "_delta_log").exists() else set()
        files = [path for path in (root / table).rglob("*.parquet*") if "_delta_log" not in path.parts]
        found += [path.name for path in files if str(path.relative_to(root / table)) not in named]
    return found


@pytest.fixture(scope="module")
def big(tmp_path_factory):
    """A Parquet file of many bars, and one with a bad row."""
    closes = [10.0 + (i * 7919 % 1000) / 100 for i in range(DAYS)]
    good = pl.concat([daily(f"S{i:03}", [close + i for close in closes]) for i in range(SYMBOLS)])
    path = tmp_path_factory.mktemp("files") / "bars.parquet"
    pl.concat([good, good.head(1).with_columns(close=pl.lit(-1.0))]).write_parquet(path)
    return path


# ------------------------------------------------------------------------------------------- killed

KILLED = """
    import os, signal, threading
    from pathlib import Path
    from tapehawk.data.imports import ImportOptions, import_path

    root, path, pattern, count = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])
    before = set(root.glob("**/*"))

    def watch():
        while len(set(root.glob(pattern)) - before) < count:
            pass
        os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=watch, daemon=True).start()
    import_path(root, path, ImportOptions("none", provider="test", feed="sip"))
    print("finished")
"""

BARS = [
    ("rejects/*", 1),
    ("bars_1d/year=*/*.parquet", 1),
    ("bars_1d/year=*/*.parquet", 2),
    ("bars_1d/_delta_log/*", 1),
    ("bars_1d/_delta_log/*.json", 1),
]
FIRST = [
    ("series/_delta_log/*.json", 1),
    ("series/*.parquet", 1),
    ("series/_delta_log/*.json", 2),
    ("bars_1d", 1),
    ("bars_1d/.writers", 1),
    ("bars_1d/year=*", 1),
    ("bars_1d/_delta_log/*.json", 2),
]


@pytest.mark.parametrize(
    ("pattern", "count", "old"),
    [*[(*instant, []) for instant in (*FIRST, *BARS)], *[(*instant, [1.0, 2.0]) for instant in BARS]],
)
def test_an_import_killed_at_any_instant_leaves_the_store_before_or_after(tmp_path, big, pattern, count, old):
    root = tmp_path / "store"
    if old:
        store.append_bars(root, [(AS_TRADED, daily("OLD", old))])
    before = bars(root)
    killed = run(KILLED, root, big, pattern, count)
    assert (killed.communicate()[0], killed.returncode) in (("", -9), ("finished\n", 0))
    after = pl.concat([before, pl.read_parquet(big).filter(pl.col("close") > 0)]).sort("symbol", "time")
    assert bars(root).equals(before) or bars(root).equals(after)
    again = import_path(root, big, ImportOptions("none", provider="test", feed="sip"))
    assert again.stored.revised == 0
    assert bars(root).equals(after)
    assert orphans(root) == []


def test_a_killed_panel_build_leaves_no_panel(tmp_path, big):
    import_path(tmp_path, big, ImportOptions("none"))
    program = """
        import os, signal
        from pathlib import Path
        from tapehawk.data import panels
        real = panels._write
        def write(folder, panel, series):
            real(folder, panel, series)
            os.kill(os.getpid(), signal.SIGKILL)
        panels._write = write
        panels.open_panel(Path(sys.argv[1]), panels.PanelQuestion())
    """
    killed = run(program, tmp_path)
    killed.communicate()
    assert killed.returncode == -9
    assert len(list((tmp_path / "panels").glob(".building-*"))) == 1
    assert open_panel(tmp_path, PanelQuestion()).n_bars == SYMBOLS * DAYS
    assert not list((tmp_path / "panels").glob(".building-*"))


# ------------------------------------------------------------------------------------------- disk full

FULL = """
    import json, resource
    from pathlib import Path
    from tapehawk.core.errors import TapehawkError
    from tapehawk.data.imports import ImportOptions, import_path
    from tapehawk.data.exports import ExportQuestion, export_bars
    from tapehawk.data.panels import PanelQuestion, open_panel

    root, path, room, act = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
    try:
        if act == "import":
            import_path(root, path, ImportOptions("none", provider="test", feed="sip"))
        elif act == "panel":
            open_panel(root, PanelQuestion())
        else:
            export_bars(root, root / act, ExportQuestion())
        print(json.dumps("stored"))
    except TapehawkError as error:
        print(json.dumps([type(error).__name__, str(error), error.hint]))
"""


def full(*arguments: object) -> list[str]:
    """Run out of room (files may grow to so many bytes) and return the error's name, message and hint."""
    process = run(FULL, *arguments)
    out, problems = process.communicate()
    assert process.returncode == 0, problems
    answer = json.loads(out)
    assert answer != "stored"
    return list(answer)


@pytest.mark.parametrize("room", [10, 2_000, 50_000, 400_000])
def test_an_import_onto_a_full_disk_says_so_and_stores_nothing(tmp_path, big, room):
    store.append_bars(tmp_path, [(AS_TRADED, daily("OLD", [1.0, 2.0]))])
    before = bars(tmp_path)
    name, message, hint = full(tmp_path, big, room, "import")
    assert (name, "no room left" in message, "free some space" in hint) == ("TryAgain", True, True)
    assert bars(tmp_path).equals(before)
    assert orphans(tmp_path) == []
    assert import_path(tmp_path, big, ImportOptions("none", provider="test", feed="sip")).stored.new == SYMBOLS * DAYS


def test_a_first_import_onto_a_full_disk_leaves_an_empty_store(tmp_path, big):
    assert full(tmp_path / "store", big, 10, "import")[0] == "TryAgain"
    assert bars(tmp_path / "store").is_empty()


@pytest.mark.parametrize("act", ["panel", "out.csv", "out.parquet"])
def test_a_panel_or_an_export_onto_a_full_disk_says_so_and_leaves_nothing(tmp_path, big, act):
    import_path(tmp_path, big, ImportOptions("none"))
    assert full(tmp_path, big, 100_000, act)[0] == "TryAgain"
    assert not list(tmp_path.glob("panels/*/*"))
    assert not list(tmp_path.glob("*out*"))


# ------------------------------------------------------------------------------------------- at once

WRITER = """
    import datetime as dt
    from pathlib import Path
    import polars as pl
    from tapehawk.core.bars import SCHEMA, Series
    from tapehawk.data import store

    root, mine = Path(sys.argv[1]), sys.argv[2]
    times = [dt.datetime(2024, 1, 1 + i, tzinfo=dt.UTC) for i in range(20)]
    sys.stdin.read()
    for step in range(6):
        rows = [(name, time, 1.0, 1.0, 1.0, 1.0, 1.0) for name in ("SHARED", f"{mine}{step}") for time in times]
        frame = pl.DataFrame(rows, schema=SCHEMA, orient="row")
        store.append_bars(root, [(Series("test", "sip"), frame)])
"""


def test_two_processes_writing_at_once_lose_nothing_and_repeat_nothing(tmp_path):
    command = [sys.executable, "-c", "import sys\n" + textwrap.dedent(WRITER), str(tmp_path)]
    writers = [subprocess.Popen([*command, name], stdin=subprocess.PIPE, stderr=subprocess.PIPE) for name in ("A", "B")]
    for writer in writers:
        writer.stdin.close()  # both go
    while any(writer.poll() is None for writer in writers):
        assert bars(tmp_path).height % 20 == 0  # a reader sees whole commits only
    for writer in writers:
        assert writer.returncode == 0, writer.stderr.read()
        writer.stderr.close()
    stored = pl.scan_delta(str(tmp_path / "bars_1d")).collect()
    names = {"SHARED", *(f"{name}{step}" for name in "AB" for step in range(6))}
    assert set(stored["symbol"]) == names
    assert stored.height == 20 * len(names)
    assert set(stored["revision"]) == {0}


@pytest.fixture
def slower_writer(tmp_path, monkeypatch):
    """Append three bars while another writer stores the first two between our comparison and our commit."""

    def write() -> Appended:
        store.append_bars(tmp_path, [(AS_TRADED, daily("AAA", [1.0]))])
        compare, quicker = tables._fresh, [daily("AAA", [1.0, 2.0])]

        def compare_while_another_writes(root, table, frame, version):
            fresh = compare(root, table, frame, version)
            if table.name == "bars_1d" and quicker:
                store.append_bars(root, [(AS_TRADED, quicker.pop())])
            return fresh

        monkeypatch.setattr(tables, "_fresh", compare_while_another_writes)
        return store.append_bars(tmp_path, [(AS_TRADED, daily("AAA", [1.0, 2.0, 3.0]))])

    return write


def test_a_writer_that_was_slower_compares_again_and_stores_nothing_twice(tmp_path, slower_writer):
    assert slower_writer() == Appended(new=1, revised=0, unchanged=2)
    assert bars(tmp_path)["close"].to_list() == [1.0, 2.0, 3.0]
    assert pl.scan_delta(str(tmp_path / "bars_1d")).collect().height == 3


def test_planted_a_commit_that_minds_no_other_writer_would_store_a_bar_twice(tmp_path, slower_writer, monkeypatch):
    monkeypatch.setattr(tables, "CommitProperties", lambda **_: CommitProperties())
    slower_writer()
    assert pl.scan_delta(str(tmp_path / "bars_1d")).collect().height == 4


def test_writers_that_never_pause_are_an_error_that_says_try_again(tmp_path, monkeypatch):
    monkeypatch.setattr(tables, "_commit", lambda *_: False)
    with pytest.raises(TryAgain, match="other processes keep writing"):
        store.append_bars(tmp_path, [(AS_TRADED, daily("AAA", [1.0]))])


def test_two_processes_building_one_panel_agree(tmp_path, big):
    import_path(tmp_path, big, ImportOptions("none"))
    program = """
        from pathlib import Path
        from tapehawk.data.panels import PanelQuestion, open_panel
        print(open_panel(Path(sys.argv[1]), PanelQuestion()).columns["close"].sum())
    """
    answers = {process.communicate()[0] for process in [run(program, tmp_path) for _ in range(2)]}
    assert len(answers) == 1
    assert float(answers.pop()) > 0
