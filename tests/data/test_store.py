"""The store: appended, revised, versioned, chosen from, and clear when it is missing or broken."""

from __future__ import annotations

import datetime as dt
import shutil
from dataclasses import replace

import polars as pl
import pytest

from tapehawk.core.bars import Series
from tapehawk.core.errors import BadInput, CorruptStore, NoData, UnknownName
from tapehawk.data import store
from tapehawk.data.tables import Appended
from tapehawk.data.versions import data_version, parse_version, table_version
from tests.data.bar_frames import AS_TRADED, daily, minutes

SIP = AS_TRADED
SPLIT = replace(SIP, adjustment="split", adjusted_as_of=dt.date(2024, 1, 3))


def closes(root, series=SIP, **question):
    return store.read_bars(root, series, **question)["close"].to_list()


def test_bars_come_back_as_they_were_stored(tmp_path):
    bars = pl.concat([daily("AAA", [10.0, 11.0]), daily("BBB", [20.0])])
    assert store.append_bars(tmp_path, [(SIP, bars)]) == Appended(new=3, revised=0, unchanged=0)
    assert store.read_bars(tmp_path, SIP).drop("adjusted_as_of").equals(bars)


def test_storing_the_same_bars_again_stores_nothing(tmp_path):
    bars = daily("AAA", [10.0, 11.0])
    store.append_bars(tmp_path, [(SIP, bars)])
    before = data_version(tmp_path, "1d")
    assert store.append_bars(tmp_path, [(SIP, bars)]) == Appended(new=0, revised=0, unchanged=2)
    assert data_version(tmp_path, "1d") == before


def test_a_correction_is_a_revision_and_the_newest_wins(tmp_path):
    store.append_bars(tmp_path, [(SIP, daily("AAA", [10.0, 11.0]))])
    for corrected in (12.0, 13.0):
        stored = store.append_bars(tmp_path, [(SIP, daily("AAA", [10.0, corrected]))])
        assert stored == Appended(new=0, revised=1, unchanged=1)
    assert closes(tmp_path) == [10.0, 13.0]


def test_an_older_version_reads_as_it_was(tmp_path):
    store.append_bars(tmp_path, [(SIP, daily("AAA", [10.0, 11.0]))])
    before = data_version(tmp_path, "1d")
    store.append_bars(tmp_path, [(SIP, daily("AAA", [10.0, 12.0, 13.0]))])
    assert closes(tmp_path, version=before) == [10.0, 11.0]
    assert closes(tmp_path) == [10.0, 12.0, 13.0]


def test_the_data_version_joins_what_decides_a_result(tmp_path):
    store.append_bars(tmp_path, [(SIP, daily("AAA", [10.0]))])
    assert data_version(tmp_path, "1d") == "bars_1d@1"
    store.append_actions(
        tmp_path, pl.DataFrame({"symbol": ["AAA"], "ex_date": [dt.date(2024, 1, 3)], "type": ["split"]})
    )
    assert data_version(tmp_path, "1d") == "bars_1d@1+actions@1"
    assert parse_version("bars_1d@0+actions@12") == {"bars_1d": 0, "actions": 12}


@pytest.mark.parametrize("text", ["", "bars_1d", "bars_1d@x", "../bars_1d@1", "bars_1d@1+", "bars_1d@1/.."])
def test_what_is_no_data_version_is_refused(text):
    with pytest.raises(BadInput, match="not a data version"):
        parse_version(text)


def test_two_series_never_mix(tmp_path):
    iex = replace(SIP, feed="iex", volume_scope="iex")
    store.append_bars(tmp_path, [(SIP, daily("AAA", [10.0, 11.0])), (iex, daily("AAA", [10.1]))])
    assert closes(tmp_path, SIP) == [10.0, 11.0]
    assert closes(tmp_path, iex) == [10.1]


