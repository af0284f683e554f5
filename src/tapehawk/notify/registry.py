"""Notifiers by kind: a file in `notifiers/` is one, adding one edits no list. Only what is asked for is imported."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from typing import Any

from pydantic import ValidationError

from tapehawk.core.errors import BadInput, TapehawkError, UnknownName
from tapehawk.notify import notifiers
from tapehawk.notify.door import Address, Means, Notifier
from tapehawk.notify.wording import Letter


@cache
def kinds() -> tuple[str, ...]:
    """Return every kind in the order of the alphabet, importing none of them."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(notifiers.__path__)))


def notifier_type(kind: str) -> type[Notifier[Any]]:
    """Return the notifier of a kind. Raises UnknownName."""
    if kind not in kinds():
        raise UnknownName("channel", kind, kinds())
    where = f"{notifiers.__name__}.{kind}"
    declared = vars(importlib.import_module(where)).values()
    return next(one for one in declared if isinstance(one, type) and issubclass(one, Notifier) and one.kind() == kind)


def address_of(kind: str, given: Mapping[str, Any]) -> Address:
    """Return an address of a kind. Raises UnknownName; BadInput for what is none, without repeating it."""
    try:
        return notifier_type(kind).address_type.model_validate(dict(given))
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        at = ".".join(str(part) for part in first["loc"]) or "it"
        raise BadInput(f"this is no address for {kind}: {at}: {first['msg']}") from None


def sent(kind: str, address: Mapping[str, Any], letter: Letter, means: Means) -> str:
    """Send a letter to an address that is kept; return what the far side said.

    Raises as a notifier does. Neither what is returned nor what is raised holds a secret of the address.
    """
    known = address_of(kind, address)
    try:
        return _struck(notifier_type(kind)(known, means).send(letter), known)
    except TapehawkError as error:
        error.message = _struck(error.message, known)
        error.args = (error.message,)
        raise


def _struck(text: str, address: Address) -> str:
    """Return a text without the secrets of an address, and without the parts of one that is a URL."""
    for secret in sorted(address.secrets(), key=len, reverse=True):
        parts = [secret, *(part for part in secret.replace("?", "/").split("/") if len(part) >= 6)]
        for part in parts if secret else ():
            text = text.replace(part, "***")
    return text
