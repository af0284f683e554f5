"""`scanner run` and `scanner formula`: what is printed, in every format, and what is saved where."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from pathlib import Path

import polars as pl
import pytest

from tapehawk.app.asking import NEEDS_MORE
from tapehawk.catalog import scanner_names

ROW = {
    "symbol", "bar_time", "available_at", "scanner", "pattern", "direction", "entry", "stop", "target1", "target2",
    "confidence", "score", "volume", "atr", "rvol", "position_size", "risk_amount", "phase", "confluence_factors",
    "labels",
}  # fmt: skip
EVERY = ["run", "--scanner-type", "inside_bar"]
pytestmark = pytest.mark.usefixtures("stored")


def saved() -> list[Path]:
    """Return what stands in the folder of results."""
    return sorted(Path("scanner_results").glob("*"))


def test_a_date_is_answered_in_the_api_s_shape(answer):
    found = answer(*EVERY)
    assert {"scan_id", "scanner_type", "as_of", "data_version", "labels", "results", "funnel", "elapsed_ms"} <= set(
        found
    )
    assert found["results"]
    assert all(set(row) >= ROW for row in found["results"])
    assert found["as_of"] == "2025-06-30"


def test_a_range_is_answered_in_the_range_shape_with_its_hits(answer):
    found = answer(*EVERY, "--start-date", "2025-06-02", "--end-date", "2025-06-30")
    assert found["success"] is True
    assert found["total_found"] == len(found["results"]) > 0
    assert {"symbol", "date", "pattern"} == set(found["hits"][0])
    assert {"ticker", "date"} <= set(found["results"][0])


def test_the_table_shows_rows_sides_labels_and_the_funnel(scanner):
    done = scanner(*EVERY)
    assert done.exit_code == 0
    first, *rest = done.stdout.splitlines()
    assert first.startswith("inside_bar 2025-06-30 · 1d regular · ")
    assert first.endswith("[simulated]")
    assert any(" SELL " in line or " BUY " in line for line in rest)
    assert any("symbols asked" in line and "█" in line for line in rest)


def test_a_cap_that_hides_rows_says_which_option_shows_them(scanner):
    done = scanner("run", "--scanner-type", "breakout", "--start-date", "2025-01-02", "--set", "max_results_per_day=1")
    assert "--set max_results_per_day=" in done.stdout.replace("\n", "")


def test_q14_several_scanners_are_answered_one_after_another_and_all_is_every_one(answer):
    both = answer("run", "--scanner-type", "inside_bar", "--scanner-type", "volume_spike")
    assert [one["scanner_type"] for one in both] == ["inside_bar", "volume_spike"]
    every = answer("run", "--scanner-type", "all")
    assert [one["scanner_type"] for one in every] == [name for name in scanner_names() if name not in NEEDS_MORE]


@pytest.mark.parametrize("command", [["run"], ["live"], ["signals", "rates"]])
def test_the_help_says_which_scanners_all_leaves_out(scanner, command):
    said = " ".join(scanner(*command, "--help").stdout.replace("│", " ").split())
    assert f"but for {' and '.join(NEEDS_MORE)}." in said


def test_all_on_intraday_bars_leaves_out_the_scanners_of_daily_ones(answer):
    every = answer("run", "--scanner-type", "all", "--timeframe", "5m", "--cutoff", "10:30")
    assert "lc" not in {one["scanner_type"] for one in every}


def test_csv_has_every_row_and_column(scanner, answer):
    rows = list(csv.DictReader(io.StringIO(scanner(*EVERY, "--format", "csv").stdout)))
    results = answer(*EVERY)["results"]
    assert [row["symbol"] for row in rows] == [row["symbol"] for row in results]
    assert [float(row["entry"]) for row in rows] == [row["entry"] for row in results]
    assert rows[0]["labels"] == "simulated"


@pytest.mark.parametrize("ending", ["json", "csv", "parquet"])
def test_a_file_is_written_in_the_format_of_its_ending_and_nothing_else_is_saved(scanner, answer, ending):
    done = scanner(*EVERY, "-o", f"rows.{ending}")
    assert done.exit_code == 0
    assert f"saved in rows.{ending}" in done.stderr
    read = {
        "json": lambda f: pl.DataFrame(json.loads(f.read_text())["results"]),
        "csv": pl.read_csv,
        "parquet": pl.read_parquet,
    }
    assert read[ending](Path(f"rows.{ending}"))["symbol"].to_list() == [r["symbol"] for r in answer(*EVERY)["results"]]


def test_an_output_in_another_format_than_its_ending_is_what_was_asked_for(scanner):
    assert scanner(*EVERY, "--format", "csv", "-o", "rows.txt").stdout == ""
    assert Path("rows.txt").read_text().startswith("symbol,")
    assert scanner(*EVERY, "-o", "rows.txt").exit_code == 2


def test_an_output_folder_that_is_not_there_is_bad_input(scanner):
    done = scanner(*EVERY, "-o", "gone/rows.csv")
    assert done.exit_code == 2
    assert "is the folder there" in done.stderr


def test_rows_are_saved_among_the_results_unless_the_settings_say_no(scanner):
    done = scanner(*EVERY)
    (file,) = saved()
    assert f"saved in {file}" in done.stderr
    assert json.loads(file.read_text())["scanner_type"] == "inside_bar"
    scanner("config", "set", "cli.auto_save_results", "false")
    scanner(*EVERY)
    assert saved() == [file]


def test_a_run_without_rows_saves_nothing_and_shows_the_funnel(scanner):
    done = scanner("formula", "close > 2 * high")
    assert done.exit_code == 0
    assert "0 rows" in done.stdout
    assert "symbols asked" in done.stdout
    assert saved() == []


def test_parquet_without_a_file_goes_to_the_results(scanner):
    done = scanner(*EVERY, "--format", "parquet")
    assert done.stdout == ""
    assert [file.suffix for file in saved()] == [".parquet"]


def test_excel_without_its_library_says_how_to_get_it(scanner, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "xlsxwriter", None)
    for asked in (("-o", "rows.xlsx"), ("--format", "xlsx")):
        done = scanner(*EVERY, *asked)
        assert done.exit_code == 2
        assert done.stdout == ""
        assert "pip install 'tapehawk[excel]'" in done.stderr
    assert not Path("rows.xlsx").exists()
    assert saved() == []


def test_an_excel_file_has_the_rows(scanner):
    rows = scanner(*EVERY, "--format", "csv").stdout.splitlines()
    assert scanner(*EVERY, "-o", "rows.xlsx").exit_code == 0
    with zipfile.ZipFile("rows.xlsx") as book:
        sheet, texts = book.read("xl/worksheets/sheet1.xml").decode(), book.read("xl/sharedStrings.xml").decode()
    assert sheet.count("<row ") == len(rows) > 1
    assert all(name in texts for name in rows[0].split(","))


def test_the_default_format_is_a_setting_and_an_option_goes_before_it(scanner, monkeypatch):
    monkeypatch.setenv("SCANNER__CLI__DEFAULT_FORMAT", "csv")
    assert scanner(*EVERY).stdout.startswith("symbol,")
    assert scanner(*EVERY, "--format", "table").stdout.startswith("inside_bar ")


def test_parameters_come_from_the_file_the_environment_and_the_command_in_that_order(answer, monkeypatch, tmp_path):
    def names() -> str:
        return " ".join(step["name"] for step in answer(*EVERY, *options)["funnel"][0]["steps"])

    options = ["--config-file", tmp_path / "mine.toml"]
    (tmp_path / "mine.toml").write_text("[inside_bar]\nmin_price = 11\n")
    assert "price ≥ 11" in names()
    monkeypatch.setenv("SCANNER__INSIDE_BAR__MIN_PRICE", "12")
    assert "price ≥ 12" in names()
    options += ["--set", "min_price=13"]
    assert "price ≥ 13" in names()


def test_the_account_of_the_settings_decides_the_size(answer, monkeypatch):
    sizes = [row["position_size"] for row in answer(*EVERY)["results"]]
    monkeypatch.setenv("SCANNER__RISK__ACCOUNT_SIZE", "1000000000")
    assert sum(row["position_size"] for row in answer(*EVERY)["results"]) > sum(sizes)


def test_symbols_may_be_given_with_commas_or_one_by_one(answer):
    one, other = (row["symbol"] for row in answer(*EVERY)["results"][:2])
    together = answer(*EVERY, "--symbols", f"{one},{other}")
    apart = answer(*EVERY, "--symbols", one, "--symbols", other)
    assert together["results"] == apart["results"]
    assert {row["symbol"] for row in together["results"]} == {one, other}


def test_a_formula_is_the_formula_scanner(answer):
    formula = "close > open and volume > 1000"
    asked = answer("formula", formula)
    same = answer("run", "--scanner-type", "formula", "--set", f"formula={formula}")
    assert (asked["results"], asked["funnel"]) == (same["results"], same["funnel"])
    assert asked["scanner_type"] == "formula"


def test_a_morning_is_scanned_up_to_its_cutoff(answer):
    found = answer("run", "--scanner-type", "volume_spike", "--timeframe", "5m", "--cutoff", "10:30")
    assert all(row["available_at"] <= "2025-06-30T14:30:00Z" for row in found["results"])


def test_the_same_question_is_the_same_answer(answer):
    first, second = answer(*EVERY), answer(*EVERY)
    assert (first["results"], first["funnel"]) == (second["results"], second["funnel"])


OWN = """
from collections.abc import Iterator
from typing import Annotated
from pydantic import Field
from tapehawk import BUY, Scanner, Setup, close, low, open_

