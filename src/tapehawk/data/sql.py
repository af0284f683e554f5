"""The SQL door: one reading statement over the store's tables, through DuckDB.

Tables are views: `bars_1d`, `bars_1m`, …, `symbols`, `actions`, `series`, each with the newest revision of its rows. A
view's schema is known at once and its rows are read only when the statement asks for them. The statement can reach
nothing else: no file, no network, no setting, no variable of this program.

DuckDB comes with the extra `sql`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import polars as pl
from arro3.core import Table

from tapehawk.core.bars import TIMEFRAMES
from tapehawk.core.errors import BadInput, NoData, TapehawkError
from tapehawk.data import store, tables
from tapehawk.data.shapes import ACTIONS, SERIES, SYMBOLS, bars_of
from tapehawk.data.tables import Table as Shape
from tapehawk.data.versions import HOW_TO_FILL, bars_table, table_version

LOCKS = (
    "SET TimeZone = 'UTC'",
    "SET enable_progress_bar = false",  # it is drawn on standard output, into the answer
    "SET enable_external_access = false",
    "SET lock_configuration = true",
)


class Answer(NamedTuple):
    """The rows; and of the series whose bars were read for them those that have labels, by their ids."""

    rows: pl.DataFrame
    labels: Mapping[str, tuple[str, ...]]


def query(root: Path, statement: str) -> Answer:
    """Answer one SQL statement that reads.

    Raises BadInput when DuckDB is not installed, the statement is wrong, more than one, or does more than read the
    tables; NoData when nothing is stored; CorruptStore when a table can't be read.
    """
    duckdb = _duckdb()
    views = _views(root)
    connection = duckdb.connect(":memory:", config={"python_enable_replacements": "false"})
    try:
        _check_reads(duckdb, statement)
        for name, view in views.items():
            connection.register(name, view)
        for lock in LOCKS:
            connection.execute(lock)
        return Answer(_rows(connection, statement), _labels(root, views))
    except duckdb.Error as error:
        failed = next((view.error for view in views.values() if view.error), None)
        refusal = failed or _refusal(str(error), views)
    finally:
        connection.close()
    # Outside the handler and without its past: an error that keeps one of DuckDB's alive is a leak to it, too.
    refusal.__context__ = None
    raise refusal.with_traceback(None)


def _rows(connection: Any, statement: str) -> pl.DataFrame:  # noqa: ANN401  an optional module's
    """Run the statement and take its rows.

    Through the Arrow table that comes with deltalake: read by Polars directly, DuckDB 2.0 leaks its types, and says so
    on standard error when the program ends.
    """
    result = connection.sql(statement)
    intervals = [name for name, kind in zip(result.columns, result.types, strict=True) if "INTERVAL" in str(kind)]
    if intervals:
        hint = f"cast it, for example {intervals[0]}::varchar"
        raise BadInput(f"the column {intervals[0]} holds intervals, which no table here can", hint=hint)
    return pl.DataFrame(Table.from_arrow(result))


def _labels(root: Path, views: Mapping[str, _View]) -> dict[str, tuple[str, ...]]:
    """Return the labels of the series whose bars have been read."""
    labels: dict[str, tuple[str, ...]] = {}
    for timeframe in TIMEFRAMES:
        view = views.get(bars_table(timeframe))
        if view is not None and view.rows is not None:
            known = store.known_series(root, timeframe)
            told = {name: one.labels for name, one in known.items() if one.labels}
            labels |= {name: said for name, said in told.items() if name in view.rows["series"]}
    return labels


class _View:
    """A table as DuckDB reads it through the Arrow interface: the schema when asked, the rows when needed."""

    def __init__(self, root: Path, table: Shape) -> None:
        self._root, self._table = root, table
        self.rows: pl.DataFrame | None = None
        self.error: TapehawkError | None = None
        self.schema = pl.Schema({name: kind for name, kind in table.schema.items() if name not in ("revision", "year")})

    def __arrow_c_schema__(self) -> object:
        return self.schema.__arrow_c_schema__()

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self._read().__arrow_c_stream__(requested_schema)

    def _read(self) -> pl.DataFrame:
        if self.rows is None:
            try:
                version = table_version(self._root, self._table.name)
                rows = tables.newest(self._root, self._table, version=version, in_order=False)
                self.rows = rows.select(self.schema.names())
            except TapehawkError as error:
                self.error = error
                raise
        return self.rows


def _duckdb() -> ModuleType:
    try:
        import duckdb
    except ImportError as error:
        message = "`scanner sql` needs DuckDB, which is not installed"
        raise BadInput(message, hint="pip install 'tapehawk[sql]'") from error
    return duckdb


def _views(root: Path) -> dict[str, _View]:
    shapes = [*map(bars_of, TIMEFRAMES), SYMBOLS, ACTIONS, SERIES]
    stored = {shape.name: _View(root, shape) for shape in shapes if table_version(root, shape.name) is not None}
    if not stored:
        raise NoData("nothing is stored", hint=HOW_TO_FILL, path=root)
    return stored


def _check_reads(duckdb: Any, statement: str) -> None:  # noqa: ANN401  an optional module's
    """Refuse everything but one statement that reads."""
    found = duckdb.extract_statements(statement)
    kinds = {duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN}
    if len(found) != 1:
        raise BadInput(f"one statement is answered at a time, not {len(found)}", hint="ask one question")
    if found[0].type not in kinds:
        raise BadInput(f"{found[0].type.name} statements are refused: this door only reads", hint="start with SELECT")


def _refusal(message: str, views: Mapping[str, object]) -> BadInput:
    if message.startswith("Permission Error"):
        return BadInput("a statement can't reach files or the network", hint=f"it can read {', '.join(views)}")
    return BadInput(f"the statement failed: {message}", hint=f"tables: {', '.join(views)}; `describe TABLE` shows one")
