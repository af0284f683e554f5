"""The sections of the settings, each key with its default, its bounds and what it means.

A scanner's section is not here: its keys are that scanner's parameters, described where they are declared. Neither is a
provider's: `[providers.polygon]` is data/providers/polygon/config.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator
from pydantic.fields import FieldInfo

from tapehawk.core.phase_risk import RISK_BY_PHASE
from tapehawk.core.price_band import check_band

Seconds = Annotated[int, Field(ge=1, le=86_400, description="seconds")]
Multiplier = Annotated[float, Field(ge=0, le=1, description="what the risk of a trade is multiplied by")]
Calls = Annotated[int, Field(ge=1, le=100_000, description="calls to a provider a minute that scanning makes at most")]
Days = Annotated[int, Field(ge=1, le=3650, description="days they are kept once they are over")]
Names = Annotated[tuple[str, ...], Field(description="what `all` stands for in live scanning: names, `all` or `daily`")]


def _minutes(least: int) -> FieldInfo:
    """Declare the minutes between two scans in a phase; `least`: in seconds."""
    said = f"minutes between scans in this phase; {least} seconds at least"
    made: FieldInfo = Field(ge=least / 60, le=1440, description=said)
    return made


class Section(BaseModel):
    """A group of settings; unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Default(Section):
    """What `breakout` and `crp` take where their own section says nothing, and how long answers are kept."""

    consolidation_period: Annotated[int, Field(ge=2, le=250, description="sessions")] = 5
    breakout_volume_ratio: Annotated[float, Field(ge=0, le=50, description="times usual")] = 1.5
    resistance_break_pct: Annotated[float, Field(ge=0, le=20, description="percent beyond the level")] = 0.5
    min_price: Annotated[float, Field(ge=0, le=1e6, description="lowest price as traded")] = 50
    max_price: Annotated[float, Field(ge=0, le=1e7, description="highest price as traded")] = 2000
    max_results_per_day: Annotated[int, Field(ge=1, le=100_000, description="rows kept a session, best first")] = 3
    min_volume: Annotated[float, Field(ge=0, le=1e12, description="shares as traded")] = 10_000
    min_probability_score: Annotated[float, Field(ge=0, le=100, description="lowest score that is shown")] = 10.0
    timeout: Annotated[Seconds, Field(description="seconds a scan may take")] = 300
    retry_attempts: Annotated[int, Field(ge=0, le=20, description="times a refused call is made again")] = 3
    enable_caching: Annotated[bool, Field(description="keep finished reports for the same question")] = True
    cache_ttl: Annotated[int, Field(ge=0, le=86_400, description="seconds a finished report is kept")] = 300

    @model_validator(mode="after")
    def _is_a_band(self) -> Self:
        check_band(self.min_price, self.max_price)
        return self


class Streaming(Section):
    """Live scanning as bars close, and rounds of scans (`run --stream`, `monitor`)."""

    enabled: Annotated[bool, Field(description="let `live`, `run --stream` and `monitor` scan")] = True
    interval_seconds: Annotated[Seconds, Field(description="seconds from one round of scans to the next")] = 30
    max_concurrent_scans: Annotated[int, Field(ge=1, le=64, description="scans of a round at the same time")] = 3
    websocket_enabled: Annotated[bool, Field(description="push results to browsers")] = True
    auto_refresh_ui: Annotated[bool, Field(description="screens refresh by themselves")] = True
    real_time_alerts: Annotated[bool, Field(description="notify as soon as a signal is there")] = True
    wait_seconds: Annotated[
        float, Field(ge=0, le=3600, description="after a bar's close that symbols without it are waited for")
    ] = 20
    max_parameter_sets: Annotated[
        int,
        Field(ge=1, le=64, description="of the service's live scanners at the same time, the settings' own among them"),
    ] = 8
    quick_interval_minutes: Annotated[
        float, Field(ge=0, le=1440, description="minutes between two quick scans of everything stored; 0: none")
    ] = 15