def test_reading_takes_symbols_and_sessions(tmp_path):
    bars = pl.concat([daily("AAA", [1.0, 2.0, 3.0]), daily("BBB", [4.0, 5.0, 6.0]), daily("CCC", [7.0])])
    store.append_bars(tmp_path, [(SIP, bars)])
    window = (dt.date(2024, 1, 3), dt.date(2024, 1, 3))
    assert closes(tmp_path, symbols=["AAA", "BBB"], sessions=window) == [2.0, 5.0]
    assert closes(tmp_path, sessions=(dt.date(2024, 1, 4), None)) == [3.0, 6.0]
    assert closes(tmp_path, symbols=["ZZZ"]) == []


def test_an_evening_bar_belongs_to_its_new_york_date(tmp_path):
    series = replace(SIP, timeframe="1m")
    evening = dt.datetime(2024, 1, 3, 0, 30, tzinfo=dt.UTC)
    store.append_bars(tmp_path, [(series, minutes("AAA", evening, [10.0]))])
    day = dt.date(2024, 1, 2)
    assert closes(tmp_path, series, sessions=(day, day)) == [10.0]
    assert [path.name for path in (tmp_path / "bars_1m").glob("session=*")] == ["session=2024-01-02"]


def test_one_append_holds_one_timeframe(tmp_path):
    batches = [(SIP, daily("AAA", [1.0])), (replace(SIP, timeframe="1w"), daily("AAA", [1.0]))]
    with pytest.raises(BadInput, match="one timeframe"):
        store.append_bars(tmp_path, batches)


def test_comparing_counts_without_storing(tmp_path):
    store.append_bars(tmp_path, [(SIP, daily("AAA", [10.0, 11.0]))])
    compared = store.compare_bars(tmp_path, [(SIP, daily("AAA", [10.0, 12.0, 13.0]))])
    assert compared == Appended(new=1, revised=1, unchanged=1)
    assert closes(tmp_path) == [10.0, 11.0]


def test_each_bar_remembers_when_it_was_adjusted(tmp_path):
    store.append_bars(tmp_path, [(SPLIT, daily("AAA", [10.0, 11.0]))])
    later = replace(SPLIT, adjusted_as_of=dt.date(2024, 1, 4))
    store.append_bars(tmp_path, [(later, daily("AAA", [10.0, 11.0, 12.0]))])
    dates = store.read_bars(tmp_path, SPLIT)["adjusted_as_of"].to_list()
    assert [date.day for date in dates] == [3, 3, 4]
    assert store.preferred_series(tmp_path, "1d").adjusted_as_of == dt.date(2024, 1, 4)


def test_symbols_keep_delisted_names_and_take_corrections(tmp_path):
    listed = pl.DataFrame(
        {
            "symbol": ["AAA", "OLD", "NEVER"],
            "first_seen": [dt.date(2021, 1, 29), dt.date(2021, 1, 29), None],
            "last_seen": [dt.date(2026, 8, 21), dt.date(2023, 5, 1), None],
            "type": ["common", "common", None],
        }
    )
    store.append_symbols(tmp_path, listed)
    later = listed.with_columns(last_seen=pl.Series([dt.date(2026, 9, 1), dt.date(2023, 5, 1), None]))
    assert store.append_symbols(tmp_path, later) == Appended(new=0, revised=1, unchanged=2)
    found = {row["symbol"]: row for row in store.read_symbols(tmp_path).iter_rows(named=True)}
    assert found["AAA"]["last_seen"] == dt.date(2026, 9, 1)
    assert found["OLD"]["last_seen"] == dt.date(2023, 5, 1)
    assert found["NEVER"]["first_seen"] is None


def test_a_store_without_symbols_or_actions_answers_with_none(tmp_path):
    assert store.read_symbols(tmp_path).is_empty()
    assert store.read_actions(tmp_path).is_empty()


# ------------------------------------------------------------------------------- which series answers


@pytest.mark.parametrize(
    ("worse", "better"),
    [
        (Series("sim", "sim", simulated=True), SIP),
        (Series("test", "iex", volume_scope="iex"), SIP),
    ],
)
def test_real_whole_market_bars_are_preferred(tmp_path, worse, better):
    store.append_bars(tmp_path, [(worse, daily("AAA", [1.0] * 9)), (better, daily("AAA", [1.0]))])
    assert store.preferred_series(tmp_path, "1d") == better


