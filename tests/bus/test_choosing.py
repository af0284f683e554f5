"""Which bus: by its address, loading only what is asked for."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tapehawk.bus.choosing import bus_at
from tapehawk.bus.memory import MemoryBus

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend():
    return "asyncio"


async def test_without_an_address_the_bus_is_in_memory():
    assert isinstance(bus_at(None), MemoryBus)


@pytest.mark.parametrize("scheme", ["redis", "rediss"])
async def test_an_address_of_redis_asks_nobody_yet(scheme):
    async with bus_at(f"{scheme}://127.0.0.1:1/0") as bus:
        assert type(bus).__name__ == "RedisBus"
        assert bus.trouble == ""


LACKING = """
import asyncio, sys

class Lacking:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "redis":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Lacking())
from tapehawk.bus.choosing import bus_at
from tapehawk.core.errors import BadInput

async def main():
    async with bus_at(None):
        print("redis" in sys.modules)
    try:
        bus_at("redis://me:secret@host")
    except BadInput as error:
        print(error, error.hint)

asyncio.run(main())
"""


def test_without_the_extra_memory_works_and_redis_says_what_to_install():
    said = subprocess.run([sys.executable, "-c", LACKING], capture_output=True, text=True, check=True).stdout
    assert said == "False\na bus at Redis needs redis, which is not installed pip install 'tapehawk[redis]'\n"
