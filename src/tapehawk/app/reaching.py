"""Whether the providers that have a key answer, and take it: one cheap call each, all at once, for some seconds."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from typing import Final

from pydantic import BaseModel, SecretStr

from tapehawk.app.doctor import BAD, GOOD, ODD, Finding
from tapehawk.app.settings import Settings
from tapehawk.core.errors import BadInput, ProviderRefused, TapehawkError
from tapehawk.data.providers.door import Provider
from tapehawk.data.providers.registry import build, provider_names

SECONDS: Final = 5.0


def reach_findings(known: Settings) -> list[Finding]:
    """Return one finding for each provider with a key."""
    return asyncio.run(_all_at_once(dict(_with_keys(known))))


def _with_keys(known: Settings) -> Iterator[tuple[str, BaseModel]]:
    """Yield the providers that were given a key; settings that make no sense are told as such."""
    for name in provider_names():
        with suppress(BadInput):
            config = known.provider(name)
            if any(isinstance(value, SecretStr) and value.get_secret_value() for _, value in config):
                yield name, config


async def _all_at_once(configs: dict[str, BaseModel]) -> list[Finding]:
    return list(await asyncio.gather(*(_reached(name, config) for name, config in configs.items())))


async def _reached(name: str, config: BaseModel) -> Finding:
    try:
        provider = build(name, config)
    except BadInput as error:
        return Finding(f"{name} key", ODD, error.message, error.hint)
    try:
        return await _proven(provider)
    finally:
        await provider.close()


async def _proven(provider: Provider) -> Finding:
    name, what = provider.name, f"{provider.name} key"
    away = f"check the network and providers.{name} in the settings; or try later"
    try:
        asked = await asyncio.wait_for(provider.prove(), SECONDS)
    except TimeoutError:
        why = provider.health().last_error or f"no answer within {SECONDS:.0f} s"
        return Finding(what, ODD, f"{name} is not reachable: {why}", away)
    except ProviderRefused as error:
        return Finding(what, BAD, error.message, error.hint)
    except TapehawkError as error:
        return Finding(what, ODD, error.message, error.hint or away)
    return Finding(what, GOOD, f"{name} answers and takes it" if asked else "set; no call of little cost proves it")
