"""Providers by name: a folder beside this file with an `adapter.py` is one, and adding one edits no list.

    NAME/config.py     a pydantic model, NameConfig: what it needs to be told (the settings `providers.NAME`)
    NAME/adapter.py    its Provider, made as `NameProvider(config, clock=clock)`

Names are read from the folder; only what is asked for is imported.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, cast

from pydantic import BaseModel

from tapehawk.core.errors import BadInput, UnknownName
from tapehawk.data import providers
from tapehawk.data.providers.door import Provider
from tapehawk.data.providers.wire.clock import SYSTEM, Clock

_PACKAGE: Final = providers.__name__


def provider_names() -> tuple[str, ...]:
    """Return every provider's name in the order of the alphabet, importing none of them."""
    files = [file for place in providers.__path__ for file in Path(place).glob("*/adapter.py")]
    return tuple(sorted(file.parent.name for file in files))


def config_type(name: str) -> type[BaseModel]:
    """Return what a provider needs to be told. Raises UnknownName."""
    return cast("type[BaseModel]", _declared(name, "config", BaseModel))


def provider_type(name: str) -> type[Provider]:
    """Return a provider's class. Raises UnknownName; BadInput where a package that it needs is not installed."""
    return cast("type[Provider]", _declared(name, "adapter", Provider))


def build(name: str, config: BaseModel, *, clock: Clock = SYSTEM) -> Provider:
    """Return a provider, not yet connected. Raises as `provider_type` does."""
    make = cast("Callable[..., Provider]", provider_type(name))
    return make(config, clock=clock)


def _declared(name: str, part: str, family: type[Any]) -> type[Any]:
    """Return the one class of a family that a part of a provider declares."""
    if name not in provider_names():
        raise UnknownName("provider", name, provider_names())
    where = f"{_PACKAGE}.{name}.{part}"
    try:
        declared = vars(importlib.import_module(where)).values()
    except ModuleNotFoundError as error:
        hint = f"pip install {error.name}"
        raise BadInput(f"the provider {name} needs {error.name}, which is not installed", hint=hint) from error
    called = name.replace("_", "") + ("config" if part == "config" else "provider")
    mine = [one for one in declared if isinstance(one, type) and issubclass(one, family) and one.__module__ == where]
    return next(one for one in mine if one.__name__.lower() == called)
