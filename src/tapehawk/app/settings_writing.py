"""Writing settings: the changed keys only, comments and order kept, in one step."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tapehawk.app.settings_file import SettingsFile
from tapehawk.app.writing import make_folder, write

Changes = Mapping[str, Mapping[str, object]]


def write_settings(file: SettingsFile, changes: Changes) -> None:
    """Put the changes (None: remove the key) into the file. Raises BadInput where it can't be written."""
    text = _json(file.text, changes) if file.path.suffix == ".json" else _toml(file.text, changes)
    target = file.path.resolve()  # a linked file stays a link
    make_folder(target.parent)
    write(target, text.encode())


def _toml(text: str, changes: Changes) -> str:
    import tomlkit

    document = tomlkit.parse(text)
    for section, values in changes.items():
        place: Any = document
        *outer, _ = names = section.split(".")
        for depth, name in enumerate(names):
            if name not in place and any(value is not None for value in values.values()):
                place[name] = tomlkit.table(is_super_table=depth < len(outer))
            place = place.get(name, {})
        _put(place, values)
    return tomlkit.dumps(document)


def _json(text: str, changes: Changes) -> str:
    document = json.loads(text or "{}")
    for section, values in changes.items():
        place = document
        for name in section.split("."):
            place = place.setdefault(name, {})
        _put(place, values)
    kept = {section: values for section, values in document.items() if values}
    return json.dumps(kept, indent=2, ensure_ascii=False) + "\n"


def _put(section: Any, values: Mapping[str, object]) -> None:  # noqa: ANN401  a dict, or tomlkit's likeness of one
    for key, value in values.items():
        if value is None:
            section.pop(key, None)
        else:
            section[key] = value
