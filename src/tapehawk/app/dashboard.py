"""Running the dashboard: its libraries are looked for and its address checked, then Streamlit goes in front."""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

from tapehawk.accounts.visitor import is_loopback
from tapehawk.app.extras import need_extra
from tapehawk.app.listening import sockets, url_of
from tapehawk.app.settings import Settings

SERVING: Final = "tapehawk.dashboard.serving"
"""The module that runs Streamlit; entry points do not import each other."""
ANOTHER_PORT: Final = "--port takes another, and so does the setting streamlit.port"


def show(
    known: Settings, *, host: str | None = None, port: int | None = None, say: Callable[[str], None] = print
) -> None:
    """Show the dashboard until interrupted.

    Raises BadInput where its libraries are not installed or the address is none, TryAgain for a taken port.
    """
    need_extra("dashboard", "the dashboard")
    known = at(known, host, port)
    chosen = known.streamlit
    for one in sockets(chosen.host, chosen.port, hint=ANOTHER_PORT):  # Streamlit says less of what is wrong
        one.close()
    if known.file.path.exists():  # the page reads the settings again at every touch
        os.environ["SCANNER_CONFIG"] = str(Path(known.file.path).resolve())
    importlib.import_module(SERVING).serve(known, greeting(known), say)


def at(known: Settings, host: str | None, port: int | None) -> Settings:
    """Return settings with another address or port where one is given."""
    given = {"HOST": host, "PORT": port}
    named = {f"SCANNER__STREAMLIT__{key}": str(value) for key, value in given.items() if value is not None}
    return replace(known, environment={**known.environment, **named}) if named else known


def greeting(known: Settings) -> str:
    """Say where the dashboard is, and who else may come."""
    chosen = known.streamlit
    said = f"The dashboard is at {url_of(chosen.host, chosen.port)}. Ctrl-C ends it."
    if is_loopback(chosen.host):
        return said
    return f"{said}\nOthers reach {chosen.host}, and nobody is asked who they are: whoever comes sees what is stored."
