"""Which scanners are on in which phase of the trading day, and whether live scanning is on at all."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from tapehawk.app.asking import ALL, scanners_named
from tapehawk.app.phasing import rules
from tapehawk.app.settings import Settings
from tapehawk.catalog import scanner_names
from tapehawk.core.errors import BadInput, UnknownName
from tapehawk.core.phases import WITH_BARS
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
    on in all of them. Raises UnknownName for a setting that names no scanner, BadInput where nobody is left.
    """
    rule, asked = rules(known), list(named)
    explicit = scanners_named([name for name in asked if name != ALL], timeframe, known.scanners)
    found = {
        phase: frozenset([*explicit, *(_on(known, phase, rule[phase], timeframe) if ALL in asked else ())])
        for phase in WITH_BARS[of]
    }
    if not any(found.values()):
        raise BadInput(f"the settings switch no scanner on for {timeframe} bars", hint="name one: --scanner-type NAME")
    return found


def _on(known: Settings, phase: str, rule: PhaseRule, timeframe: str) -> list[str]:
    """Return the scanners that a rule switches on, without those that do not look at such bars."""
    valid = (ALL, DAILY, *scanner_names(known.scanners))
    for name in rule.scanners:
        if name not in valid:
            raise UnknownName("scanner", name, valid, place=f"section [sessions], {phase}_scanners")
    every = scanners_named([ALL], timeframe, known.scanners)
    if ALL in rule.scanners:
        return every
    daily = scanners_named([ALL], "1d", known.scanners) if DAILY in rule.scanners else []
    return [name for name in every if name in (*rule.scanners, *daily)]
