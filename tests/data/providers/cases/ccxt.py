"""ccxt against an exchange of Binance's dialect, held to the contract."""

from __future__ import annotations

from tapehawk.data.providers.ccxt.adapter import CcxtProvider
from tapehawk.data.providers.ccxt.config import CcxtConfig
from tests.data.providers.cases.case import Case
from tests.fakes.exchange import FakeExchange
from tests.fakes.faults import Faults


def ccxt_at(fake, clock, **options):
    """Return a provider that asks the fake, which goes by its clock."""
    places = {"base_url": fake.url, "stream_url": fake.stream_url}
    fake.now = lambda: clock.now() / 1e6
    return CcxtProvider(CcxtConfig(**places | options), clock=clock)


class CcxtCase(Case):
    name = "ccxt"
    market = "crypto"
    keyed = False
    streams = True
    greetings = 0
    refusals = (Faults(reject_auth=True),)

    def fake(self, truth):
        return FakeExchange(truth)

    def provider(self, fake, clock, *, key=None, metered=False):
        made = ccxt_at(fake, clock)
        if metered:
            made._venue.between_calls = 2.5  # 24 calls a minute
            fake.weight_a_minute = 24 * 2 + 20
        return made

    def small_pages(self, fake):
        fake.most_a_page = 7
