"""Packages that not every installation has: those of an extra, needed by some commands alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import metadata

from tapehawk.core.errors import BadInput

_NAME = re.compile(r"[\w.-]+")


def need_extra(extra: str, what: str) -> None:
    """Raise BadInput, before any work is done, where a package of an extra is not installed. `what` needs it."""
    packages = list(_packages_of(extra))
    if not packages:
        raise LookupError(f"no extra is called {extra!r}")
    if lacking := [name for name in packages if not _is_installed(name)]:
        message = f"{what} needs what is not installed: {', '.join(lacking)}"
        raise BadInput(message, hint=f"pip install 'tapehawk[{extra}]'")


def _packages_of(extra: str) -> Iterator[str]:
    for requirement in metadata.requires("tapehawk") or []:
        name = _NAME.match(requirement)
        if name and re.search(rf"""extra == ["']{extra}["']""", requirement):
            yield name[0]


def _is_installed(package: str) -> bool:
    try:
        metadata.version(package)
    except metadata.PackageNotFoundError:
        return False
    return True
