"""Files of other people: finding them, and reading their columns without believing any of it.

CSV is read as text whatever its cells look like, so that a ticker `NA` or `TRUE` stays a ticker and a broken number
becomes one rejected row rather than a failed file. Separators `,` `;` tab and `|` are told from the header.
"""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import polars as pl

from tapehawk.core.errors import BadInput

PARQUET: Final = (".parquet", ".pq")
TEXT: Final = (".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz", ".txt.gz")
_KNOWN: Final = f"known are {', '.join((*TEXT, *PARQUET))}"


def data_files(path: Path) -> list[Path]:
    """Return the CSV and Parquet files that `path` stands for: itself, or those below a folder, by name."""
    if not path.exists():
        raise BadInput(f"there is no file or folder {path}", hint="check the path")
    if path.is_file():
        if not _readable(path):
            raise BadInput(f"{path.name} is neither CSV nor Parquet", hint=_KNOWN)
        return [path]
    found = sorted(file for file in path.rglob("*") if file.is_file() and _readable(file))
    if not found:
        raise BadInput(
            f"the folder {path} holds no CSV or Parquet file", hint=f"known are {', '.join((*TEXT, *PARQUET))}"
        )
    return found


def symbol_of(path: Path) -> str:
    """Return the symbol that names a file: `folder/aapl.csv.gz` → `AAPL`."""
    name = path.name
    for ending in (*TEXT, *PARQUET):
        name = name.removesuffix(ending) if name.lower().endswith(ending) else name
    return name.upper()


def columns_of(path: Path) -> list[str]:
    """Return the names of a file's columns. Raises BadInput when it can't be read."""
    return list(_read(path, None, rows=0).columns)


def read_columns(path: Path, names: Sequence[str]) -> pl.DataFrame:
    """Read some columns of a file: Parquet as typed, CSV as text. Raises BadInput when it can't be read."""
    return _read(path, list(dict.fromkeys(names)), rows=None)


def _read(path: Path, names: list[str] | None, *, rows: int | None) -> pl.DataFrame:
    try:
        if path.name.lower().endswith(PARQUET):
            return pl.read_parquet(path, columns=names, n_rows=rows, glob=False, hive_partitioning=False)
        return pl.read_csv(
            path,
            columns=names,
            n_rows=rows,
            separator=_separator(path),
            infer_schema=False,
            encoding="utf8-lossy",
            glob=False,
        )
    except (pl.exceptions.PolarsError, OSError, EOFError) as error:
        first = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise BadInput(f"{path.name} can't be read: {first}", hint="is it complete, and CSV or Parquet?") from error


def _separator(path: Path) -> str:
    with path.open("rb") as raw, gzip.open(raw) if path.suffix.lower() == ".gz" else raw as lines:
        header = lines.readline().decode(errors="replace")
    return max(",;\t|", key=header.count)


def _readable(path: Path) -> bool:
    return path.name.lower().endswith((*TEXT, *PARQUET)) and not path.name.startswith(".")
