"""The last bar of each symbol is what the journals say, for who was there and for who comes late."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tapehawk.core.errors import CorruptStore
from tapehawk.data.journal import Journal
from tapehawk.data.last_bars import LastBars
from tests.data.journals import write
from tests.data.scripted import DAY, MINUTE, OPEN, SIM

NAMES = ("AAA", "BRK.B", "BTC/USDT")


def shown(bars: LastBars) -> dict[str, tuple[int, float]]:
    return {symbol: ((bar.time - OPEN) // MINUTE, bar.close) for symbol, bar in bars.now.items()}


def test_without_journals_there_are_none(tmp_path):
    assert LastBars(tmp_path).read_on() == []


def test_only_what_is_new_or_revised_is_news(tmp_path):
    journal, bars = Journal(tmp_path, SIM, DAY), LastBars(tmp_path)
    write(journal, ("AAA", 0, 1.0), ("BRK.B", 0, 2.0), ("AAA", 1, 3.0))
    assert [(one.symbol, one.close) for one in bars.read_on()] == [("AAA", 3.0), ("BRK.B", 2.0)]
    assert bars.read_on() == []
    write(journal, ("BRK.B", 0, 4.0), ("AAA", 0, 9.0))
    assert [(one.symbol, one.close) for one in bars.read_on()] == [("BRK.B", 4.0)], "a late bar is not the last one"
    assert shown(bars) == {"AAA": (1, 3.0), "BRK.B": (0, 4.0)}
    journal.close()


def test_the_next_session_s_bars_follow_and_older_quotes_stay(tmp_path):
    bars = LastBars(tmp_path)
    for day in (DAY, DAY + dt.timedelta(days=3)):
        journal = Journal(tmp_path, SIM, day)
        write(journal, (NAMES[day != DAY], (day - DAY).days * 1440, 1.0))
        bars.read_on()
        journal.close()
    assert shown(bars) == {"AAA": (0, 1.0), "BRK.B": (3 * 1440, 1.0)}


def test_a_journal_that_can_not_be_read_is_said_to_be_so(tmp_path):
    journal = Journal(tmp_path, SIM, DAY)
    journal.close()
    journal.path.unlink()
    journal.path.mkdir()
    with pytest.raises(CorruptStore):
        LastBars(tmp_path).read_on()


bar = st.tuples(st.sampled_from(NAMES), st.integers(0, 20), st.floats(1, 100))


@given(batches=st.lists(st.lists(bar, min_size=1, max_size=8), max_size=6), looks=st.sets(st.integers(0, 6)))
def test_however_it_is_read_the_last_bars_are_those_of_the_whole_journal(tmp_path_factory, batches, looks):
    root = tmp_path_factory.mktemp("root")
    journal, bars, latest = Journal(root, SIM, DAY), LastBars(root), {}
    for number, batch in enumerate(batches):
        write(journal, *batch)
        for symbol, minute, close in batch:
            if minute >= latest.get(symbol, (0, 0))[0]:
                latest[symbol] = minute, close
        if number in looks:
            bars.read_on()
    journal.close()
    bars.read_on()
    assert shown(bars) == latest
