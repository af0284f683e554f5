"""Appending: however rows are cut into appends, each key has one newest row, and equal rows are stored once."""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tapehawk.data import tables
from tapehawk.data.tables import Appended, Table
from tapehawk.data.versions import table_version

TABLE = Table(
    "things",
    ("name", "since"),
    ("worth",),
    pl.Schema({"name": pl.String(), "since": pl.Date(), "worth": pl.Float64(), "revision": pl.Int32()}),
)
LONG = "Ä" * 60  # statistics of a file hold the beginning of a long text
NAMES = st.sampled_from(["", "A", "AA", "B", "BRK.B", "a", "é", "ÿ", "𝔸", LONG, LONG + "A", LONG + "B"])
DATES = st.sampled_from([None, dt.date(1969, 12, 31), dt.date(2024, 1, 2), dt.date(2024, 1, 3)])
WORTHS = st.sampled_from([None, 0.0, 1.0, 2.0])
APPENDS = st.lists(st.dictionaries(st.tuples(NAMES, DATES), WORTHS, min_size=1, max_size=4), min_size=1, max_size=5)


def frame(rows):
    """Return rows, (name, since) → worth, as a frame of the table."""
    facts = [(*key, worth, 0) for key, worth in rows.items()]
    return pl.DataFrame(facts, schema=TABLE.schema, orient="row")


def newest(root):
    """Return what the table says now: (name, since) → worth."""
    found = tables.newest(root, TABLE, version=table_version(root, TABLE.name))
    return {(name, since): worth for name, since, worth, _ in found.iter_rows()}


def appended(said, rows):
    """Say what an append should do to what was said before, and do it."""
    new = sum(key not in said for key in rows)
    unchanged = sum(key in said and said[key] == worth for key, worth in rows.items())
    said |= rows
    return Appended(new, len(rows) - new - unchanged, unchanged)


def hold_to_a_dictionary(appends):
    with tempfile.TemporaryDirectory() as folder:
        said: dict[object, object] = {}
        for rows in appends:
            assert tables.append(Path(folder), TABLE, frame(rows)) == appended(said, rows)
            assert newest(Path(folder)) == said


@settings(max_examples=40)
@given(APPENDS)
def test_appends_leave_what_a_dictionary_would_hold(appends):
    hold_to_a_dictionary(appends)


def test_planted_a_bound_that_leaves_out_the_greatest_key_stores_a_row_twice(monkeypatch):
    around = tables._around

    def too_narrow(table, part):
        return around(table, part) & (pl.col("name") < part["name"].max())

    monkeypatch.setattr(tables, "_around", too_narrow)
    rows = {("A", None): 1.0, ("B", None): 1.0}
    with pytest.raises(AssertionError):
        hold_to_a_dictionary([rows, rows])


def test_rows_of_other_names_and_dates_are_not_read_to_append(tmp_path, monkeypatch):
    """Files whose statistics rule them out need not even be readable."""
    tables.append(tmp_path, TABLE, frame({("A", dt.date(2024, 1, 2)): 1.0, ("B", dt.date(2024, 1, 3)): 1.0}))
    (file,) = (tmp_path / TABLE.name).glob("*.parquet")
    whole = file.read_bytes()
    footer = int.from_bytes(whole[-8:-4], "little") + 8
    file.write_bytes(whole[:4] + b"\0" * (len(whole) - footer - 4) + whole[-footer:])
    later = frame({("A", dt.date(2024, 1, 4)): 1.0})
    assert tables.append(tmp_path, TABLE, later) == Appended(new=1, revised=0, unchanged=0)
