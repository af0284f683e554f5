"""Running Streamlit: this machine only unless told otherwise, nothing of it sent or fetched elsewhere.

Options given here go before those of a `config.toml` that Streamlit finds.
"""

from __future__ import annotations

import logging
import signal
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import streamlit as st
from streamlit import net_util

from tapehawk.accounts.visitor import is_loopback
from tapehawk.app.settings import Settings
from tapehawk.dashboard.themes import THEMES

PAGE: Final = Path(__file__).with_name("page.py")
OF_THIS_MACHINE: Final = ["localhost", "127.0.0.1", "::1"]


def serve(known: Settings, greeting: str, say: Callable[[str], None]) -> None:
    """Show the dashboard until interrupted; `greeting` is said when it listens."""

    @asynccontextmanager
    async def greeted(_app: st.App) -> AsyncIterator[None]:
        say(greeting)
        yield

    net_util.get_external_ip = _unknown  # it would ask a web page elsewhere for this machine's address
    logging.getLogger("uvicorn.error").addFilter(lambda record: record.levelno >= logging.WARNING)
    signal.signal(signal.SIGTERM, _told_to_end)
    st.App(PAGE, lifespan=greeted).run(config=options(known))


def options(known: Settings) -> Mapping[str, Any]:
    """Return Streamlit's own options."""
    return {
        "server.address": "127.0.0.1" if known.streamlit.host == "localhost" else known.streamlit.host,
        "server.port": known.streamlit.port,
        "server.headless": True,
        "server.fileWatcherType": "none",
        "server.runOnSave": False,
        "server.allowedHosts": OF_THIS_MACHINE if is_loopback(known.streamlit.host) else [],
        "server.enableCORS": True,
        "server.enableXsrfProtection": True,
        "browser.gatherUsageStats": False,
        "runner.magicEnabled": False,
        "client.toolbarMode": "viewer",
        "client.showErrorDetails": "none",
        "client.showErrorLinks": "false",
        "client.disableDataExport": not known.streamlit.enable_export,
        "logger.hideWelcomeMessage": True,
        "logger.level": "warning",
        "theme.base": known.streamlit.theme,
        **THEMES,
    }


def _told_to_end(_signal: int, _frame: object) -> None:
    """Do nothing: the server has ended by then, and raises the signal again for who may wait for it."""


def _unknown() -> None:
    """Return no address."""
