"""Twelve Data, held to the contract. Its stream brings prices, no bars: tests of its own."""

from __future__ import annotations

from typing import ClassVar

from pydantic import SecretStr

from tapehawk.core.errors import UnknownName
from tapehawk.data.providers.twelvedata.adapter import TwelveDataProvider
from tapehawk.data.providers.twelvedata.config import TwelveDataConfig
from tests.data.providers.cases.case import Case
from tests.fakes.twelvedata import FakeTwelveData
from tests.fakes.twelvedata_shapes import regular


def twelvedata_at(fake, clock, **options):
    """Return a provider that asks the fake, which goes by its clock and has the plan of the settings."""
    places = {"base_url": fake.url, "stream_url": fake.stream_url}
    config = TwelveDataConfig(**{"plan": "grow", "api_key": SecretStr(fake.key)} | places | options)
    fake.now, fake.plan = (lambda: clock.now() / 1e6), config.plan
    return TwelveDataProvider(config, clock=clock)


class TwelveDataCase(Case):
    name = "twelvedata"
    statuses: ClassVar = {**Case.statuses, 404: UnknownName}  # its word for a symbol
    without: ClassVar = {"revised": "it sends prices, and none is ever taken back (providers.md 2.6)"}

    def fake(self, truth):
        return FakeTwelveData(truth)

    def provider(self, fake, clock, *, key=None, metered=False):
        keys = {} if key is None else {"api_key": SecretStr(key)}
        return twelvedata_at(fake, clock, plan="basic" if metered else "pro", **keys)

    def small_pages(self, fake):
        pass  # 5,000 bars, and nothing else: tests of its own

    def expected_minutes(self, minutes):
        return regular(minutes)
