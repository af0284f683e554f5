"""Alpaca, held to the contract."""

from __future__ import annotations

from pydantic import SecretStr

from tapehawk.data.providers.alpaca.adapter import AlpacaProvider
from tapehawk.data.providers.alpaca.config import AlpacaConfig
from tests.data.providers.cases.case import Case
from tests.fakes.alpaca import FakeAlpaca


def alpaca_at(fake, clock, **options):
    """Return a provider that asks the fake, which goes by its clock; on the large plan unless `options` say more."""
    keys = {"api_key": SecretStr(fake.key), "secret_key": SecretStr(fake.secret)}
    places = {"base_url": fake.url, "trading_url": fake.url, "stream_url": fake.stream_url}
    fake.now = lambda: clock.now() / 1e6
    return AlpacaProvider(AlpacaConfig(**{"plan": "plus"} | keys | places | options), clock=clock)


class AlpacaCase(Case):
    name = "alpaca"
    unknown_is_empty = True
    streams = True

    def fake(self, truth):
        return FakeAlpaca(truth)

    def provider(self, fake, clock, *, key=None, metered=False):
        fake.plan = "basic" if metered else "plus"
        keys = {} if key is None else {"api_key": SecretStr(key)}
        return alpaca_at(fake, clock, plan=fake.plan, **keys)

    def small_pages(self, fake):
        fake.most_a_page = 7
        fake.empty_pages = True
