"""Every indicator of the public list as expressions, found by its existing."""

from __future__ import annotations

import inspect

from tapehawk.core import indicators
from tapehawk.core.columns import close, open_
from tapehawk.core.expr import Expr

NEEDED = {"x": close, "a": close, "b": open_, "length": 20, "condition": close > open_, "anchor": close > open_}


def every_indicator() -> dict[str, Expr]:
    """Return each with its defaults (and each field): of the close over 20 bars where it asks for them."""
    found = {}
    for name in sorted(set(indicators.__all__) - {"rank", "percentile"}):  # those need a universe
        build = getattr(indicators, name)
        parameters = inspect.signature(build).parameters.values()
        result = build(*(NEEDED[p.name] for p in parameters if p.default is p.empty))
        fields = result._asdict() if isinstance(result, tuple) else {"": result}
        found |= {f"{name}.{field}" if field else name: x for field, x in fields.items()}
    return found
