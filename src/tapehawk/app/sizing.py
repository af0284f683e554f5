"""Whose account signals are sized for: the caller's, where their preferences name one, else the settings'."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from tapehawk.app.checking import Setting, checked
from tapehawk.app.phasing import risk
from tapehawk.app.sections import RiskSection
from tapehawk.app.settings import Settings
from tapehawk.core.signals import Risk

RISK: Final = "risk"
"""The preference: `{"risk": {"account_size": 25000, "per_trade": 0.005}}`, both keys optional."""


def sized_for(known: Settings, preferences: Mapping[str, Any]) -> Settings:
    """Return the settings with the caller's account. Raises BadInput for a preference that is no account."""
    preferred = preferences.get(RISK)
    if not isinstance(preferred, Mapping) or not preferred:
        return known
    said = {key: Setting(value, "your preferences") for key, value in preferred.items()}
    account = checked(RiskSection, RISK, said)
    return known.update(RISK, **{key: getattr(account, key) for key in said})


def account_of(known: Settings, preferences: Mapping[str, Any]) -> Risk:
    """Return what the caller's account risks, phase by phase. Raises as `sized_for` does."""
    return risk(sized_for(known, preferences))
