"""Settings as the rules of the trading day: interval, calls, scanners and risk of each phase."""

from __future__ import annotations

from collections.abc import Mapping

from tapehawk.app.settings import Settings
from tapehawk.core.signals import Risk
from tapehawk.scan.phases import DayPlan, PhaseRule


def day_plan(known: Settings, market: str) -> DayPlan:
    """Return a market's day as the settings have it."""
    return DayPlan(market, rules(known))


def risk(known: Settings) -> Risk:
    """Return what the settings' account risks, phase by phase."""
    by_phase = {phase: rule.risk for phase, rule in rules(known).items()}
    return Risk(known.risk.account_size, known.risk.per_trade, by_phase)


def rules(known: Settings) -> Mapping[str, PhaseRule]:
    """Return the rule of every phase."""
    sessions = known.phases
    return {
        "premarket": PhaseRule(
            interval=sessions.premarket_interval,
            calls=sessions.premarket_calls,
            scanners=sessions.premarket_scanners,
            risk=sessions.premarket_risk,
        ),
        "regular": PhaseRule(
            interval=sessions.regular_interval,
            calls=sessions.regular_calls,
            scanners=sessions.regular_scanners,
            risk=sessions.regular_risk,
        ),
        "after_hours": PhaseRule(
            interval=sessions.after_hours_interval,
            calls=sessions.after_hours_calls,
            scanners=sessions.after_hours_scanners,
            risk=sessions.after_hours_risk,
        ),
        "closed": PhaseRule(
            interval=sessions.closed_interval,
            calls=sessions.closed_calls,
            scanners=sessions.closed_scanners,
            risk=sessions.closed_risk,
        ),
        "continuous": PhaseRule(
            interval=sessions.continuous_interval,
            calls=sessions.continuous_calls,
            scanners=sessions.continuous_scanners,
            risk=sessions.continuous_risk,
        ),
    }
