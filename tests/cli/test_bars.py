"""`scanner import`, `export`, `data status` and `sql`: bars in, bars out, and questions to them."""

from __future__ import annotations

import csv
from pathlib import Path

import polars as pl
import pytest

pytest.importorskip("duckdb", reason="needs DuckDB, which the extra `sql` brings")

HEADER = "ticker,date,open,high,low,close,volume\n"
GOOD = "AAA,2024-03-0{day},10,11,9,10.5,1000\n"
BAD = "AAA,2024-03-07,10,9,11,10.5,1000\n"


@pytest.fixture
def bars() -> Path:
    """Return a file with three good bars and one that can't be."""
    file = Path("bars.csv")
    file.write_text(HEADER + "".join(GOOD.format(day=day) for day in (4, 5, 6)) + BAD)
    return file


def test_a_dry_run_shows_the_mapping_and_stores_nothing(scanner, bars):
    done = scanner("import", bars, "--adjustment", "none", "--dry-run")
    assert done.exit_code == 0
    assert "symbol ← ticker" in done.stdout
    assert "3 new" in done.stdout
    assert "nothing was written" in done.stdout
    assert scanner("data", "status").exit_code == 3


def test_an_import_says_what_was_stored_and_where_refused_rows_are(scanner, answer, bars):
    done = scanner("import", bars, "--adjustment", "none")
    assert "bars: 3 new, 0 corrected, 0 unchanged stored in" in done.stdout
    rejects = Path(next(line.split(" are in ")[1] for line in done.stdout.splitlines() if " are in " in line))
    assert [row["reason"] != "" for row in csv.DictReader(rejects.read_text().splitlines())] == [True]
    again = answer("import", bars, "--adjustment", "none")
    assert again["stored"] == {"new": 0, "revised": 0, "unchanged": 3}


def test_an_import_of_bars_asks_how_they_are_adjusted(scanner, bars):
    done = scanner("import", bars)
    assert done.exit_code == 2
    assert "--adjustment" in done.stderr


def test_bars_that_came_adjusted_say_so_in_every_answer(scanner, bars):
    assert "[price_basis: adjusted]" in scanner("import", bars, "--adjustment", "split").stdout
    assert "price_basis: adjusted" in scanner("data", "status").stdout
    assert "[price_basis: adjusted]" in scanner("export", "out.csv").stdout


@pytest.mark.usefixtures("stored")
def test_data_status_lists_every_series(scanner, answer):
    found = answer("data", "status")
    assert {one["series"]["timeframe"] for one in found["series"]} == {"1d", "5m"}
    shown = scanner("data", "status").stdout
    assert "simulated" in shown
    assert "splits" in shown


def test_data_status_says_sessions_not_the_dates_of_utc(scanner):
    """The last minutes after hours are the next day in UTC."""
    rows = [f"AAA,2025-12-{day}T19:{minute}:00-05:00,1,1,1,1,9" for day in (30, 31) for minute in (45, 50, 55)]
    Path("late.csv").write_text("\n".join(["symbol,time,open,high,low,close,volume", *rows]))
    assert scanner("import", "late.csv", "--adjustment", "none").exit_code == 0
    (minutes,) = (line for line in scanner("data", "status").stdout.splitlines() if " 5m " in line)
    assert minutes.split()[4:6] == ["2025-12-30", "2025-12-31"]


@pytest.mark.usefixtures("stored")
def test_an_export_writes_the_asked_bars_with_their_labels(scanner, answer):
    symbol = answer("sql", "select min(symbol) as s from bars_1d")[0]["s"]
    done = scanner("export", "out.parquet", "--symbols", symbol, "--start-date", "2025-06-02")
    written = pl.read_parquet("out.parquet")
    assert f"wrote {written.height} bars of 1 symbol to out.parquet  [simulated]" in done.stdout
    assert written["symbol"].unique().to_list() == [symbol]


@pytest.mark.usefixtures("stored")
def test_sql_answers_as_table_json_and_csv(scanner, answer):
    ask = ("sql", "select count(*) as n, 'x' as word, null as nothing from series")
    assert answer(*ask) == [{"n": 2, "word": "x", "nothing": None}]
    assert scanner(*ask, "--format", "csv").stdout == "n,word,nothing\n2,x,\n"
    assert scanner(*ask).stdout.splitlines()[2].split() == ["2", "x", "–"]


@pytest.mark.usefixtures("stored")
def test_an_answer_of_sql_from_simulated_bars_says_so_above_the_table_and_beside_other_formats(scanner):
    ask, said = ("sql", "select symbol, close from bars_1d limit 1"), "bars of us:sim:sim:none:consolidated:simulated"
    assert scanner(*ask).stdout.startswith(f"{said}  [simulated]\n")
    assert scanner(*ask).stderr == ""
    for format_ in ("json", "csv"):
        assert scanner(*ask, "--format", format_).stderr == f"{said}  [simulated]\n"
    assert scanner("sql", "select 1").stderr == ""