def test_the_series_that_reaches_furthest_is_preferred_then_the_one_with_most_symbols(tmp_path):
    old, new, wide = (replace(SIP, feed=feed) for feed in ("old", "new", "wide"))
    bars = daily("AAA", [1.0, 2.0])
    store.append_bars(tmp_path, [(old, bars.head(1)), (new, bars)])
    assert store.preferred_series(tmp_path, "1d") == new
    store.append_bars(tmp_path, [(wide, pl.concat([bars, daily("BBB", [1.0])]))])
    assert store.preferred_series(tmp_path, "1d") == wide
    assert store.preferred_series(tmp_path, "1d", prefer=old.id) == old


def test_an_unknown_series_is_an_error_that_names_the_nearest(tmp_path):
    store.append_bars(tmp_path, [(SIP, daily("AAA", [1.0]))])
    with pytest.raises(UnknownName) as raised:
        store.preferred_series(tmp_path, "1d", prefer="us:test:sipp:none:consolidated")
    assert SIP.id in raised.value.hint


def test_the_stored_series_are_listed_with_their_reach(tmp_path):
    store.append_bars(tmp_path, [(SIP, pl.concat([daily("AAA", [1.0, 2.0]), daily("BBB", [3.0])]))])
    (one,) = store.stored_series(tmp_path, "1d")
    assert (one.series, one.symbols, one.rows, one.first.day, one.last.day) == (SIP, 2, 3, 2, 3)


# ------------------------------------------------------------------------------- missing and broken


def test_a_missing_store_says_how_to_fill_it(tmp_path):
    with pytest.raises(NoData, match="there is no bar store") as raised:
        data_version(tmp_path / "nowhere", "1d")
    assert raised.value.in_full == f"there is no bar store yet ({tmp_path / 'nowhere'})"
    assert "scanner import" in raised.value.hint
    assert "make demo" in raised.value.hint


def test_a_timeframe_without_bars_names_those_that_have_some(tmp_path):
    store.append_bars(tmp_path, [(SIP, daily("AAA", [1.0]))])
    for ask in (data_version, store.stored_series):
        with pytest.raises(NoData, match="no 1h bars are stored"):
            ask(tmp_path, "1h")
    with pytest.raises(NoData, match="market 'crypto'"):
        store.preferred_series(tmp_path, "1d", market="crypto")


def test_a_lost_data_file_is_a_corrupt_store_that_says_what_to_do(tmp_path):
    store.append_bars(tmp_path, [(SIP, daily("AAA", [1.0]))])
    next((tmp_path / "bars_1d").rglob("*.parquet")).unlink()
    with pytest.raises(CorruptStore, match="bars_1d") as raised:
        store.read_bars(tmp_path, SIP)
    assert str(tmp_path) not in raised.value.message
    assert str(tmp_path) in raised.value.in_full
    assert "backup" in raised.value.hint


def test_a_damaged_data_file_is_a_corrupt_store(tmp_path):
    store.append_bars(tmp_path, [(SIP, daily("AAA", [1.0]))])
    next((tmp_path / "bars_1d").rglob("*.parquet")).write_bytes(b"not parquet")
    with pytest.raises(CorruptStore):
        store.read_bars(tmp_path, SIP)


def test_a_damaged_log_is_a_corrupt_store(tmp_path):
    store.append_bars(tmp_path, [(SIP, daily("AAA", [1.0]))])
    next((tmp_path / "bars_1d" / "_delta_log").glob("*.json")).write_text("{")
    with pytest.raises(CorruptStore):
        store.read_bars(tmp_path, SIP)


def test_a_lost_log_is_a_corrupt_store_and_nothing_is_deleted(tmp_path):
    store.append_bars(tmp_path, [(SIP, daily("AAA", [1.0]))])
    for commit in (tmp_path / "bars_1d" / "_delta_log").glob("*.json"):
        commit.unlink()
    with pytest.raises(CorruptStore, match="lost its log"):
        data_version(tmp_path, "1d")
    with pytest.raises(CorruptStore, match="lost its log"):
        store.append_bars(tmp_path, [(SIP, daily("AAA", [2.0]))])
    assert list((tmp_path / "bars_1d").rglob("*.parquet"))


