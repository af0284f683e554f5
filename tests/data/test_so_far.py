"""The session so far, read on as its journal grows, is what the whole journal says, bar for bar and summed up."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from tapehawk.core.sessions import us_calendar
from tapehawk.data import so_far as module
from tapehawk.data import store
from tapehawk.data.journal import journal_path
from tapehawk.data.open_session import OpenSession
from tapehawk.data.panels import PanelQuestion, open_panel, panel_series
from tapehawk.data.sealing import newest, seal
from tapehawk.data.so_far import SoFar
from tapehawk.data.view import View, open_view, open_view_of
from tests.data.scripted import DAY, SIM, bar, stream_bars, truth_of

NEXT = us_calendar().next(DAY)


def summed(path) -> dict[str, tuple]:
    """Sum up a whole journal."""
    found = newest(path)
    rows = pl.DataFrame({name: found.bars[name] for name in ("symbol", "time", "high", "low", "close", "volume")})
    by = (
        rows.sort("time")
        .group_by("symbol")
        .agg(
            pl.col("close").last(),
            pl.col("high").max(),
            pl.col("low").min(),
            pl.col("volume").sum(),
            pl.col("time").last(),
        )
    )
    return {found.names[row[0]]: row[1:] for row in by.iter_rows()}


def kept(so_far: SoFar) -> dict[str, tuple]:
    numbers = [so_far.number(name) for name in so_far.names()]
    columns = (so_far.last, so_far.high, so_far.low, so_far.volume, so_far.closed() - 60_000_000)
    rows = zip(*(one[numbers].tolist() for one in columns), strict=True)
    return dict(zip(so_far.names(), rows, strict=True))


def same(mine: dict, theirs: dict) -> bool:
    return mine.keys() == theirs.keys() and all(mine[name] == pytest.approx(theirs[name]) for name in theirs)


def _drawn(chance: np.random.Generator, volume: float):
    minute, close = int(chance.integers(0, 40)), float(chance.integers(5, 50))
    return bar(f"S{chance.integers(0, 5)}", minute, close, volume=volume, revision=int(chance.integers(0, 3)))


def followed(root, seed: int) -> bool:
    """Write a session in pieces, some bars revised, late or twice; say whether it was right after each piece."""
    chance = np.random.default_rng(seed)
    bars = [_drawn(chance, volume=float(n + 1)) for n in range(int(chance.integers(20, 200)))]
    session = OpenSession(root, SIM, DAY)
    so_far, right = SoFar(session.journal.path), True
    while bars:
        count = int(chance.integers(1, 30))
        session.take(bars[:count])
        bars = bars[count:]
        right &= same(kept(so_far.read_on()), summed(session.journal.path))
    session.close()
    return right


@pytest.mark.parametrize("seed", range(25))
def test_what_is_kept_up_is_what_the_whole_journal_comes_to(root, seed):
    assert followed(root, seed)


def test_planted_a_revision_that_is_added_instead_of_summed_anew_is_noticed(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "_repeated", lambda keys: np.zeros(keys.size, dtype=bool))
    monkeypatch.setattr(module.Places, "of", lambda _self, symbol, _slot: np.full(np.shape(symbol), -1))
    assert not all(followed(tmp_path / str(seed), seed) for seed in range(5))


def test_a_journal_of_nothing_has_nothing(root):
    session = OpenSession(root, SIM, DAY)
    so_far = SoFar(session.journal.path).read_on()
    assert (so_far.names(), so_far.number("A"), so_far.starts().size) == ([], None, 0)
    assert so_far.bars_of(["A"]).bars.size == 0


@pytest.mark.parametrize(
    ("timeframe", "hours"), [("1m", "regular"), ("1m", "extended"), ("5m", "regular"), ("1h", "regular")]
)
def test_the_bars_of_one_symbol_are_those_it_has_among_all(root, timeframe, hours):
    days = truth_of(symbols=4, first=DAY, last=NEXT)
    cut = pl.col("time").dt.date() <= DAY
    store.append_bars(root, [(SIM, days.filter(cut))])
    session = OpenSession(root, SIM, NEXT)
    session.take(stream_bars(days.filter(~cut))[: 150 * 4])
    session.close()
    question = PanelQuestion(timeframe, hours=hours)
    whole = open_view(root, question, NEXT)
    stored = open_panel(root, question)
    at = View(stored, panel_series(root, question))
    readers: dict = {}
    for name in whole.panel.symbols:
        one = open_view_of(root, question, at, (name,), lambda path: readers.setdefault(path, SoFar(path)).read_on())
        mine = whole.panel.select((name,))
        assert one.panel.time.tolist() == mine.time.tolist()
        for column in ("open", "high", "low", "close", "volume", "session", "minute"):
            assert one.panel.columns[column].tolist() == mine.columns[column].tolist()
        assert one.panel.data_version == whole.panel.data_version
    assert len(readers) == 1


def test_a_sealed_journal_goes_on_being_read(root):
    session = OpenSession(root, SIM, DAY)
    session.take([bar("A", 1), bar("A", 2)])
    so_far = SoFar(journal_path(root, SIM, DAY)).read_on()
    seal(root, session.journal)
    assert same(kept(so_far.read_on()), {"A": (10.0, 11.0, 9.0, 200.0, so_far.closed()[0] - 60_000_000)})
    assert so_far.bars_of(["A"]).bars["volume"].tolist() == [100.0, 100.0]