class Api(Section):
    """The HTTP service."""

    host: Annotated[str, Field(min_length=1, description="address to listen on")] = "localhost"
    port: Annotated[int, Field(ge=1, le=65_535, description="port to listen on")] = 8000
    timeout: Annotated[Seconds, Field(description="seconds a request may take")] = 300
    max_batch_size: Annotated[int, Field(ge=1, le=1000, description="symbols of one batch request")] = 10
    enable_cors: Annotated[bool, Field(description="let web pages of the origins below ask")] = True
    cors_origins: Annotated[tuple[str, ...], Field(description="other origins whose web pages may ask")] = ()
    workers: Annotated[int, Field(ge=1, le=64, description="processes; more than one needs Redis")] = 1
    reload: Annotated[bool, Field(description="start anew when the source changes (development)")] = False
    trusted_proxies: Annotated[
        tuple[str, ...], Field(description="addresses or networks whose X-Forwarded-For is believed; empty: nobody's")
    ] = ()
    shutdown_seconds: Annotated[int, Field(ge=1, le=3600, description="seconds that open requests get to end")] = 20
    max_body_bytes: Annotated[int, Field(ge=1024, le=1 << 30, description="largest body of a request")] = 1_000_000
    rate_per_user: Annotated[int, Field(ge=0, description="requests a minute of one user; 0: any number")] = 1200
    rate_per_address: Annotated[int, Field(ge=0, description="requests a minute of one address; 0: any")] = 2400
    rate_expensive: Annotated[
        int, Field(ge=0, description="scans, exports, sign-ins … a minute, of each kind and user or address; 0: any")
    ] = 120
    auth: Annotated[
        Literal["required", "loopback-open"],
        Field(description="`loopback-open`: who asks from this machine, and through no proxy, is the owner"),
    ] = "required"
    registration: Annotated[
        Literal["open", "invite", "closed", "auto"],
        Field(description="who may register; `auto`: who comes directly, when bound to loopback"),
    ] = "auto"
    jwt_secret: Annotated[
        SecretStr,
        Field(description="signs tokens, 32 bytes or more; several, by commas: the first signs; empty: made and kept"),
    ] = SecretStr("")
    metrics_token: Annotated[SecretStr, Field(description="bearer token of /metrics beyond loopback")] = SecretStr("")
    max_concurrent_scans: Annotated[
        int, Field(ge=1, le=64, description="range scans at the same time, of all users")
    ] = 3
    scan_timeout_minutes: Annotated[
        float, Field(gt=0, le=1440, description="minutes after which a range scan is ended")
    ] = 60
    max_sockets: Annotated[int, Field(ge=1, le=100_000, description="sockets open at the same time")] = 5_000
    max_sockets_per_user: Annotated[int, Field(ge=1, le=100_000, description="of them, of one user")] = 50
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"], Field(description="least severe lines that are logged")
    ] = "info"
    log_dir: Annotated[str, Field(description="folder of the log files; empty: standard output")] = ""


class Cli(Section):
    """The command line."""

    verbose_logging: Annotated[bool, Field(description="say more about what is being done")] = False
    progress_bars: Annotated[bool, Field(description="show progress of what takes over a second")] = True
    color_output: Annotated[bool, Field(description="colours on a terminal")] = True
    default_format: Annotated[
        Literal["table", "json", "csv", "parquet", "xlsx"], Field(description="format of `scanner run`")
    ] = "table"
    auto_save_results: Annotated[bool, Field(description="save the rows of every run")] = True
    results_directory: Annotated[str, Field(min_length=1, description="folder they are saved in")] = "scanner_results"
    service_url: Annotated[
        str, Field(description="service that `run --api-mode` asks; empty: the host and port of [api]")
    ] = ""
    service_token: Annotated[
        SecretStr, Field(description="access token for it; none is needed where auth is `loopback-open`")
    ] = SecretStr("")


class Streamlit(Section):
    """The Streamlit dashboard."""

    host: Annotated[str, Field(min_length=1, description="address to listen on; nobody has to sign in")] = "localhost"
    port: Annotated[int, Field(ge=1, le=65_535, description="port to listen on")] = 8501
    theme: Annotated[Literal["light", "dark"], Field(description="colours")] = "light"
    auto_refresh_interval: Annotated[Seconds, Field(description="seconds between two refreshes")] = 30
    max_chart_points: Annotated[int, Field(ge=10, le=1_000_000, description="bars of a chart")] = 1000
    enable_export: Annotated[bool, Field(description="offer results as files")] = True
    default_scanner: Annotated[str, Field(min_length=1, description="scanner shown first")] = "breakout"
    dashboard_layout: Annotated[Literal["wide", "centered"], Field(description="use of the window's width")] = "wide"


class Sessions(Section):
    """What live scanning does in each phase of the trading day, and how the risk of its signals is scaled."""

    premarket_interval: Annotated[float, _minutes(30)] = 2
    premarket_calls: Calls = 30
    premarket_scanners: Names = ("gap", "volume_spike", "relative_volume")
    premarket_risk: Multiplier = RISK_BY_PHASE["premarket"]
    regular_interval: Annotated[float, _minutes(10)] = 1
    regular_calls: Calls = 60
    regular_scanners: Names = ("all",)
    regular_risk: Multiplier = RISK_BY_PHASE["regular"]
    after_hours_interval: Annotated[float, _minutes(60)] = 5
    after_hours_calls: Calls = 15
    after_hours_scanners: Names = ("reversal", "volume_spike")
    after_hours_risk: Multiplier = RISK_BY_PHASE["after_hours"]
    closed_interval: Annotated[float, _minutes(60)] = 10
    closed_calls: Calls = 5
    closed_scanners: Annotated[
        tuple[str, ...],
        Field(description="who scans the last session's daily bars, in the service: names, `all` or `daily`"),
    ] = ("daily",)
    closed_risk: Multiplier = RISK_BY_PHASE["closed"]
    continuous_interval: Annotated[float, _minutes(10)] = 1
    continuous_calls: Calls = 60
    continuous_scanners: Names = ("all",)
    continuous_risk: Multiplier = RISK_BY_PHASE["continuous"]


