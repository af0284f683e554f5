"""The simulator, held to the contract. Its stream plays on its own clock, without a line: tests of its own."""

from __future__ import annotations

from tapehawk.data.providers.sim.adapter import SimProvider
from tapehawk.data.providers.sim.config import SimConfig
from tests.data.providers.cases.case import Case
from tests.fakes.unasked import Unasked


class SimCase(Case):
    name = "sim"
    http = False
    keyed = False
    own_truth = True

    def fake(self, truth):
        return Unasked(truth)

    def provider(self, fake, clock, *, key=None, metered=False):
        listed = fake.truth.symbols.filter("active").height
        return SimProvider(SimConfig(symbols=listed), clock=clock)

    def small_pages(self, fake):
        pass  # a quarter or a session at once
