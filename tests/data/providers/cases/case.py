"""What a provider brings to be held to the family's contract: its fake, and how it is built against it.

A file beside this one, with a subclass of `Case`, is all it takes: `every_case` finds it.
"""

from __future__ import annotations

import datetime as dt
import importlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import ClassVar

import polars as pl
import pytest

from tapehawk.core.errors import BadInput, ProviderRefused, TryAgain
from tapehawk.core.series import Market
from tapehawk.data.providers.door import Provider
from tapehawk.data.providers.wire.clock import Clock
from tests.fakes.faults import Faults
from tests.fakes.server import FakeServer
from tests.fakes.truth import Truth
from tests.fakes.unasked import Unasked


class Case(ABC):
    """One provider and its fake. Class attributes say what its dialect makes of the family's cases."""

    name: ClassVar[str]
    market: ClassVar[Market] = "us"
    statuses: ClassVar[Mapping[int, type[Exception]]] = {
        400: BadInput,
        401: ProviderRefused,
        402: ProviderRefused,
        403: ProviderRefused,
        404: BadInput,
        414: BadInput,
        422: BadInput,
        429: TryAgain,
        500: TryAgain,
        502: TryAgain,
        504: TryAgain,
    }
    """HTTP statuses, each with the vendor's own body, and the error each ends as."""

    unknown_is_empty: ClassVar[bool] = False
    """A symbol that nobody knows is answered by no bars rather than by an error."""

    http: ClassVar[bool] = True
    """It talks HTTP, so its answers can be spoiled."""

    error_in_200: ClassVar[bool] = True
    """It may say an error with HTTP status 200: its fake has `error_with_200`."""

    limited: ClassVar[bool] = True
    """There are plans with a limit of calls a minute."""

    keyed: ClassVar[bool] = True
    """It asks with a key, which can be wrong."""

    own_truth: ClassVar[bool] = False
    """Its market is of its own making: no other truth can be handed in."""

    first_split_day: ClassVar[dt.date] = dt.date(2026, 10, 28)

    without: ClassVar[Mapping[str, str]] = {}
    """Knobs of its fake that there is nothing to turn for on its wire: name → why (`test_every_fake.py`)."""

    @abstractmethod
    def fake(self, truth: Truth) -> FakeServer | Unasked:
        """Return the fake, not yet started; without HTTP, what stands in its place."""

    @abstractmethod
    def provider(self, fake: FakeServer, clock: Clock, *, key: str | None = None, metered: bool = False) -> Provider:
        """Return a provider that asks the fake; `metered`: on the plan with the tightest limit of calls."""

    @abstractmethod
    def small_pages(self, fake: FakeServer) -> None:
        """Make the fake answer in pages of a few rows, if it has pages."""

    streams: ClassVar[bool] = False
    """It has a stream: its fake can `push` bars and `await_subscribers`."""

    greetings: ClassVar[int] = 1
    """Messages of its stream before the first subscription."""

    refusals: ClassVar[tuple[Faults, ...]] = (Faults(reject_auth=True), Faults(connection_limit=True))
    """What ends its stream until a person acts."""

    def expected_minutes(self, minutes: pl.DataFrame) -> pl.DataFrame:
        """Return what the provider should say of the truth's minutes."""
        return minutes


def of_those(applies: Callable[[Case], object]) -> pytest.MarkDecorator:
    """Hold a test to those cases that it is about."""
    return pytest.mark.parametrize("case", list(filter(applies, every_case())), ids=lambda case: case.name)


def every_case() -> list[Case]:
    """Return a case of every provider that has a file here."""
    modules = {f"tests.data.providers.cases.{file.stem}" for file in Path(__file__).parent.glob("*.py")}
    for name in sorted(modules):
        importlib.import_module(name)
    mine = [kind for kind in Case.__subclasses__() if kind.__module__ in modules]
    return [kind() for kind in sorted(mine, key=lambda kind: kind.name)]
