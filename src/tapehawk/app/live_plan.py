"""Who wants what scanned live, as one plan: a feed for each market, a scan for each parameter set, symbols together."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from tapehawk.app.asking import ALL, CRYPTO
from tapehawk.app.live_asked import HOURS, LiveAsked, ParameterSet, check, markets, of_market, switched
from tapehawk.app.live_giving import Recipient
from tapehawk.app.settings import Settings
from tapehawk.app.sizing import account_of
from tapehawk.core.errors import BadInput, NoData, TapehawkError
from tapehawk.core.events import Plain
from tapehawk.core.instants import microseconds
from tapehawk.core.series import MARKETS
from tapehawk.data.store import preferred_series
from tapehawk.records.live_scanners import Running
from tapehawk.records.records import Records

SIMULATOR: Final = "sim"


@dataclass(frozen=True)
class MarketPlan:
    """What is scanned of a market. `symbols`: None for all. `sets`: by parameter set, the scanners that are named."""

    market: str
    symbols: frozenset[str] | None
    sets: Mapping[str, frozenset[str]]


@dataclass(frozen=True)
class Plan:
    """What all of them come to. `sets`: the settings of each parameter set; `wrong`: users whose wish can't be met."""

    markets: Mapping[str, MarketPlan] = field(default_factory=dict)
    sets: Mapping[str, ParameterSet] = field(default_factory=dict)
    recipients: Sequence[Recipient] = ()
    wrong: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Wish:
    """One user's, read and checked."""

    who: Recipient
    asked: LiveAsked
    set: ParameterSet

    @cached_property
    def markets(self) -> tuple[str, ...]:
        return markets(self.who.among)


class Planning:
    """Makes plans; what was asked before is not checked again."""

    def __init__(self, known: Settings) -> None:
        self._known = known
        self._wishes: dict[uuid.UUID, tuple[tuple[Plain, Plain, object, object], _Wish | str]] = {}

    def read(self, records: Records) -> Plan:
        """Return the plan of everybody who runs a live scanner. Raises what the database does."""
        running, watched = records.live_scanners.running(), records.live_scanners.watched()
        wishes = {one.user_id: self._wish(one, watched.get(one.user_id, frozenset())) for one in running}
        good = [one for one in wishes.values() if isinstance(one, _Wish)]
        plans = {market: _of_market(market, mine) for market in MARKETS if (mine := _who(good, market))}
        wrong = {str(user): why for user, why in wishes.items() if isinstance(why, str)}
        return Plan(plans, {one.set.key: one.set for one in good}, tuple(one.who for one in good), wrong)

    def recipients(self, records: Records) -> Sequence[Recipient]:
        """Return who is given signals. Raises what the database does."""
        return self.read(records).recipients

    def _wish(self, one: Running, watched: frozenset[str]) -> _Wish | str:
        said = (one.asked, one.preferences, one.since, watched)
        before = self._wishes.get(one.user_id)
        if before is None or before[0] != said:
            before = self._wishes[one.user_id] = (said, self._checked(one, watched))
        return before[1]

    def _checked(self, one: Running, watched: frozenset[str]) -> _Wish | str:
        try:
            asked = LiveAsked.of_plain(one.asked)
            found, among = check(self._known, asked), asked.among(watched)
            on = {market: switched(self._known, asked, market) for market in markets(among)}
            account = account_of(self._known, one.preferences)
        except TapehawkError as error:  # the settings are others than when it was asked
            return error.message
        who = Recipient(one.user_id, found.key, microseconds(one.since), account, among, on)
        return _Wish(who, asked, found)


def provider_for(known: Settings, market: str) -> str:
    """Return whose bars of a market are scanned live. Raises NoData where nobody is named, saying what to set."""
    providers = known.providers
    named, prefer = providers.fetch_us, providers.prefer_us
    if market == CRYPTO:
        named, prefer = providers.fetch_crypto, providers.prefer_crypto
    if named:
        return named
    try:
        stored = preferred_series(known.store, "1d", market=market, prefer=prefer or None).provider
    except (NoData, BadInput):
        stored = ""
    if stored == SIMULATOR:
        return SIMULATOR
    message = f"nobody is named whose bars of the market {market!r} are scanned live"
    raise NoData(message, hint=f"scanner config set providers.fetch_{market} NAME; sim needs no key")


def second_for(known: Settings, market: str) -> str:
    """Return whose bars are scanned live while those of `provider_for` do not come, "" for nobody's."""
    return known.providers.second_crypto if market == CRYPTO else known.providers.second_us


def _who(wishes: Sequence[_Wish], market: str) -> list[_Wish]:
    return [one for one in wishes if market in one.markets]


def _of_market(market: str, wishes: Sequence[_Wish]) -> MarketPlan:
    groups = [one.who.among for one in wishes]
    every = frozenset().union(*(of_market(one, market) for one in groups if one is not None))
    sets: dict[str, frozenset[str]] = {}
    for one in wishes:
        sets[one.set.key] = sets.get(one.set.key, frozenset()) | (frozenset(one.asked.scanners) - {ALL})
    return MarketPlan(market, None if None in groups else every, sets)


__all__ = ["HOURS", "MarketPlan", "Plan", "Planning", "provider_for", "second_for"]
