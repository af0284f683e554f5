"""A scan as a file: the command line's rows, cut in parts, and nothing a spreadsheet would run."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import re
import zipfile

import polars as pl
import pytest
from typer.testing import CliRunner

from tapehawk.app.exporting import file_name
from tapehawk.app.saving import as_frame, csv_parts, unarmed
from tapehawk.cli.main import app
from tests.api.conftest import user_of
from tests.api.hostile import is_problem

SCAN, EXPORT = "/api/v1/scanner/scan", "/api/v1/scanner/export"
ASKED = {"scanner_type": "inside_bar"}
FORMATS = ["csv", "json", "parquet", "xlsx"]
pytestmark = pytest.mark.usefixtures("stored")


def export(client, format_, asked=ASKED):
    scan_id = client.post(SCAN, json=asked).json()["scan_id"]
    answer = client.get(f"{EXPORT}/{scan_id}/{format_}")
    assert answer.status_code == 200, answer.text
    return answer


def command_line(format_, tmp_path, *more) -> bytes:
    target = tmp_path / f"rows.{format_}"
    done = CliRunner().invoke(app, ["run", "--scanner-type", "inside_bar", "-o", str(target), *more])
    assert done.exit_code == 0, done.output
    return target.read_bytes()


@pytest.mark.parametrize("format_", FORMATS)
def test_a_file_holds_what_the_command_line_writes(signed_in, tmp_path, format_):
    ours, theirs = export(signed_in(), format_).content, command_line(format_, tmp_path)
    if format_ == "csv":
        assert ours == theirs
    elif format_ == "json":
        parts = [{key: json.loads(one)[key] for key in ("results", "funnel")} for one in (ours, theirs)]
        assert parts[0] == parts[1]
    else:
        read = pl.read_parquet if format_ == "parquet" else cells
        one, other = read(io.BytesIO(ours)), read(io.BytesIO(theirs))
        assert one.equals(other) if format_ == "parquet" else one == other


def cells(file):
    """Return the texts and the sheet of an Excel file, letter for letter."""
    with zipfile.ZipFile(file) as book:
        return [book.read(name) for name in ("xl/sharedStrings.xml", "xl/worksheets/sheet1.xml")]


@pytest.mark.parametrize("format_", FORMATS)
def test_it_is_named_for_what_it_is_and_kept_by_nobody_else(signed_in, format_):
    answer = export(signed_in(), format_)
    name = re.fullmatch(
        r'attachment; filename="(inside_bar_2025-06-30_scan_\d{8}_\d{6}_[0-9a-f]{8}\.\w+)"',
        answer.headers["content-disposition"],
    )
    assert name[1].endswith(format_)
    assert "private" in answer.headers["cache-control"]


@pytest.mark.parametrize("format_", FORMATS)
def test_a_scan_without_rows_is_a_file_without_rows(signed_in, format_):
    asked = {"scanner_type": "formula", "formula": "close > 1000000"}
    assert export(signed_in(), format_, asked).content


def test_another_s_scan_is_none(signed_in, anyone):
    ada, bob = signed_in("ada"), signed_in("bob")
    scan_id = ada.post(SCAN, json=ASKED).json()["scan_id"]
    assert is_problem(bob.get(f"{EXPORT}/{scan_id}/csv"), 404)
    assert is_problem(anyone.get(f"{EXPORT}/{scan_id}/csv"), 401)
    assert is_problem(ada.get(f"{EXPORT}/{scan_id}/exe"), 422)
    assert is_problem(ada.get(f"{EXPORT}/..%2f..%2fetc%2fpasswd/csv"))


ARMED = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"]


@pytest.mark.parametrize("text", ARMED)
def test_no_text_is_a_formula_in_a_spreadsheet(text):
    rows = [{"symbol": text, text: 1.5, "change": -2.5, "labels": "fine"}]
    header, row = csv.reader(io.StringIO("".join(csv_parts(rows)), newline=""))
    assert header[1] == row[0] == f"'{text}".replace("\r", " ")
    assert row[2:] == ["-2.5", "fine"]
    texts, sheet = cells(io.BytesIO(as_frame(rows, "xlsx")))
    assert b"<f>" not in sheet
    assert b"<v>-2.5</v>" in sheet
    assert re.search(rb"<t[^>]*>(=|\+|-|@)", texts) is None


@pytest.mark.parametrize("value", [-1.5, 0, None, True, "AAPL", "2025-06-30", ""])
def test_what_is_no_formula_stays_as_it_is(value):
    assert unarmed(value) is value


def test_parquet_keeps_texts_as_they_are():
    assert pl.read_parquet(io.BytesIO(as_frame([{"symbol": "=1+1"}], "parquet")))["symbol"].to_list() == ["=1+1"]


def test_a_large_file_is_written_in_parts():
    rows = [{"symbol": f"S{number}"} for number in range(2_000)]
    parts = list(csv_parts(rows))
    assert len(parts) > 4
    assert "".join(parts).count("\n") == 2_001


def test_the_name_of_a_file_is_safe_whatever_the_scanner_is_called(signed_in, house):
    scan_id = signed_in().post(SCAN, json=ASKED).json()["scan_id"]
    scan = house.scanning.kept.get(user_of(house, "ada").id, scan_id)
    question = dataclasses.replace(scan.finding.question, scanner_type='../x"\r\nSet-Cookie: a')
    named = file_name(dataclasses.replace(scan, finding=dataclasses.replace(scan.finding, question=question)), "csv")
    assert re.fullmatch(r"[A-Za-z0-9_.-]+", named)
    assert ".." not in named
