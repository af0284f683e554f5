"""Starting, stopping and changing a user's live scanner. The desk that scans follows what is written here."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from tapehawk.app.house import House
from tapehawk.app.live_asked import (
    USUAL,
    Config,
    LiveAsked,
    ParameterSet,
    check,
    markets,
    named,
    of_market,
    parameter_set,
    switched,
)
from tapehawk.app.live_giving import Recipient
from tapehawk.app.live_plan import Planning
from tapehawk.app.sizing import account_of
from tapehawk.app.switching import need_streaming
from tapehawk.core.errors import BadInput, Conflict, NoData, UnknownName
from tapehawk.data.store import preferred_series, stored_symbols
from tapehawk.records.live_scanners import RUNNING
from tapehawk.records.owned import Row
from tapehawk.records.records import Records
from tapehawk.records.users import User


@dataclass(frozen=True)
class Effective:
    """What a live scanner scans with: every parameter of its scanners. `shared`: they are the settings' own."""

    parameter_set: str
    shared: bool
    config: dict[str, dict[str, Any]]


def start(house: House, user: User, asked: LiveAsked) -> Effective:
    """Let the caller's live scanner run; one that runs is asked for something else from now on.

    Raises BadInput for what can't be scanned, Conflict where there are too many parameter sets.
    """
    need_streaming(house.known)
    found = check(house.known, asked)
    _need_symbols(house, asked)
    for market in markets(None if asked.symbols is None else frozenset(asked.symbols)):
        switched(house.known, asked, market)
    account_of(house.known, user.preferences)
    with house.database.write() as records:
        _begin(house, records, user, asked, found)
    return _effective(house, asked, found)


def stop(house: House, user: User) -> None:
    """Stop the caller's live scanner; one that does not run stays stopped. Its signals go on."""
    with house.database.write() as records:
        records.of(user.id).live_scanner.stop(now=house.now())


def change_config(house: House, user: User, config: Config) -> Effective:
    """Let the caller's live scanner go on with other parameters. Raises as `start` does, Conflict where none runs."""
    with house.database.write() as records:
        row = records.of(user.id).live_scanner.found()
        if row is None or row["state"] != RUNNING:
            raise Conflict("your live scanner does not run", hint="POST /api/v1/scanner/start takes a config too")
        asked = replace(LiveAsked.of_plain(row["asked"]), config=config)
        found = check(house.known, asked)
        _begin(house, records, user, asked, found)
    return _effective(house, asked, found)


def _begin(house: House, records: Records, user: User, asked: LiveAsked, found: ParameterSet) -> None:
    records.live_scanners.one_at_a_time()
    others = [one for one in Planning(house.known).read(records).recipients if one.user_id != user.id]
    _need_room(house, found, others)
    now, mine = house.now(), records.of(user.id).live_scanner
    row = mine.found()
    goes_on = row is not None and row["state"] == RUNNING and _book(house, row) == found.key
    # Of another set only what is found from now on is theirs.
    mine.start(asked.plain(), since=row["started_at"] if row and goes_on else now, now=now)


def _book(house: House, row: Row) -> str | None:
    """Return the parameter set that a live scanner has had, None where it can't be read any more."""
    try:
        return parameter_set(house.known, LiveAsked.of_plain(row["asked"]).config).key
    except BadInput:
        return None


def _need_room(house: House, found: ParameterSet, others: list[Recipient]) -> None:
    most, keys = house.known.streaming.max_parameter_sets, {USUAL, *(one.book for one in others)}
    if found.key not in keys and len(keys) >= most:
        message = f"live scanners use {most} parameter sets at the same time, which is the limit"
        raise Conflict(
            message, hint="start without config to share the usual one, or raise streaming.max_parameter_sets"
        )


def _need_symbols(house: House, asked: LiveAsked) -> None:
    """Raise UnknownName for a symbol that the store of its market does not have; an empty one knows none."""
    for market in markets(frozenset(asked.symbols or ())):
        stored = _stored(house, market)
        for name in sorted(of_market(frozenset(asked.symbols or ()), market)):
            if stored and name not in stored:
                raise UnknownName("symbol", name, stored)


def _stored(house: House, market: str) -> frozenset[str]:
    """Return the symbols that whoever is scanned live has in the store."""
    for timeframe in ("1m", "1d"):
        try:
            series = preferred_series(house.known.store, timeframe, market=market)
            return frozenset(stored_symbols(house.known.store, series))
        except NoData:
            continue
    return frozenset()


def _effective(house: House, asked: LiveAsked, found: ParameterSet) -> Effective:
    names = named(house.known, asked)
    return Effective(found.key or "usual", found.key == USUAL, found.effective(names))