def test_a_table_that_is_not_there_has_no_version(tmp_path):
    assert table_version(tmp_path, "bars_1d") is None


def test_a_series_that_nobody_knows_is_a_corrupt_store(tmp_path):
    store.append_bars(tmp_path, [(SIP, daily("AAA", [1.0]))])
    shutil.rmtree(tmp_path / "series")
    with pytest.raises(CorruptStore, match="does not know us:test:sip"):
        store.preferred_series(tmp_path, "1d")


def test_symbols_of_a_series_are_listed(tmp_path):
    store.append_bars(tmp_path, [(SIP, pl.concat([daily("BBB", [1.0]), daily("AAA", [1.0, 2.0])]))])
    assert store.stored_symbols(tmp_path, SIP) == ["AAA", "BBB"]
    assert store.stored_symbols(tmp_path, replace(SIP, feed="none")) == []
    with pytest.raises(NoData):
        store.stored_symbols(tmp_path, replace(SIP, timeframe="1m"))


def test_symbols_that_have_bars_in_a_session_are_listed(tmp_path):
    series, first = replace(SIP, timeframe="1m"), dt.datetime(2024, 1, 2, 14, 30, tzinfo=dt.UTC)
    late = dt.datetime(2024, 1, 4, 0, 59, tzinfo=dt.UTC)  # 19:59 in New York, the day before
    store.append_bars(tmp_path, [(series, pl.concat([minutes("AAA", first, [1.0]), minutes("BBB", late, [1.0])]))])
    listed = [store.stored_symbols(tmp_path, series, session=dt.date(2024, 1, day)) for day in (2, 3, 4)]
    assert listed == [["AAA"], ["BBB"], []]


def test_a_store_may_lie_in_a_folder_with_spaces_and_accents(tmp_path):
    root, bars = tmp_path / "my bars" / "dépôt à moi", daily("AAA", [10.0, 11.0])
    store.append_bars(root, [(SIP, bars)])
    assert closes(root) == [10.0, 11.0]
    assert store.append_bars(root, [(SIP, bars)]).new == 0


@pytest.mark.parametrize("name", ["100% sure", "a%zb", "(a) {b} <c> #1 'd' & *", "a`b~c;d:e@f+h$i!j,k"])
def test_a_store_may_lie_in_a_folder_of_nearly_any_name(tmp_path, name):
    for close in (10.0, 11.0):
        store.append_bars(tmp_path / name, [(SIP, daily("AAA", [close]))])
    assert closes(tmp_path / name) == [11.0]
    assert [path.name for path in tmp_path.iterdir()] == [name]


UNSPEAKABLE = {
    "a=b": "=",
    "a[b": "[",
    "a]b": "]",
    "a^b": "^",
    "a|b": "|",
    "a\\b": "\\",
    "a\tb": "\t",
    "a%20b": "%20",
    "a%ebb": "%eb",
}


@pytest.mark.parametrize(("name", "part"), UNSPEAKABLE.items())
def test_a_folder_whose_path_is_no_address_is_bad_input_that_names_it(tmp_path, name, part):
    with pytest.raises(BadInput) as refused:
        store.append_bars(tmp_path / name, [(SIP, daily("AAA", [10.0]))])
    assert f"{tmp_path / name}" in refused.value.in_full
    assert repr(part) in refused.value.message
    assert "rename the folder" in str(refused.value.hint)
    assert list(tmp_path.iterdir()) == []


def test_a_store_that_was_moved_into_such_a_folder_is_refused_and_kept(tmp_path):
    good, bad = tmp_path / "good", tmp_path / "a[b]"
    store.append_bars(good, [(SIP, daily("AAA", [10.0]))])
    good.rename(bad)
    for work in (
        lambda: closes(bad),
        lambda: store.append_bars(bad, [(SIP, daily("AAA", [11.0]))]),
        lambda: store.stored_series(bad, "1d"),
    ):
        with pytest.raises(BadInput, match="may not be part of the path"):
            work()
    bad.rename(good)
    assert closes(good) == [10.0]
