"""A folder of files, held to the contract."""

from __future__ import annotations

from tapehawk.data.providers.door import Provider
from tapehawk.data.providers.folder.adapter import FolderProvider
from tapehawk.data.providers.folder.config import FolderConfig
from tests.data.providers.cases.case import Case
from tests.fakes.unasked import FakeFolder


class ByTimeframe(Provider):
    """Two folders that are asked by timeframe, since one holds bars of one timeframe only."""

    name = "folder"

    def __init__(self, days: FolderProvider, minutes: FolderProvider) -> None:
        self._days, self._minutes = days, minutes

    @property
    def offer(self):
        return self._days.offer

    def _of(self, timeframe: str) -> FolderProvider:
        return self._minutes if timeframe == "1m" else self._days

    def plan(self, wanted):
        return self._of(wanted.timeframe).plan(wanted)

    async def fetch(self, step):
        return await self._of(step.timeframe).fetch(step)

    def health(self):
        return self._days.health()


class FolderCase(Case):
    name = "folder"
    unknown_is_empty = True
    http = False
    keyed = False

    def fake(self, truth):
        return FakeFolder(truth)

    def provider(self, fake, clock, *, key=None, metered=False):
        configs = [FolderConfig(path=str(path), adjustment="none") for path in (fake.days, fake.minutes)]
        return ByTimeframe(*(FolderProvider(config, clock=clock) for config in configs))

    def small_pages(self, fake):
        fake.cut_by_date()
