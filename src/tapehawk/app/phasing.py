"""Settings as the rules of the trading day: interval, calls, scanners and risk of each phase."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Final

from tapehawk.app.settings import Settings
from tapehawk.core.phase_risk import RISK_BY_PHASE
from tapehawk.core.signals import Risk
from tapehawk.scan.phases import DayPlan, PhaseRule

_ALL: Final = tuple(RISK_BY_PHASE)
_RULES: Final = tuple(one.name for one in fields(PhaseRule))


def day_plan(known: Settings, market: str) -> DayPlan:
    """Return a market's day as the settings have it."""
    return DayPlan(market, rules(known))


def risk(known: Settings) -> Risk:
    """Return what the settings' account risks, phase by phase."""
    by_phase = {phase: rule.risk for phase, rule in rules(known).items()}
    return Risk(known.risk.account_size, known.risk.per_trade, by_phase)


def rules(known: Settings) -> Mapping[str, PhaseRule]:
    """Return the rule of every phase: its settings are called `PHASE_interval`, `PHASE_calls` and so on."""
    return {phase: PhaseRule(**{name: getattr(known.phases, f"{phase}_{name}") for name in _RULES}) for phase in _ALL}
