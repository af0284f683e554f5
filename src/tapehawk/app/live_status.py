"""How a user's live scanner fares, as the process that scans has said last, whichever that is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tapehawk.app.house import House
from tapehawk.app.live_asked import LiveAsked, markets, parameter_set
from tapehawk.app.live_market import FAILED, NO_PROVIDER, RUNNING, STARTING
from tapehawk.app.live_plan import provider_for
from tapehawk.app.live_telling import phase_told
from tapehawk.app.phasing import day_plan
from tapehawk.core.errors import NoData, TapehawkError
from tapehawk.core.instants import microseconds
from tapehawk.records.live_desks import Desk
from tapehawk.records.live_scanners import STOPPED
from tapehawk.records.users import User

Said = dict[str, Any]
_WORST_LAST = (FAILED, STARTING, RUNNING)


def status(house: House, user: User) -> Said:
    """Return how the caller's live scanner fares; its markets one by one."""
    with house.database.read(fresh=True) as records:
        row, desk = records.of(user.id).live_scanner.found(), records.live_desks.found()
        watched = frozenset(records.of(user.id).watchlist.symbols())
    now = house.now()
    if row is None or row["state"] == STOPPED:
        return {**_nothing(house, "us"), "state": STOPPED, "reason": "", "asked": row and row["asked"]}
    if desk is not None and desk.lease_until < now:
        desk = None  # whoever scanned is gone, and another will take it up
    asked = LiveAsked.of_plain(row["asked"])
    wanted = markets(asked.among(watched))
    try:
        key = parameter_set(house.known, asked.config).key
    except TapehawkError:
        key = ""
    every = [_of_market(house, market, key, desk) for market in wanted]
    some = [one for one in every if one["state"] != NO_PROVIDER] or every
    first = some[0] if some else {**_nothing(house, "us"), "state": RUNNING, "reason": "no symbols: none are watched"}
    wrong = desk.status.get("wrong", {}).get(str(user.id)) if desk else None
    state, reason = (FAILED, wrong) if wrong else _worst(some or [first])
    return {
        **first,
        "state": state,
        "reason": reason,
        "asked": row["asked"],
        "parameter_set": key or "usual",
        "started_at": row["started_at"],
        "markets": some,
        "as_of": desk.told_at if desk else None,
        "age_seconds": (now - desk.told_at).total_seconds() if desk and desk.told_at else None,
        "worker": desk.worker if desk else None,
        "waits": desk.status.get("waits", "") if desk else "",
    }


def _nothing(house: House, market: str) -> Said:
    plan, now = day_plan(house.known, market), microseconds(house.now())
    return {"market": market, **phase_told(plan, now)}


def _of_market(house: House, market: str, key: str, desk: Desk | None) -> Said:
    """Return how a market fares for who has a parameter set."""
    told: Mapping[str, Any] = desk.status.get("markets", {}).get(market, {}) if desk else {}
    if not told:
        return {**_nothing(house, market), **_unscanned(house, market)}
    mine = told["sets"].get(key)
    said = {name: value for name, value in told.items() if name != "sets"}
    if told["state"] != RUNNING:
        return said
    return {**said, **(mine or {"state": STARTING, "reason": ""})}


def _unscanned(house: House, market: str) -> Said:
    try:
        provider = provider_for(house.known, market)
    except NoData as error:
        return {"state": NO_PROVIDER, "reason": f"{error.message}; {error.hint}"}
    return {"state": STARTING, "reason": "", "provider": provider}


def _worst(every: list[Said]) -> tuple[str, str]:
    """Return the state of the market that fares worst, and its reason."""
    order = {state: place for place, state in enumerate(_WORST_LAST)}
    worst = min(every, key=lambda one: order.get(one["state"], -1))
    return worst["state"], worst["reason"]
