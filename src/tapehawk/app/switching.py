"""Which scanners are on in which phase of the trading day, and whether live scanning is on at all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from tapehawk.app.asking import ALL, scanners_named
from tapehawk.app.phasing import rules
from tapehawk.app.settings import Settings
from tapehawk.catalog import scanner_names
from tapehawk.core.errors import BadInput, UnknownName
from tapehawk.core.phases import WITH_BARS
from tapehawk.core.sessions import CLOSED, PHASES
from tapehawk.scan.phases import Enabled, PhaseRule

DAILY: Final = "daily"
"""Stands for every scanner that looks at daily bars."""


def need_streaming(known: Settings) -> None:
    """Raise BadInput where the settings switch live scanning off."""
    if not known.streaming.enabled:
        raise BadInput("live scanning is switched off", hint="scanner config set streaming.enabled true")


def enabled(known: Settings, named: Iterable[str], timeframe: str, of: tuple[str, str]) -> Enabled:
    """Return who is on in each phase that has bars; `of`: market and hours, `timeframe`: of the bars that come.

    `all` among the names stands for those that the settings switch on in the phase; a scanner that is named itself is
    on in all of them. Raises UnknownName for a setting that names no scanner, in whichever phase, BadInput where nobody
    is left.
    """
    asked = list(named)
    rule = _checked(known) if ALL in asked else rules(known)
    explicit = scanners_named([name for name in asked if name != ALL], timeframe, known.scanners)
    found = {
        phase: frozenset([*explicit, *(_on(known, rule[phase], timeframe) if ALL in asked else ())])
        for phase in WITH_BARS[of]
    }
    if not any(found.values()):
        raise BadInput(f"the settings switch no scanner on for {timeframe} bars", hint="name one: --scanner-type NAME")
    return found


def on_while_closed(known: Settings) -> frozenset[str]:
    """Return who looks at the last session's daily bars while the market is closed: whom the settings switch on then.

    Raises UnknownName as `enabled` does.
    """
    phase = PHASES[CLOSED]
    return frozenset(_on(known, _checked(known)[phase], "1d"))


def _checked(known: Settings) -> Mapping[str, PhaseRule]:
    """Return the rule of every phase. Raises UnknownName for a name that is no scanner."""
    valid, found = (ALL, DAILY, *scanner_names(known.scanners)), rules(known)
    for phase, rule in found.items():
        for name in rule.scanners:
            if name not in valid:
                raise UnknownName("scanner", name, valid, place=f"section [sessions], {phase}_scanners")
    return found


def _on(known: Settings, rule: PhaseRule, timeframe: str) -> list[str]:
    """Return the scanners that a rule switches on, without those that do not look at such bars."""
    every = scanners_named([ALL], timeframe, known.scanners)
    if ALL in rule.scanners:
        return every
    daily = scanners_named([ALL], "1d", known.scanners) if DAILY in rule.scanners else []
    return [name for name in every if name in (*rule.scanners, *daily)]
