"""Reports as files: JSON as the API answers, tables as CSV, Parquet or Excel.

A spreadsheet takes a cell that begins with one of `= + - @` for a formula, whoever wrote it: in CSV and Excel such a
text stands behind an apostrophe, as OWASP advises (CSV Injection). Numbers are not texts.
"""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from tapehawk.app.settings import Settings
from tapehawk.app.writing import make_folder, write
from tapehawk.core.errors import BadInput
from tapehawk.scan.report import Report

FORMATS: Final = ("json", "csv", "parquet", "xlsx")
TYPES: Final = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "parquet": "application/vnd.apache.parquet",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
BINARY: Final = ("parquet", "xlsx")
TABLE: Final = "table"
ROWS_A_PART: Final = 500
_ARMED: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
Row = Mapping[str, Any]


def format_of(path: Path, asked: str) -> str:
    """Return the format of a file: the one asked for, else by its ending. Raises BadInput where neither says one."""
    chosen = asked if asked in FORMATS else path.suffix.removeprefix(".").lower()
    if chosen not in FORMATS:
        hint = f"end it in {', '.join('.' + name for name in FORMATS)}, or say --format"
        raise BadInput(f"{path.name} says no format", hint=hint)
    return chosen


def need_place(path: Path | None, asked: str) -> None:
    """Raise BadInput before anything is computed, where a file can't be written.

    It may have no known format, a format whose library is not installed, or a place in no such folder.
    """
    if (format_of(path, asked) if path else asked) == "xlsx":
        _need_excel()
    if path is None:
        return
    if path.is_dir() or not os.access(path.parent, os.W_OK | os.X_OK):
        raise BadInput(f"{path} can't be written", hint="is the folder there, and yours to write in?")


def place_for(folder: Path, reports: Sequence[Report], format_: str) -> Path:
    """Return the file that a run is saved as: scanner, date and the id of the scan."""
    first = reports[0]
    name = first.scanner_type if len(reports) == 1 else f"{len(reports)}_scanners"
    return folder / f"{name}_{first.as_of}_{first.scan_id}.{format_}"


def save(reports: Sequence[Report], target: Path, format_: str) -> Path:
    """Write reports as one file, in one step. Raises BadInput where it can't be written, TryAgain for a full disk."""
    write(target, as_bytes(reports, format_))
    return target


def as_bytes(reports: Sequence[Report], format_: str) -> bytes:
    """Return reports in a format."""
    if format_ == "json":
        return (as_json(reports) + "\n").encode()
    rows = table_rows(reports)
    return as_csv(rows).encode() if format_ == "csv" else as_frame(rows, format_)


def as_json(reports: Sequence[Report]) -> str:
    """Return the API's answer to the question; a list of answers where several scanners were asked."""
    if len(reports) == 1:
        return reports[0].to_json()
    return json.dumps([report.to_dict() for report in reports], ensure_ascii=False, allow_nan=False)


def table_rows(reports: Sequence[Report]) -> list[dict[str, Any]]:
    """Return the rows of all reports with the same columns, lists as text."""
    return tabular([row for report in reports for row in report.results])


def tabular(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Return rows with the same columns, lists as text."""
    names = list(dict.fromkeys(name for row in rows for name in row)) or ["symbol"]
    return [{name: _cell(row.get(name)) for name in names} for row in rows]


def as_csv(rows: Sequence[Row]) -> str:
    """Return rows as CSV with a header; null is empty."""
    return "".join(csv_parts(rows))


def csv_parts(rows: Sequence[Row]) -> Iterator[str]:
    """Yield rows as CSV, some at a time."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(map(_in_csv, rows[0] if rows else ["symbol"]))
    for first in range(0, len(rows), ROWS_A_PART):
        writer.writerows(map(_in_csv, row.values()) for row in rows[first : first + ROWS_A_PART])
        yield out.getvalue()
        out.seek(0)
        out.truncate()
    yield out.getvalue()


def as_frame(rows: Sequence[Row], format_: str) -> bytes:
    """Return rows as a Parquet or Excel file."""
    import polars as pl

    out = io.BytesIO()
    if format_ == "parquet":
        pl.DataFrame(rows, infer_schema_length=None).write_parquet(out)
        return out.getvalue()
    _need_excel()
    safe = [{str(unarmed(name)): unarmed(value) for name, value in row.items()} for row in rows]
    pl.DataFrame(safe, infer_schema_length=None).write_excel(out)
    return out.getvalue()


def unarmed(value: object) -> object:
    """Return a cell that no spreadsheet takes for a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_ARMED) else value


def _in_csv(value: object) -> object:
    """Return an unarmed cell without the carriage return, at which some programs begin a row."""
    safe = unarmed(value)
    return safe.replace("\r", " ") if isinstance(safe, str) else safe


def _need_excel() -> None:
    try:
        import xlsxwriter  # noqa: F401 - Polars writes with it
    except ImportError as error:
        message = "Excel files need XlsxWriter, which is not installed"
        raise BadInput(message, hint="pip install 'tapehawk[excel]', or write csv or parquet") from error


def _cell(value: object) -> object:
    return "; ".join(map(str, value)) if isinstance(value, list) else value


def keep(settings: Settings, reports: Sequence[Report], format_: str, output: Path | None) -> Path | None:
    """Save a run: in `output`, else among the results if the settings say so or the format is no text.

    Returns the file, None where nothing was saved: a run without rows is only saved where a file was named.
    """
    if output is not None:
        return save(reports, output, format_of(output, format_))
    kind = "json" if format_ == TABLE else format_
    if not any(map(len, reports)) or not (settings.cli.auto_save_results or kind in BINARY):
        return None
    make_folder(settings.results)
    return save(reports, place_for(settings.results, reports, kind), kind)
