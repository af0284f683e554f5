"""How scanners are found: those of the package, of installed plug-ins and of a folder of the user's own files.

A scanner is a module named as its type (`inside_bar.py` declares `class InsideBar(Scanner)`), so the names are known
without importing anything, and asking for one imports that one. Installed packages add theirs as entry points of the
group `tapehawk.scanners`, named as the type and pointing at the class. A file may not take a name that exists.
"""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
import sys
import traceback
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Final

import tapehawk.analysis
import tapehawk.scanners
from tapehawk.analysis.part import Part
from tapehawk.core.errors import BadInput, TapehawkError, UnknownName
from tapehawk.core.scanner import Scanner

if TYPE_CHECKING:
    from importlib.metadata import EntryPoints

ENTRY_POINTS: Final = "tapehawk.scanners"
_PACKAGE: Final = "tapehawk.scanners"


def scanner_names(folder: Path | None = None) -> tuple[str, ...]:
    """Return every scanner's name in the order of the alphabet, importing none of them."""
    own = _files(folder)
    taken = [name for name in own if name in _built_in()] + [name for name in _installed().names if name in own]
    if taken:
        raise BadInput(f"{own[taken[0]]}: there is a scanner named {taken[0]!r} already", hint="rename the file")
    return tuple(sorted({*_built_in(), *own, *_installed().names}))


def scanner_type(name: str, folder: Path | None = None) -> type[Scanner]:
    """Return a scanner's class, importing only its module. Raises UnknownName; BadInput for a file that is broken."""
    own = _files(folder)
    named = name.isidentifier() and not name.startswith("_")
    if name not in own and named and importlib.util.find_spec(f"{_PACKAGE}.{name}"):
        return _declared(importlib.import_module(f"{_PACKAGE}.{name}"), name)
    if name not in scanner_names(folder):
        raise UnknownName("scanner", name, scanner_names(folder))
    return _from_file(name, own[name]) if name in own else _from_plugin(name)


def scanners(folder: Path | None = None) -> Iterator[type[Scanner]]:
    """Yield every scanner's class in the order of the alphabet."""
    for name in scanner_names(folder):
        yield scanner_type(name, folder)


def part_types() -> Iterator[type[Part]]:
    """Yield every part of the deep analysis: the one that each module of `tapehawk.analysis` declares."""
    for module in pkgutil.iter_modules(tapehawk.analysis.__path__, f"{tapehawk.analysis.__name__}."):
        declared = vars(importlib.import_module(module.name)).values()
        parts = (value for value in declared if isinstance(value, type) and issubclass(value, Part))
        yield from (part for part in parts if part.__module__ == module.name != Part.__module__)


def _built_in() -> list[str]:
    return [module.name for module in pkgutil.iter_modules(tapehawk.scanners.__path__)]


def _files(folder: Path | None) -> dict[str, Path]:
    """Return the user's files by name; a folder that does not exist holds none."""
    files = sorted(folder.glob("*.py")) if folder else []
    return {file.stem: file for file in files if not file.name.startswith("_")}


def _installed() -> EntryPoints:
    from importlib.metadata import entry_points  # thirty milliseconds that a built-in scanner need not pay

    return _read_from(tuple(sys.path), entry_points)


@cache
def _read_from(_path: tuple[str, ...], entry_points: Callable[..., EntryPoints]) -> EntryPoints:
    """Return the plug-ins of a path: read once, for a service asks with every question."""
    return entry_points(group=ENTRY_POINTS)


def _declared(module: ModuleType, name: str) -> type[Scanner]:
    """Return the scanner that a module declares under its own name."""
    for value in vars(module).values():
        if isinstance(value, type) and issubclass(value, Scanner) and value.type() == name:
            return value
    wanted = "".join(part.capitalize() for part in name.split("_"))
    message, hint = f"the file declares no scanner named {name!r}", f"write class {wanted}(Scanner) in it"
    raise BadInput(message, hint=hint, path=module.__file__)


def _from_file(name: str, file: Path) -> type[Scanner]:
    """Return the scanner of a user's file, having made it say its setups once."""
    try:
        kind = _declared(_run(name, file), name)
        list(kind().setups())
    except Exception as error:
        raise _broken(file, error) from error
    return kind


def _run(name: str, file: Path) -> ModuleType:
    called = f"{ENTRY_POINTS}_of_yours.{name}"
    spec = importlib.util.spec_from_file_location(called, file)
    assert spec is not None  # noqa: S101 - a path that ends in .py always has a loader
    assert spec.loader is not None  # noqa: S101
    module = importlib.util.module_from_spec(spec)
    sys.modules[called] = module  # pydantic reads the names of annotations there
    spec.loader.exec_module(module)
    return module


def _broken(file: Path, error: Exception) -> BadInput:
    """Say what is wrong with a user's file, and in which line."""
    line = error.lineno if isinstance(error, SyntaxError) and error.filename == str(file) else _line(file, error)
    said = error.message if isinstance(error, TapehawkError) else f"{type(error).__name__}: {error}"
    hint = error.hint if isinstance(error, TapehawkError) else "mend the file, or move it out of the folder"
    return BadInput(f"{file.name}:{line or 1}: {said}", hint=hint, path=file)


def _line(file: Path, error: Exception) -> int | None:
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(file)]
    return lines[-1] if lines else None


def _from_plugin(name: str) -> type[Scanner]:
    (plugin,) = _installed().select(name=name)
    try:
        kind = plugin.load()
    except Exception as error:
        raise BadInput(
            f"the plug-in {plugin.value} (scanner {name!r}) can't be loaded: {type(error).__name__}: {error}",
            hint="update it or uninstall it",
        ) from error
    if not (isinstance(kind, type) and issubclass(kind, Scanner) and kind.type() == name):
        raise BadInput(f"the plug-in {plugin.value} is no scanner named {name!r}", hint="update it or uninstall it")
    return kind
