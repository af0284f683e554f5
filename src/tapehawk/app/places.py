"""Where a user's things are: the settings file and the bar store, by the customs of the platform."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

NAME: Final = "tapehawk"
FILE_NAMES: Final = ("scanner.toml", "scanner.json")


def config_folder(environment: Mapping[str, str]) -> Path:
    """Return the user's folder of settings."""
    if sys.platform == "win32":
        return Path(environment.get("APPDATA") or Path.home() / "AppData" / "Roaming") / NAME
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / NAME
    return Path(environment.get("XDG_CONFIG_HOME") or Path.home() / ".config") / NAME


def data_folder(environment: Mapping[str, str]) -> Path:
    """Return the user's folder of data: the bar store, unless the settings name another."""
    if sys.platform == "win32":
        return Path(environment.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / NAME
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / NAME / "store"
    return Path(environment.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / NAME


def scanners_folder(environment: Mapping[str, str]) -> Path:
    """Return the folder of the user's own scanners, one file each."""
    return config_folder(environment) / "scanners"


def settings_files(environment: Mapping[str, str], here: Path) -> list[Path]:
    """List where a settings file is looked for, first one first."""
    return [folder / name for folder in (here, config_folder(environment)) for name in FILE_NAMES]
