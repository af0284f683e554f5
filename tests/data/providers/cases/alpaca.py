"""Alpaca, held to the contract."""

from __future__ import annotations

from pydantic import SecretStr

from tapehawk.data.providers.alpaca.adapter import AlpacaProvider
from tapehawk.data.providers.alpaca.config import AlpacaConfig
from tests.data.providers.cases.case import Case
from tests.fakes.alpaca import FakeAlpaca


class AlpacaCase(Case):
    name = "alpaca"
    unknown_is_empty = True
    streams = True

    def fake(self, truth):
        return FakeAlpaca(truth)

    def provider(self, fake, clock, *, key=None, metered=False):
        config = AlpacaConfig(
            api_key=SecretStr(fake.key if key is None else key),
            secret_key=SecretStr(fake.secret),
            plan="basic" if metered else "plus",
            base_url=fake.url,
            trading_url=fake.url,
            stream_url=fake.stream_url,
        )
        fake.plan = config.plan
        fake.now = lambda: clock.now() / 1e6
        return AlpacaProvider(config, clock=clock)

    def small_pages(self, fake):
        fake.most_a_page = 7
        fake.empty_pages = True

    def error_in_200(self, fake):
        fake.error_with_200 = True
        return True
