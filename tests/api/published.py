"""What is published of each path: how it is asked of the simulated market, and the fields and words of its answer.

`FIRST_TO_LAST` is asked in order, by an admin who has a signal and a notification; what an answer says fills the paths
after it. It is asked of one process and of services apart: see `asked.py` for how.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from tests.api.shapes import ANYTHING, fields, words
from tests.simulated import LAST


@dataclass(frozen=True)
class Asked:
    """A question: `route` as it is published, what it is sent, and what is published of its answer.

    `says`: the shape; `media`: of an answer that has one. `keeps`: names for what the answer says, each with where.
    `until`: where and what it says at last, asked again and again. `by`: whose kept token it is asked with.
    """

    route: str
    says: Any = ANYTHING
    body: Any = None
    query: str = ""
    status: int = 200
    media: str = "application/json"
    keeps: Mapping[str, str] = field(default_factory=dict)
    until: tuple[str, str] | None = None
    by: str = ""


_S, _V = "/api/v1/scanner", "/api/v1"
_SPAN: Final = {"start_date": "2024-09-01", "end_date": str(LAST)}
_PASSWORD: Final = "staple of another kind"  # noqa: S105  of nobody

PHASE: Final = words("premarket regular after_hours closed continuous")
SCAN_STATUS: Final = words("queued running completed failed cancelled interrupted")
SIGNAL_STATUS: Final = words("active triggered expired cancelled closed")
ROLE: Final = words("admin user viewer")
HEALTH: Final = fields(
    status=words("ok degraded down"),
    dependencies=[fields("name latency_ms", status=words("ok degraded down"))],
)
ROW: Final = fields(
    "symbol bar_time available_at scanner pattern direction entry stop target1 target2 confidence score volume atr rvol"
    " position_size risk_amount confluence_factors labels",
    phase=PHASE,
)
SCAN: Final = fields("scan_id scanner_type as_of data_version labels elapsed_ms", results=[ROW], funnel=[ANYTHING])
QUICK_ROW: Final = fields(
    "symbol exchange price change24h strength rsi timestamp",
    signal=words("BUY SELL HOLD"),
    macd=words("bullish bearish"),
    status=words("quick_scan analyzing complete"),
)
QUICK_NOW: Final = "isScanning currentScanId signalsCount backgroundQueueLength"
QUICK_SCAN: Final = fields("scanId timestamp symbolCount")
PROGRESS: Final = fields(
    "scan_id progress_percent message current_ticker total_tickers processed_tickers start_date end_date created_at"
    " started_at execution_time results_found",
    status=SCAN_STATUS,
)
RANGE_ROW: Final = fields(
    "ticker date gap_pct parabolic_score volume dollar_volume close_price high_price low_price open_price ema9 ema20"
    " ema50 ema200 atr high_chg_atr dist_h_9ema_atr dist_h_20ema_atr close_range",
    lc_frontside_d2_extended=frozenset({0, 1}),
)
SIGNAL: Final = fields(
    "id symbol scanner pattern direction entry stop target1 target2 confidence volume atr position_size risk_amount"
    " confluence_factors created_at updated_at timeframe bar_time available_at data_version setup_key outcome",
    status=SIGNAL_STATUS,
    phase=PHASE,
)
PORTFOLIO: Final = fields("id name description symbols created_at updated_at is_active")
NOTIFICATION: Final = fields("id type title message data is_read created_at")
BARS: Final = fields("symbol timeframe", bars=[fields("time open high low close volume")])
RATES: Final = fields(items=[fields("group n interval")])
JOB: Final = fields("id kind progress_percent", status=SCAN_STATUS)
USER: Final = fields("id email first_name last_name preferences created_at updated_at last_login is_active", role=ROLE)
TOKENS: Final = fields("access_token refresh_token token_type expires_in")
PROBLEM: Final = fields("error detail timestamp type title status")


def page(shape: Any) -> dict[str, Any]:
    """Return the shape of a list."""
    return fields("next_cursor", items=[shape])


def _kept(path: str, shape: Any, name: str, body: Any) -> list[Asked]:
    """Return how a thing that users name is made, seen, changed and removed."""
    one, keeps = f"{path}/{{{name}}}", {name: "id"}
    return [
        Asked(f"POST {path}", shape, body=body, status=201, keeps=keeps),
        Asked(f"GET {path}", page(shape)),
        Asked(f"GET {one}", shape),
        Asked(f"PUT {one}", shape, body=body),
        Asked(f"DELETE {one}", status=204),
    ]


_SCANNER: Final = [
    Asked(f"GET {_S}/status", fields("state next_scan watermark counters metrics", session_phase=PHASE)),
    Asked(f"POST {_S}/start", fields("config"), body={"symbols": ["VORO1"], "scanners": ["volume_spike"]}),
    Asked(f"PUT {_S}/config", fields("config"), body={"config": {"volume_spike": {"volume_ratio": 3}}}),
    Asked(f"POST {_S}/stop", fields("state")),
    Asked(
        f"POST {_S}/scan",
        SCAN,
        body={"scanner_type": "inside_bar", "scan_date": str(LAST), "timeframe": "1d", "hours": "regular"},
        keeps={"scan_id": "scan_id", "symbol": "results.0.symbol", "step": "funnel.0.steps.1.name"},
    ),
    Asked(f"GET {_S}/scanners", page(fields("name title description timeframes patterns parameters"))),
    Asked(
        f"GET {_S}/explain",
        fields(patterns=[fields("first_not_true", conditions=[fields("name", state=words("true false unknown"))])]),
        query=f"symbol={{symbol}}&scanner_type=inside_bar&date={LAST}",
    ),
    Asked(
        f"POST {_S}/formula/check", fields("type", names=[fields("name")]), body={"formula": "close > sma(close, 9)"}
    ),
    Asked(
        f"POST {_S}/formula/check",
        fields(errors=[fields("message column suggestions")]),
        body={"formula": "clse > 1"},
    ),
    Asked(f"GET {_S}/{{scan_id}}/funnel/{{step}}", fields("items next_cursor step")),
    *_kept(f"{_S}/presets", fields("id name config"), "preset_id", {"name": "mine", "scanner_type": "breakout"}),
    *_kept(f"{_S}/saved", fields("id name view"), "saved_id", {"name": "mine"}),
    Asked(
        f"GET {_S}/market-overview",
        fields(
            "advancers decliners new_highs new_lows volume freshness",
            top_gainers=[fields("symbol")],
            top_losers=[fields("symbol")],
            most_active=[fields("symbol")],
            regime=fields("regime confidence volatility"),
            clock=fields(phase=PHASE),
        ),
    ),
    Asked(f"GET {_S}/symbols", page(fields("symbol type exchange")), query="limit=3&q=VO&type=common&exchange=amex"),
    *(
        Asked(f"GET {_S}/export/{{scan_id}}/{{format}}", media=media, keeps={"format": f"={name}"})
        for name, media in (
            ("csv", "text/csv"),
            ("json", "application/json"),
            ("parquet", "application/vnd.apache.parquet"),
            ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        )
    ),
    Asked(f"GET {_S}/health", HEALTH),
    Asked(
        f"GET {_S}/stats/performance",
        fields("errors results api", scans=fields("p50_ms p95_ms p99_ms success_rate")),
    ),
]
_FAST: Final = [
    Asked(
        "POST /api/scanner/quick-scan",
        fields("success scanId count message", signals=[QUICK_ROW]),
        body={"symbols": ["VORO1", "LUNA1"], "timeframe": "1d"},
    ),
    Asked(
        "GET /api/scanner/symbol/{symbol}",
        fields(
            "success symbol",
            signal=QUICK_ROW,
            deepAnalysis=fields(
                "opportunity_score confluence ml_prediction",
                market_regime=fields("regime confidence volatility"),
                sl_tp=fields("stopLoss takeProfit riskReward"),
            ),
        ),
        until=("signal.status", "complete"),
    ),
    Asked(
        "GET /api/scanner/results",
        fields("success count", signals=[QUICK_ROW], status=fields(QUICK_NOW, lastScan=QUICK_SCAN)),
    ),
    Asked(
        "GET /api/scanner/scan-status",
        fields("success", status=fields(f"{QUICK_NOW} periodicScanningEnabled"), history=[QUICK_SCAN]),
    ),
]
_RANGE: Final = [
    Asked(
        "POST /api/scan/execute",
        fields("success scan_id message", status=words("queued running")),
        body={
            **_SPAN,
            "filters": {
                "min_volume": 1,
                "min_dollar_volume": 1,
                "min_price": 1,
                "exclude_tickers": ["LUNA1"],
                "include_tickers": [],
            },
            "config": {},
        },
        keeps={"scan_id": "scan_id"},
    ),
    Asked("GET /api/scan/progress/{scan_id}", PROGRESS, until=("status", "completed")),
    Asked(
        "GET /api/scan/results/{scan_id}",
        fields("success scan_id total_found execution_time message", results=[RANGE_ROW]),
    ),
    Asked("GET /api/scan/events/{scan_id}", media="text/event-stream"),
    Asked("GET /api/scan/list", page(fields("scan_id", status=SCAN_STATUS))),
    Asked("GET /api/scan/universe", fields("by_type by_exchange first_date last_date last_sync")),
    Asked("DELETE /api/scan/{scan_id}", fields("success")),
    Asked("GET /api/health", HEALTH),
    Asked("GET /api/health/live", fields("status")),
    Asked("GET /api/health/ready", fields("status")),
]
_RECORDS: Final = [
    Asked(
        f"GET {_V}/signals",
        page(SIGNAL),
        query="symbol=AAPL&scanner=breakout&pattern=resistance%20break&direction=BUY&status=active&min_confidence=1"
        "&from=2020-01-01&to=2100-01-01",
        keeps={"signal_id": "items.0.id"},
    ),
    Asked(f"GET {_V}/signals/{{signal_id}}", SIGNAL),
    Asked(f"PATCH {_V}/signals/{{signal_id}}/status", SIGNAL, body={"status": "triggered"}),
    Asked(
        f"PATCH {_V}/signals/{{signal_id}}/status",
        PROBLEM,
        body={"status": "expired"},
        status=409,
        media="application/problem+json",
    ),
    Asked(f"PATCH {_V}/signals/{{signal_id}}/status", SIGNAL, body={"status": "closed"}),
    Asked(f"POST {_V}/watchlist", fields("symbols"), body={"symbols": ["VORO1"]}),
    Asked(f"POST {_V}/watchlist", fields("symbols"), body={"symbols": ["VORO1"]}),
    Asked(f"GET {_V}/watchlist", page(fields("symbol added_at"))),
    Asked(f"DELETE {_V}/watchlist", fields("symbols"), body={"symbols": ["VORO1"]}),
    *_kept(f"{_V}/portfolios", PORTFOLIO, "portfolio_id", {"name": "mine", "symbols": ["VORO1"]}),
    *(Asked(f"GET {_V}/analytics/{kind}", RATES) for kind in ("performance", "signals", "patterns")),
    Asked(f"POST {_V}/ml/train", fields("job_id"), body={"scanner_type": "volume_spike"}, status=202),
    Asked(f"GET {_V}/ml/card/{{scanner}}", PROBLEM, status=404, media="application/problem+json"),
    Asked(f"GET {_V}/jobs", page(JOB), keeps={"job_id": "items.0.id"}),
    Asked(f"GET {_V}/jobs/{{job_id}}", JOB),
    Asked(f"DELETE {_V}/jobs/{{job_id}}", fields("success")),
]
_TOLD: Final = [
    Asked(f"GET {_V}/notifications", page(NOTIFICATION), keeps={"notification_id": "items.0.id"}),
    Asked(f"PATCH {_V}/notifications/{{notification_id}}", NOTIFICATION, body={"is_read": True}),
    Asked(
        f"PUT {_V}/notifications/preferences",
        fields(channels=[fields("kind")]),
        body={
            "time_zone": "UTC",
            "quiet_hours": None,
            "digest": None,
            "channels": [{"kind": "email", "address": {"to": "a@example.org"}, "is_active": True}],
        },
    ),
    Asked(f"GET {_V}/notifications/preferences", fields(channels=[fields("kind")])),
    *_kept(f"{_V}/notifications/rules", fields("id name conditions channels"), "rule_id", {"name": "mine"}),
    Asked(f"POST {_V}/notifications/test", fields("channel"), body={"channel": "in_app"}),
]
_MARKET: Final = [
    Asked(
        f"GET {_V}/market-data/bars/{{symbol}}",
        BARS,
        query=f"timeframe=1d&from=2025-06-02&to={LAST}&hours=regular&adjust=split",
    ),
    Asked(f"POST {_V}/market-data/bars", fields(items=[BARS]), body={"symbols": ["VORO1", "LUNA1"]}),
    Asked(
        f"GET {_V}/market-data/quotes",
        fields(items=[fields("symbol last change_pct volume rvol sparkline age labels")]),
        query="symbols=VORO1,LUNA1",
    ),
    Asked(
        f"GET {_V}/market-data/indicators/{{symbol}}",
        fields("times", expressions=[fields("values")]),
        query="expr=rsi(14)",
    ),
    Asked(f"GET {_V}/market-data/providers", page(fields("provider state"))),
]
_ACCOUNTS: Final = [
    Asked(
        f"POST {_V}/auth/register",
        TOKENS,
        body={"email": "ada@example.org", "password": _PASSWORD, "first_name": "Ada", "last_name": "L."},
        status=201,
    ),
    Asked(
        f"POST {_V}/auth/login",
        TOKENS,
        body={"email": "ada@example.org", "password": _PASSWORD},
        keeps={"ada": "access_token", "refresh": "refresh_token"},
    ),
    Asked(f"POST {_V}/auth/refresh", TOKENS, body={"refresh_token": "{refresh}"}, keeps={"ada": "access_token"}),
    Asked(f"GET {_V}/auth/me", USER, by="ada", keeps={"user_id": "id"}),
    Asked(f"PATCH {_V}/auth/me", USER, body={"last_name": "B."}, by="ada"),
    Asked(f"GET {_V}/auth/sign-ins", page(fields("id created_at")), by="ada"),
    Asked(f"POST {_V}/auth/ws-ticket", fields("ticket"), by="ada"),
    Asked(
        f"POST {_V}/auth/password",
        body={"current_password": _PASSWORD, "new_password": f"{_PASSWORD} again"},
        status=204,
        by="ada",
    ),
    Asked(f"GET {_V}/users", page(USER)),
    Asked(f"GET {_V}/users/{{user_id}}", USER),
    Asked(f"PATCH {_V}/users/{{user_id}}", USER, body={"role": "viewer"}),
    Asked(f"DELETE {_V}/auth/sign-ins", status=204, by="ada"),
    Asked(f"POST {_V}/auth/logout", status=204),
]
FIRST_TO_LAST: Final = [*_SCANNER, *_FAST, *_RANGE, *_RECORDS, *_TOLD, *_MARKET, *_ACCOUNTS]
"""Every question; the last one ends the sign-in that the others are asked with."""

_SCAN_UPDATE: Final = fields("scanner_type results sequence timestamp", type=words("scan_update"))
SOCKETS: Final = {
    f"{_S}/ws/live-scan": _SCAN_UPDATE,
    f"{_S}/ws/scanner/gap": _SCAN_UPDATE,
    "/ws/scan/{scan_id}": fields("scan_id data timestamp", type=words("progress result complete error")),
    "/ws/signals": fields("sequence"),
    "/ws/market-data": fields("sequence"),
    "/ws/scanner-status": fields("sequence"),
}
"""The first message of each socket."""
EVENTS: Final = {
    "quickScanComplete": fields("scanId signals sequence"),
    "symbolAnalyzed": fields("symbol scanId deepData sequence"),
    "analysisProgress": fields("scanId processed remaining sequence"),
    "deepAnalysisComplete": fields("scanId sequence"),
}
"""What `/ws/scanner-status` says of a quick scan."""

WORDS: Final = {
    "ScanProgress.status": SCAN_STATUS,
    "ScanQueued.status": words("queued running"),
    "ShownJob.status": SCAN_STATUS,
    "QuickSignal.status": words("quick_scan analyzing complete"),
    "QuickSignal.signal": words("BUY SELL HOLD"),
    "QuickSignal.macd": words("bullish bearish"),
    "ShownSignal.status": SIGNAL_STATUS,
    "ShownUser.role": ROLE,
    "Clock.phase": PHASE,
    "HealthReport.status": words("ok degraded down"),
}
"""The words of a field, all of them: of an answer only some can be seen."""
SCANNERS: Final = words(
    "breakout inside_bar outside_bar gap crp technical relative_volume momentum reversal volume_spike lc parabolic ml"
    " formula"
)
