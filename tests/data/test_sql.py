"""The SQL door: reads the store's tables and nothing else."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from dataclasses import replace

import polars as pl
import pytest

from tapehawk.core.errors import BadInput, CorruptStore, NoData
from tapehawk.data import store
from tapehawk.data.sql import query
from tests.data.bar_frames import AS_TRADED, daily, minutes


@pytest.fixture
def root(tmp_path):
    root = tmp_path / "store"
    store.append_bars(root, [(AS_TRADED, pl.concat([daily("AAA", [10.0, 11.0]), daily("BBB", [20.0])]))])
    store.append_bars(root, [(AS_TRADED, daily("AAA", [10.0, 12.0]))])
    store.append_symbols(root, pl.DataFrame({"symbol": ["AAA", "OLD"], "type": ["common", "fund"]}))
    return root


def rows_of(root, statement) -> pl.DataFrame:
    return query(root, statement).rows


def test_a_question_is_answered_from_the_newest_revisions(root):
    answer = rows_of(root, "select symbol, max(close) as top from bars_1d group by symbol order by symbol")
    assert answer.rows() == [("AAA", 12.0), ("BBB", 20.0)]


def test_tables_join_and_times_are_utc(root):
    answer = rows_of(root, "select b.symbol, time from bars_1d b join symbols s using (symbol) order by time limit 1")
    assert answer.rows() == [("AAA", dt.datetime(2024, 1, 2, tzinfo=dt.UTC))]
    assert answer.schema["time"] == pl.Datetime("us", "UTC")


def test_an_answer_names_the_labelled_series_among_the_bars_it_was_read_from(root):
    made_up = replace(AS_TRADED, provider="sim", simulated=True)
    partly = replace(AS_TRADED, timeframe="5m", volume_scope="iex")
    store.append_bars(root, [(made_up, daily("SIM", [9.0]))])
    store.append_bars(root, [(partly, minutes("AAA", dt.datetime(2024, 1, 2, 15, tzinfo=dt.UTC), [9.0], step=5))])
    assert query(root, "from bars_1d").labels == {made_up.id: ("simulated",)}
    assert set(query(root, "select 1 from bars_1d, bars_5m").labels) == {made_up.id, partly.id}
    assert query(root, "from series").labels == {}


@pytest.mark.parametrize(
    "statement", ["from bars_1d", "describe bars_1d", "with x as (from symbols) from x", "explain select 1"]
)
def test_every_way_of_reading_is_welcome(root, statement):
    assert rows_of(root, statement).height


def test_the_tables_can_be_listed_without_reading_them(root):
    next((root / "bars_1d").rglob("*.parquet")).unlink()
    assert rows_of(root, "show tables")["name"].to_list() == ["bars_1d", "series", "symbols"]


@pytest.mark.parametrize(
    "statement",
    [
        "select * from read_csv('/etc/passwd')",
        "select * from read_text('/etc/passwd')",
        "select * from read_parquet('{root}/bars_1d/*/*.parquet')",
        "select * from glob('/etc/*')",
    ],
)
def test_a_statement_reaches_no_file(root, statement):
    with pytest.raises(BadInput, match="can't reach files or the network"):
        query(root, statement.replace("{root}", str(root)))


@pytest.mark.parametrize(
    "statement",
    [
        "copy (select 1) to '{root}/out.csv'",
        "copy bars_1d to '{root}/out.parquet'",
        "attach '{root}/other.db'",
        "install httpfs",
        "load httpfs",
        "set enable_external_access = true",
        "create table t (a int)",
        "insert into bars_1d select * from bars_1d",
        "drop view bars_1d",
        "export database '{root}/db'",
        "pragma version",
    ],
)
def test_a_statement_only_reads(root, statement):
    before = sorted(root.rglob("*"))
    with pytest.raises(BadInput, match="this door only reads"):
        query(root, statement.replace("{root}", str(root)))
    assert sorted(root.rglob("*")) == before


def test_a_statement_sees_no_variable_of_the_program(root):
    hidden = pl.DataFrame({"secret": [1]})
    with pytest.raises(BadInput, match="hidden does not exist"):
        query(root, "select * from hidden")
    assert hidden.height


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("select 1; select 2", "one statement is answered at a time, not 2"),
        ("", "one statement is answered at a time, not 0"),
        ("selec 1", "syntax error"),
        ("select nothing from bars_1d", "nothing"),
        ("select * from bars_5m", "bars_5m does not exist"),
        ("select interval 1 day as pause", "pause holds intervals"),
    ],
)
def test_a_wrong_statement_is_a_clear_error_that_names_the_tables(root, statement, message):
    with pytest.raises(BadInput, match=message):
        query(root, statement)


def test_a_damaged_table_is_a_corrupt_store(root):
    for path in (root / "bars_1d").rglob("*.parquet"):
        path.write_bytes(b"not parquet")
    with pytest.raises(CorruptStore, match="bars_1d"):
        query(root, "select * from bars_1d")


def test_an_empty_store_says_how_to_fill_it(tmp_path):
    with pytest.raises(NoData, match="nothing is stored"):
        query(tmp_path, "select 1")


def test_without_duckdb_the_error_says_what_to_install(root, monkeypatch):
    monkeypatch.setitem(sys.modules, "duckdb", None)
    with pytest.raises(BadInput, match="needs DuckDB") as raised:
        query(root, "select 1")
    assert "tapehawk[sql]" in raised.value.hint


def test_neither_an_answer_nor_a_failure_leaves_noise_behind(root):
    program = (
        "import sys; from pathlib import Path; from tapehawk.data.sql import query\n"
        "from tapehawk.core.errors import BadInput\n"
        "query(Path(sys.argv[1]), 'from bars_1d')\n"
        "for statement in ('from read_csv(1)', 'from read_text(\"/etc/passwd\")', 'selec', 'drop view x'):\n"
        "    try: query(Path(sys.argv[1]), statement)\n"
        "    except BadInput: pass\n"
    )
    done = subprocess.run([sys.executable, "-c", program, str(root)], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("", "")


def test_the_store_and_its_sql_work_without_pyarrow(root):
    program = (
        "import sys; sys.modules['pyarrow'] = None\n"
        "from pathlib import Path; from tapehawk.data.sql import query; from tapehawk.data.panels import *\n"
        "root = Path(sys.argv[1])\n"
        "assert query(root, 'from bars_1d').rows.height == 3 == open_panel(root, PanelQuestion()).n_bars\n"
    )
    subprocess.run([sys.executable, "-c", program, str(root)], check=True)


def test_no_progress_is_drawn_into_the_answer(root):
    setting = "select current_setting('enable_progress_bar') as drawn"
    assert rows_of(root, setting).rows() == [(False,)]


def test_rows_never_revised_are_read_whole_too(tmp_path):
    store.append_bars(tmp_path, [(AS_TRADED, daily("BBB", [20.0]))])
    store.append_bars(tmp_path, [(AS_TRADED, daily("AAA", [10.0, 11.0]))])
    answer = rows_of(tmp_path, "select symbol, close from bars_1d order by close")
    assert answer.rows() == [("AAA", 10.0), ("AAA", 11.0), ("BBB", 20.0)]
