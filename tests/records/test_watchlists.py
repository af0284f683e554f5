"""Watchlists, portfolios and days: a user's own."""

from __future__ import annotations

import datetime as dt

import pytest

from tapehawk.core.errors import BadInput, NoData
from tapehawk.records import watchlists
from tests.records.conftest import NOW


def test_a_symbol_is_watched_once_and_by_its_user_only(database, ada, bob):
    with database.write() as records:
        mine = records.of(ada.id).watchlist
        assert mine.watch(["MSFT", "AAPL", "AAPL"], now=NOW) == ["AAPL", "MSFT"]
        assert mine.watch(["AAPL", "BTC/USDT"], now=NOW) == ["BTC/USDT"]
        assert records.of(bob.id).watchlist.watch(["AAPL"], now=NOW) == ["AAPL"]
    with database.write() as records:
        assert records.of(bob.id).watchlist.unwatch(["AAPL", "MSFT"]) == ["AAPL"]
        assert records.of(bob.id).watchlist.symbols() == []
        assert records.of(ada.id).watchlist.symbols() == ["AAPL", "BTC/USDT", "MSFT"]


def test_a_watchlist_has_an_end(database, ada, monkeypatch):
    monkeypatch.setattr(watchlists, "MOST", 3)
    with database.write() as records:
        records.of(ada.id).watchlist.watch(["A", "B", "C"], now=NOW)
    with pytest.raises(BadInput, match="3 symbols at most"), database.write() as records:
        records.of(ada.id).watchlist.watch(["D"], now=NOW)
    with database.read() as records:
        assert records.of(ada.id).watchlist.symbols() == ["A", "B", "C"]


def test_two_who_watch_the_same_at_once_both_succeed(database, ada, in_thread):
    def watch() -> list[str]:
        with database.write() as records:
            return records.of(ada.id).watchlist.watch(["AAPL", "MSFT"], now=NOW)

    assert sorted(map(len, in_thread(watch, watch, watch))) == [0, 0, 2]


def test_what_is_anothers_can_be_neither_read_nor_changed_nor_removed(database, ada, bob):
    with database.write() as records:
        made = records.of(ada.id).portfolios.add(name="mine", created_at=NOW, updated_at=NOW)
    for ask in (
        lambda his: his.get(made["id"]),
        lambda his: his.change(made["id"], name="his"),
        lambda his: his.change(made["id"]),
        lambda his: his.remove(made["id"]),
    ):
        with pytest.raises(NoData, match="no portfolio"), database.write() as records:
            ask(records.of(bob.id).portfolios)
    with database.read() as records:
        assert records.of(ada.id).portfolios.get(made["id"]) == made
        assert records.of(bob.id).portfolios.page(limit=10).items == []


def test_a_day_is_kept_in_place_of_itself(database, ada, bob):
    day = {"date": dt.date(2026, 3, 2), "signals_generated": 3, "total_pnl": 12.5, "patterns_used": {"a": 3}}
    with database.write() as records:
        records.of(ada.id).analytics.keep([day, day | {"date": dt.date(2026, 3, 3)}])
        records.of(bob.id).analytics.keep([day])
        records.of(ada.id).analytics.keep([day | {"signals_generated": 4}])
        records.of(ada.id).analytics.keep([])
    with database.read() as records:
        assert [row["signals_generated"] for row in records.of(ada.id).analytics.days()] == [4, 3]
        assert [row["signals_generated"] for row in records.of(bob.id).analytics.days(to=day["date"])] == [3]
        assert records.of(ada.id).analytics.days(from_=dt.date(2026, 3, 4)) == []
