"""A stored panel joined with a journal's bars is the panel of all of them; without a journal it is the stored one."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from tapehawk.core.bars import SCHEMA
from tapehawk.core.errors import NoData
from tapehawk.core.sessions import us_calendar
from tapehawk.data import joining, store, view
from tapehawk.data.building import panel_of
from tapehawk.data.journal import journal_path
from tapehawk.data.open_session import OpenSession
from tapehawk.data.panels import PanelQuestion, open_panel
from tapehawk.data.sealing import seal
from tapehawk.data.so_far import SoFar
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


class TestWhereNothingIsStored:
    @pytest.fixture
    def session(self, root):
        made = OpenSession(root, SIM, NEXT)
        made.take(stream_bars(truth_of(symbols=3, first=NEXT, last=NEXT)))
        return made

    def test_the_journals_answer_alone(self, root, session):
        question = PanelQuestion("1m")
        alone = open_view(root, question, NEXT)
        assert set(alone.reach) == {NEXT}
        seal(root, session.journal)
        same_columns(alone.panel, open_panel(root, question))

    def test_slower_bars_are_folded(self, root, session):
        folded = open_view(root, PanelQuestion("5m"), NEXT)
        assert folded.series == replace(SIM, timeframe="5m")
        assert "made of 1m bars" in folded.panel.labels
        seal(root, session.journal)
        same_columns(folded.panel, open_panel(root, PanelQuestion("5m")))

    def test_some_symbols_are_the_same_among_all(self, root, session):
        name = open_view(root, PanelQuestion("5m"), NEXT).panel.symbols[1]
        one = view.open_unstored_of(root, PanelQuestion("5m"), (name,), lambda path: SoFar(path).read_on())
        same_columns(one.panel, open_view(root, PanelQuestion("5m"), NEXT).panel.select((name,)))

    def test_its_version_makes_it_again(self, root, session):
        before = open_view(root, PanelQuestion("1m"), NEXT).panel
        bars = truth_of(symbols=4, first=NEXT, last=NEXT)
        session.take(stream_bars(bars.filter(~pl.col("symbol").is_in(before.symbols))))
        seal(root, session.journal)
        again = open_view(root, PanelQuestion("1m", version=before.data_version), None).panel
        assert again.data_version == before.data_version
        same_columns(again, before)

    @pytest.mark.parametrize(
        "question", [PanelQuestion("1d"), PanelQuestion("1m", market="crypto"), PanelQuestion("1m", prefer="us:x:y")]
    )
    def test_what_they_do_not_have_is_not_there(self, root, session, question):
        with pytest.raises(NoData, match=r"no 1. bars are stored"):
            open_view(root, question, NEXT)


def same_columns(one, other):
    assert (one.symbols, one.starts.tolist()) == (other.symbols, other.starts.tolist())
    assert one.time.tolist() == other.time.tolist()
    assert all((one.columns[name] == other.columns[name]).all() for name in ("open", "high", "low", "close", "volume"))