class Providers(Section):
    """Whose bars answer, where the store has several series (`scanner data status` shows them), and for a market."""

    prefer_us: Annotated[str, Field(description="series of US stocks; empty: the store's choice")] = ""
    prefer_crypto: Annotated[str, Field(description="series of crypto; empty: the store's choice")] = ""
    fetch_us: Annotated[
        str, Field(description="provider that --fetch asks and that is scanned live; empty: whose bars answer")
    ] = ""
    fetch_crypto: Annotated[str, Field(description="the same of crypto")] = ""
    second_us: Annotated[
        str, Field(description="provider whose bars the service scans while the live ones do not come; empty: nobody's")
    ] = ""
    second_crypto: Annotated[str, Field(description="the same of crypto")] = ""
    benchmark_us: Annotated[
        str, Field(max_length=32, description="symbol whose days are the market's regime; empty: equal weight of all")
    ] = ""
    benchmark_crypto: Annotated[
        str, Field(max_length=32, description="the same of crypto, BTC/USDT; empty: equal weight of all")
    ] = ""


class RiskSection(Section):
    """The account that signals are sized for."""

    account_size: Annotated[float, Field(gt=0, le=1e12, description="in the instrument's currency")] = 100_000
    per_trade: Annotated[float, Field(gt=0, le=1, description="share of the account a trade may lose")] = 0.01


class Storage(Section):
    """Where bars and records are, and where news go."""

    data_dir: Annotated[str, Field(description="folder of the bar store; empty: the user's data folder")] = ""
    redis_url: Annotated[
        SecretStr, Field(description="Redis that tells other processes what is found; empty: nobody else is told")
    ] = SecretStr("")
    database_url: Annotated[
        SecretStr, Field(description="database of the records; empty: SQLite in the data folder")
    ] = SecretStr("")
    database_url_read: Annotated[
        SecretStr, Field(description="a replica of it that is read from; empty: the database itself")
    ] = SecretStr("")


class Notifications(Section):
    """Telling users: who takes the e-mail, which addresses may be theirs, how much is too much."""

    smtp_host: Annotated[str, Field(max_length=253, description="mail server; empty: no e-mail is sent")] = ""
    smtp_port: Annotated[int, Field(ge=1, le=65_535, description="its port; 465: encrypted from the start")] = 587
    smtp_user: Annotated[str, Field(max_length=320, description="name to sign in with; empty: without")] = ""
    smtp_password: Annotated[SecretStr, Field(description="password to sign in with")] = SecretStr("")
    smtp_from: Annotated[
        str, Field(max_length=320, pattern=r"^[^\r\n]*$", description="sender; empty: tapehawk@ the mail server")
    ] = ""
    allow_private: Annotated[
        bool, Field(description="let users' webhooks and ntfy servers be in private networks, this machine among them")
    ] = False
    max_per_hour: Annotated[
        int, Field(ge=1, le=10_000, description="notifications a user gets in an hour; the rest is counted in one more")
    ] = 50


class RecordsSection(Section):
    """How long what is over stays on record. Signals, lists and what users keep are never removed."""

    notifications_days: Days = 90
    scans_days: Days = 30
    jobs_days: Days = 14
    audit_days: Annotated[int, Field(ge=1, le=36_500, description="days the log of security events is kept")] = 365
    answers_days: Annotated[int, Field(ge=1, le=30, description="days an idempotency key is remembered")] = 1
    sign_ins_days: Annotated[int, Field(ge=0, le=3650, description="days beyond their end that they are kept")] = 7


SECTIONS: Final[Mapping[str, type[Section]]] = {
    "default": Default,
    "streaming": Streaming,
    "api": Api,
    "cli": Cli,
    "streamlit": Streamlit,
    "sessions": Sessions,
    "providers": Providers,
    "risk": RiskSection,
    "storage": Storage,
    "records": RecordsSection,
    "notifications": Notifications,
}

# The parts of the program that these are for are still to come.
_UNUSED: Final[Mapping[str, frozenset[str]]] = {
    "default": frozenset({"retry_attempts"}),
    "cli": frozenset({"verbose_logging"}),
}
UNUSED: Final = "nothing uses it yet"


def is_unused(section: str, key: str) -> bool:
    """Say whether a setting changes nothing yet."""
    return key in _UNUSED.get(section, ())
