"""What a user asks of their live scanner, and which of the shared scans answers it.

asked ── config ──► parameter set     "" where it comes to the settings' own, which is the usual one
      ── scanners ► on, by phase      those that are named all day; none named: whom the settings switch on
      ── symbols, watchlist ────────► whose hits are theirs
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Self

from tapehawk.app.asking import ALL, CRYPTO, desk, parameters, scanners_named
from tapehawk.app.settings import Settings
from tapehawk.app.switching import enabled, on_while_closed
from tapehawk.catalog import scanner_type
from tapehawk.core.errors import BadInput
from tapehawk.core.scanner import Scanner
from tapehawk.core.series import MARKETS
from tapehawk.core.sessions import CLOSED, PHASES
from tapehawk.scan.parameters import configured
from tapehawk.scan.phases import Enabled

TIMEFRAME: Final = "1m"
HOURS: Final = "extended"
USUAL: Final = ""
"""The key of the settings' own parameters."""
Config = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class LiveAsked:
    """What a live scanner is asked for. `symbols`: None for all; `watchlist`: those of the user's watchlist as well.

    `scanners`: none for those that the settings switch on. `config`: parameters by scanner, before the settings.
    """

    symbols: tuple[str, ...] | None = None
    watchlist: bool = False
    scanners: tuple[str, ...] = ()
    config: Config = field(default_factory=dict)

    @classmethod
    def of_plain(cls, said: Mapping[str, Any]) -> Self:
        """Return what `plain` wrote."""
        symbols = said["symbols"]
        named = None if symbols is None else tuple(symbols)
        return cls(named, said["watchlist"], tuple(said["scanners"]), said["config"])

    def plain(self) -> dict[str, Any]:
        """Return it as plain values."""
        symbols = None if self.symbols is None else sorted(set(self.symbols))
        return {"symbols": symbols, "watchlist": self.watchlist, "scanners": list(self.scanners), "config": self.config}

    def among(self, watched: frozenset[str]) -> frozenset[str] | None:
        """Return whose hits are wanted, None for all. `watched`: the user's watchlist."""
        if self.symbols is None and not self.watchlist:
            return None
        return frozenset(self.symbols or ()) | (watched if self.watchlist else frozenset())


@dataclass(frozen=True, eq=False)
class ParameterSet:
    """Settings with somebody's parameters. `key`: the same for the same parameters, however they were said."""

    key: str
    known: Settings

    def effective(self, names: tuple[str, ...]) -> dict[str, dict[str, Any]]:
        """Return every parameter of some scanners."""
        return {name: _parameters(self.known, name) for name in names}


def parameter_set(known: Settings, config: Config) -> ParameterSet:
    """Return the set that a config comes to.

    Raises UnknownName for a scanner or parameter that does not exist, OutOfBounds for a value that can't be one.
    """
    changed, differs = known, dict[str, dict[str, Any]]()
    for name, given in sorted(config.items()):
        parameters(known, name, given, "config")  # a scanner, whatever other sections there are, and what it takes
        changed = changed.update(name, **{key: _read(value) for key, value in given.items()})
        before, after = _usual(known, name), _parameters(changed, name)
        if other := {key: value for key, value in after.items() if before is None or before[key] != value}:
            differs[name] = other
    if not differs:
        return ParameterSet(USUAL, known)
    text = json.dumps(differs, sort_keys=True, default=str)
    return ParameterSet(hashlib.blake2b(text.encode(), digest_size=8).hexdigest(), changed)


def switched(known: Settings, asked: LiveAsked, market: str) -> Enabled:
    """Return the scanners that are wanted in each phase. Raises UnknownName, or BadInput where nobody is left.

    While stocks are closed, those that the settings switch on then: one that is named scans the bars that come.
    """
    found = enabled(known, asked.scanners or (ALL,), TIMEFRAME, (market, HOURS))
    if market == CRYPTO or asked.scanners:
        return found
    return {**found, PHASES[CLOSED]: on_while_closed(known)}


def named(known: Settings, asked: LiveAsked) -> tuple[str, ...]:
    """Return every scanner that is wanted in any phase."""
    return tuple(scanners_named(asked.scanners or (ALL,), TIMEFRAME, known.scanners))


def check(known: Settings, asked: LiveAsked) -> ParameterSet:
    """Return the parameters that are asked for.

    Raises BadInput for whatever can't be scanned live, NoData for a scanner whose model is not there.
    """
    for name in named(known, asked):
        if TIMEFRAME not in scanner_type(name, known.scanners).timeframes:
            raise BadInput(f"{name} does not look at {TIMEFRAME} bars", hint="leave it out, or scan by the day")
    found = parameter_set(known, asked.config)
    for market in markets(None if asked.symbols is None else frozenset(asked.symbols)):
        models = desk(found.known, market).models(TIMEFRAME, HOURS)
        for name in named(known, asked):
            models.ready(_made(found.known, name))
    return found


def markets(among: frozenset[str] | None) -> tuple[str, ...]:
    """Return the markets of the symbols that are wanted: every one where all are."""
    if among is None:
        return tuple(MARKETS)
    return tuple(one for one in MARKETS if of_market(among, one))


def of_market(symbols: frozenset[str], market: str) -> frozenset[str]:
    """Return the symbols of a market: coins are written with a slash."""
    return frozenset(one for one in symbols if ("/" in one) == (market == CRYPTO))


def _usual(known: Settings, scanner: str) -> dict[str, Any] | None:
    try:
        return _parameters(known, scanner)
    except BadInput:  # it has none of its own: a formula is always somebody's
        return None


def _parameters(known: Settings, scanner: str) -> dict[str, Any]:
    made = _made(known, scanner)
    return {name: getattr(made, name) for name in type(made).model_fields}


def _made(known: Settings, scanner: str) -> Scanner:
    return configured(scanner_type(scanner, known.scanners), known.parameters(scanner))


def _read(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value
