"""Settings in the environment: which names say which key of which section."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from tapehawk.core.errors import BadInput

PREFIX: Final = "SCANNER__"
SHORT_NAMES: Final = {
    "SCANNER_DATA_DIR": ("storage", "data_dir"),
    "SCANNER_RESULTS_DIR": ("cli", "results_directory"),
    "SCANNER_HOST": ("api", "host"),
    "SCANNER_PORT": ("api", "port"),
    "SCANNER_WORKERS": ("api", "workers"),
    "SCANNER_RELOAD": ("api", "reload"),
    "SCANNER_LOG_LEVEL": ("api", "log_level"),
    "SCANNER_LOG_DIR": ("api", "log_dir"),
    "MAX_CONCURRENT_SCANS": ("api", "max_concurrent_scans"),
    "SCAN_TIMEOUT_MINUTES": ("api", "scan_timeout_minutes"),
}
SECRET_NAMES: Final = {
    "POLYGON_API_KEY": ("providers.polygon", "api_key"),
    "TWELVEDATA_API_KEY": ("providers.twelvedata", "api_key"),
    "ALPACA_API_KEY": ("providers.alpaca", "api_key"),
    "ALPACA_SECRET_KEY": ("providers.alpaca", "secret_key"),
    "REDIS_URL": ("storage", "redis_url"),
    "DATABASE_URL": ("storage", "database_url"),
    "DATABASE_URL_READ": ("storage", "database_url_read"),
    "JWT_SECRET": ("api", "jwt_secret"),
    "METRICS_TOKEN": ("api", "metrics_token"),
}
OF_A_PROVIDER: Final = "providers."
"""What the names of sections begin with that hold a provider's settings."""


def short_names(environment: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """Return the short names that are set, each with its section and key."""
    return {name: place for name, place in (SHORT_NAMES | SECRET_NAMES).items() if environment.get(name)}


def variables(environment: Mapping[str, str]) -> Iterator[str]:
    """Yield the names that are set and say their section and key themselves."""
    return (name for name in environment if name.startswith(PREFIX))


def named_by(variable: str) -> tuple[str, str]:
    """Return section and key of SCANNER__SECTION__KEY, or of SCANNER__PROVIDERS__NAME__KEY. Raises BadInput."""
    *section, key = variable.removeprefix(PREFIX).lower().split("__")
    deep = len(section) == 2 and f"{section[0]}." == OF_A_PROVIDER
    if not (deep or len(section) == 1) or not all((*section, key)):
        hint = f"it reads like {PREFIX}BREAKOUT__MIN_PRICE"
        raise BadInput(f"{variable} in the environment names no setting", hint=hint)
    return ".".join(section), key
