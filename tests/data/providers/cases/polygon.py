"""Massive, held to the contract."""

from __future__ import annotations

from pydantic import SecretStr

from tapehawk.data.providers.polygon.adapter import PolygonProvider
from tapehawk.data.providers.polygon.config import PolygonConfig
from tests.data.providers.cases.case import Case
from tests.fakes.massive import FakeMassive


class PolygonCase(Case):
    name = "polygon"
    unknown_is_empty = True
    streams = True

    def fake(self, truth):
        return FakeMassive(truth)

    def provider(self, fake, clock, *, key=None, metered=False):
        config = PolygonConfig(
            api_key=SecretStr(key or fake.key),
            plan="basic" if metered else "advanced",
            base_url=fake.url,
            stream_url=fake.stream_url,
        )
        fake.plan, fake.now = config.plan, lambda: clock.now() / 1e6
        return PolygonProvider(config, clock=clock)

    def small_pages(self, fake):
        fake.most_a_page = 7