class UpDay(Scanner):
    \"\"\"Closes above its open.\"\"\"

    by: Annotated[float, Field(ge=1, le=2, description="times the open")] = 1

    def setups(self) -> Iterator[Setup]:
        yield Setup("up", BUY, base=100, when={"up": close > open_ * self.by}, stop=low * 0.99)
"""


def test_a_scanner_of_the_users_own_is_one_like_the_others(answer, scanner, tmp_path):
    folder = tmp_path / "config" / "tapehawk" / "scanners"
    folder.mkdir(parents=True)
    (folder / "up_day.py").write_text(OWN)
    found = answer("run", "--scanner-type", "up_day")
    assert found["results"]
    assert answer("explain", found["results"][0]["symbol"], "--scanner-type", "up_day")["patterns"][0]["hit"] is True
    assert "up_day" in {one["name"] for one in answer("list")}
    assert scanner("config", "set", "up_day.by", "1.5").exit_code == 0
    assert answer("run", "--scanner-type", "up_day")["results"] == []
    (folder / "broken.py").write_text("import nothing_there\n")
    done = scanner("run", "--scanner-type", "broken")
    assert done.exit_code == 2
    assert "broken.py:1" in done.stderr


@pytest.mark.parametrize("given", ["", ",", " , "])
def test_symbols_that_name_nothing_are_refused(scanner, given):
    done = scanner(*EVERY, "--symbols", given)
    assert done.exit_code == 2
    assert "names nothing" in done.stderr


def test_a_place_that_can_not_be_written_is_refused_before_the_scan(scanner, monkeypatch):
    monkeypatch.setattr("tapehawk.app.asking.run", lambda *_, **__: pytest.fail("it scanned"))
    for place in ("gone/rows.csv", "rows.doc", "."):
        assert scanner(*EVERY, "-o", place).exit_code == 2


def test_results_that_can_not_be_saved_are_still_printed_and_said(scanner):
    Path("scanner_results").write_text("a file where the folder would be")
    done = scanner(*EVERY, "--format", "csv")
    assert done.exit_code == 0
    assert done.stdout.startswith("symbol,")
    assert "warning: the rows are not saved" in done.stderr


def test_an_empty_formula_and_two_formulas_are_refused(scanner):
    empty, two = scanner("formula", ""), scanner("formula", "close > open", "--set", "formula=close<open")
    assert (empty.exit_code, two.exit_code) == (2, 2)
    assert "the formula is empty" in empty.stderr
    assert "'close > open' and --set formula='close<open'" in two.stderr


def test_a_formula_that_is_too_long_is_not_repeated(scanner):
    done = scanner("formula", "close > 5 and " * 2_300 + "close > 5")
    assert done.exit_code == 2
    assert "2,000 are the limit" in done.stderr
    assert len(done.stderr) < 800


def test_a_price_band_upside_down_is_refused(scanner):
    done = scanner("run", "--scanner-type", "breakout", "--set", "min_price=100", "--set", "max_price=50")
    assert done.exit_code == 2
    assert "min_price 100 is above max_price 50" in done.stderr
