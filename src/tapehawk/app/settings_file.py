"""The settings file as it was written: TOML or JSON, sections of keys, and the line each of them stands on."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tapehawk.core.errors import BadInput


@dataclass(frozen=True)
class SettingsFile:
    """A settings file that may not exist yet: its text, and its values as section → key → value."""

    path: Path
    text: str
    sections: Mapping[str, Mapping[str, object]]

    def line_of(self, section: str, key: str | None = None) -> int:
        """Return the line of a key, else of its section, else the first."""
        find = _json_line if self.path.suffix == ".json" else _toml_line
        return find(self.text.splitlines(), section, key) or 1

    def place(self, section: str, key: str | None = None) -> str:
        """Say where a key stands: `scanner.toml, line 3`."""
        return f"{self.path}, line {self.line_of(section, key)}"


def read_settings_file(path: Path) -> SettingsFile:
    """Read a settings file; one that does not exist has no values. Raises BadInput for one that can't be read."""
    if path.suffix not in (".toml", ".json"):
        raise BadInput(f"the settings file {path} ends neither in .toml nor in .json", hint="the ending says its form")
    try:
        text = path.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        text = ""
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"the settings file {path} can't be read: {error}", hint="it is UTF-8 text") from error
    return SettingsFile(path, text, _sections(path, _parsed(path, text)))


def _parsed(path: Path, text: str) -> Mapping[str, object]:
    try:
        values = tomllib.loads(text) if path.suffix == ".toml" else json.loads(text or "{}")
    except tomllib.TOMLDecodeError as error:
        hint = 'a line reads like min_price = 50, text stands in "quotes", a section in [brackets]'
        raise BadInput(f"{path} is not TOML: {error}", hint=hint) from error
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise BadInput(f"{path} is not JSON: {error.msg} (at {where})", hint="python -m json.tool checks it") from error
    if not isinstance(values, dict):
        raise BadInput(f"{path} holds no sections", hint='it reads like {"breakout": {"min_price": 50}}')
    return values


def _sections(path: Path, values: Mapping[str, object]) -> dict[str, Mapping[str, object]]:
    """Return section → key → value; a section within a section is named with a dot: `providers.polygon`."""
    found: dict[str, Mapping[str, object]] = {}
    for name, section in values.items():
        if not isinstance(section, dict):
            hint = f"settings stand in sections, as in [default] and below it {name} = …"
            raise BadInput(f"{name!r} in {path} stands outside any section", hint=hint)
        inner = {f"{name}.{key}": value for key, value in section.items() if isinstance(value, dict)}
        found[name] = {key: value for key, value in section.items() if not isinstance(value, dict)}
        found |= _sections(path, inner)
    return found


def _toml_line(lines: list[str], section: str, key: str | None) -> int:
    """Find `key = …` below `[section]`, or `section.key = …` at the top; the section's own line where there is none."""
    header = re.compile(rf"\s*\[\s*[\"']?{re.escape(section)}[\"']?\s*\]|\s*{re.escape(section)}\s*[.=]")
    wanted = re.compile(rf"\s*(?:{re.escape(section)}\s*\.\s*)?[\"']?{re.escape(key or '')}[\"']?\s*=")
    inside, at = False, 0
    for number, line in enumerate(lines, start=1):
        if header.match(line):
            inside, at = True, at or number
        elif line.lstrip().startswith("["):
            inside = False
        if key and inside and wanted.match(line):
            return number
    return at


def _json_line(lines: list[str], section: str, key: str | None) -> int:
    """Find the first `"key":` from `"section":` on."""
    section, at = section.rpartition(".")[2], 0
    for number, line in enumerate(lines, start=1):
        if not at and re.search(rf'"{re.escape(section)}"\s*:', line):
            at = number
        if at and key and re.search(rf'"{re.escape(key)}"\s*:', line):
            return number
    return at
