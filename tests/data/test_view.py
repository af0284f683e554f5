"""A stored panel joined with a journal's bars is the panel of all of them; without a journal it is the stored one."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
import pytest

from tapehawk.core.bars import SCHEMA
from tapehawk.core.sessions import us_calendar
from tapehawk.data import joining, store, view
from tapehawk.data.building import panel_of
from tapehawk.data.journal import journal_path
from tapehawk.data.open_session import OpenSession
from tapehawk.data.panels import PanelQuestion, open_panel
from tapehawk.data.view import open_view, unsealed
from tests.data.scripted import DAY, SIM, stream_bars, truth_of

NEXT = us_calendar().next(DAY)
NAMES = ("AA", "B", "BB", "C", "CC")


def drawn(chance: np.random.Generator, names, most: int) -> pl.DataFrame:
    """Return some bars of some symbols within two sessions, in order."""
    opens = [us_calendar().need_session(day).open for day in (DAY, NEXT)]
    keys = {
        (str(chance.choice(names)), int(chance.choice(opens)) + int(chance.integers(0, 12)) * 60_000_000)
        for _ in range(int(chance.integers(1, most)))
    }
    rows = [
        (name, time, *([float(chance.integers(1, 1000))] * 4), float(chance.integers(0, 99))) for name, time in keys
    ]
    frame = pl.DataFrame(rows, schema={**SCHEMA, "time": pl.Int64}, orient="row")
    return frame.with_columns(pl.col("time").cast(SCHEMA["time"])).sort("symbol", "time")


def joins_right(seed: int) -> bool:
    """Join bars, and say whether Polars puts the same ones together."""
    chance = np.random.default_rng(seed)
    ours, theirs = (drawn(chance, chance.choice(NAMES, int(chance.integers(1, 5))), most) for most in (60, 30))
    whole = pl.concat([ours, theirs]).unique(["symbol", "time"], keep="last", maintain_order=True)
    expected = panel_of(whole.sort("symbol", "time"), SIM)
    made = joining.merged(panel_of(ours, SIM), panel_of(theirs, SIM))
    return (
        made.symbols == expected.symbols
        and made.starts.tolist() == expected.starts.tolist()
        and made.time.tolist() == expected.time.tolist()
        and all(made.columns[name].tolist() == column.tolist() for name, column in expected.columns.items())
    )


@pytest.mark.parametrize("seed", range(150))
def test_q16_joined_are_all_bars_each_once_in_order(seed):
    assert joins_right(seed)


def test_planted_a_join_that_keeps_a_bars_twin_is_noticed(monkeypatch):
    places = joining._places

    def blind(*given):
        at, twin = places(*given)
        return at, np.zeros_like(twin)

    monkeypatch.setattr(joining, "_places", blind)
    assert not all(map(joins_right, range(20)))


@pytest.fixture
def filled(root):
    store.append_bars(root, [(SIM, truth_of(symbols=3))])
    return root


def test_without_a_journal_the_stored_panel_is_what_is_opened(filled, monkeypatch):
    monkeypatch.setattr(joining, "joined", None)
    opened = open_view(filled, PanelQuestion("1m"), NEXT)
    assert opened.reach == {}
    assert isinstance(opened.panel.time, np.memmap)
    assert opened.panel.data_version == open_panel(filled, PanelQuestion("1m")).data_version


def test_a_journal_later_than_what_is_asked_about_is_not_looked_at(filled):
    session = OpenSession(filled, SIM, NEXT)
    session.take(stream_bars(truth_of(symbols=3, first=NEXT, last=NEXT)))
    assert unsealed(filled, DAY) == []
    assert [one.session for one in unsealed(filled, NEXT)] == [NEXT]
    assert open_view(filled, PanelQuestion("1m"), DAY).reach == {}
    assert set(open_view(filled, PanelQuestion("1m"), NEXT).reach) == {NEXT}


def test_a_journal_without_a_bar_or_without_one_within_the_hours_changes_nothing(filled):
    session = OpenSession(filled, SIM, NEXT)
    stored = open_panel(filled, PanelQuestion("1m"))
    assert open_view(filled, PanelQuestion("1m"), NEXT).panel.data_version == stored.data_version
    bars = (
        truth_of(symbols=3)
        .head(1)
        .with_columns(time=pl.lit(us_calendar().need_session(NEXT).premarket_open).cast(SCHEMA["time"]))
    )
    session.take(stream_bars(bars))
    assert open_view(filled, PanelQuestion("1m"), NEXT).panel.data_version == stored.data_version
    assert "journal" in open_view(filled, PanelQuestion("1m", hours="extended"), NEXT).panel.data_version


def test_columns_are_made_when_they_are_asked_for_and_once():
    made = []
    columns = joining.Columns(["close", "volume"], lambda name: made.append(name) or np.zeros(1))
    assert "close" in columns
    assert list(columns) == ["close", "volume"]
    assert len(columns) == 2
    assert made == []
    assert columns["close"] is columns["close"]
    assert made == ["close"]
    assert columns.get("raw.close") is None


def test_a_version_names_its_journals_and_their_offsets(filled):
    session = OpenSession(filled, SIM, NEXT)
    session.take(stream_bars(truth_of(symbols=3, first=NEXT, last=NEXT).head(900)))
    offset = journal_path(filled, SIM, NEXT).stat().st_size
    opened = open_view(filled, PanelQuestion("1m"), NEXT).panel
    assert opened.data_version.endswith(f"+journal_{NEXT:%Y%m%d}@{offset}")
    question, offsets = view._parts(PanelQuestion("1m", version=opened.data_version))
    assert question.version == open_panel(filled, PanelQuestion("1m")).data_version
    assert offsets == {NEXT: offset}
    assert view._parts(PanelQuestion("1m")) == (PanelQuestion("1m"), {})
    assert isinstance(next(iter(offsets)), dt.date)
