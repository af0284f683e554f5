"""Flat files, held to the contract."""

from __future__ import annotations

from typing import ClassVar

from pydantic import SecretStr

from tapehawk.data.providers.flatfiles.adapter import FlatfilesProvider
from tapehawk.data.providers.flatfiles.config import FlatfilesConfig
from tests.data.providers.cases.case import Case
from tests.fakes.s3 import FakeS3


class FlatfilesCase(Case):
    name = "flatfiles"
    unknown_is_empty = True
    error_in_200 = False
    limited = False
    without: ClassVar = {"retry_after": 'storage says "slow down", and not for how long'}

    def fake(self, truth):
        return FakeS3(truth)

    def provider(self, fake, clock, *, key=None, metered=False):
        config = FlatfilesConfig(
            access_key=SecretStr(key or fake.key), secret_key=SecretStr(fake.secret), endpoint=fake.url
        )
        return FlatfilesProvider(config, clock=clock)

    def small_pages(self, fake):
        fake.most_a_page = 7
