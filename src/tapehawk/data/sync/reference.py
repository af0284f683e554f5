"""What is fetched beside the bars: splits and dividends, without which prices can't be adjusted, and listings."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from tapehawk.data import store
from tapehawk.data.providers.door import Provider, Step
from tapehawk.data.sync.ledger import Done, Ledger
from tapehawk.data.sync.planning import ACTIONS, listings_step
from tapehawk.data.tables import Appended
from tapehawk.data.versions import table_version


async def fetch_reference(root: Path, provider: Provider, ledger: Ledger, step: Step) -> Appended:
    """Fetch and store what a reference step stands for; return what happened to the rows."""
    if step.id.startswith(f"{ACTIONS}|"):
        table, stored = "actions", store.append_actions(root, await provider.actions(step.start, step.end))
    else:
        table, stored = "symbols", store.append_symbols(root, await provider.symbols())
    ledger.note([Done(step.id, table, table_version(root, table) or 0)])
    return stored


async def fetch_listings(root: Path, provider: Provider, *, today: dt.date, timeframe: str = "1d") -> Appended | None:
    """Fetch and store listings unless that was done today, or the provider has none."""
    ledger, step = Ledger(root, provider.name), listings_step(timeframe, today)
    if "symbols" not in provider.offer.reference or ledger.has(step.id):
        return None
    return await fetch_reference(root, provider, ledger, step)
