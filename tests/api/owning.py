"""What each route of the service is to users who are not its things' owner: every route has to be here.

OWNED    made with Ada's things; Bob, who asks for them, gets a 404, or what he got before she had them
SHARED   the same for everybody who is signed in, or about nobody's things, with the reason
ADMINS   refuses everybody else
ANYBODY  needs no sign-in, or is the sign-in itself
ASKING   POSTs that only ask, which a viewer may

A new route fails `test_isolation.py` until it stands in one of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from tapehawk.app.house import House
from tapehawk.records.users import User
from tests.api import owned_things as a
from tests.api.owned_things import Place

Route = tuple[str, str]


@dataclass(frozen=True)
class Owned:
    """`make` makes a thing of a user and returns what fills the path; `body`: what is sent with it.

    `same`: Bob gets the same answer as before Ada had the thing, instead of a 404 (a list, a count, something of his).
    """

    make: Callable[[House, User], Place]
    body: Any = None
    same: bool = False


_AUTH: Final = "/api/v1/auth"
_SCANNER: Final = "/api/v1/scanner"
_TOLD: Final = "/api/v1/notifications"
_PORTFOLIO: Final = {"name": "his", "symbols": ["MSFT"]}
_PRESET: Final = {"name": "his", "scanner_type": "breakout"}
_WANTS: Final = {"time_zone": "UTC", "quiet_hours": None, "digest": None, "channels": []}
_PASSWORDS: Final = {"current_password": a.PASSWORD, "new_password": "staple of another kind"}

OWNED: Final[dict[Route, Owned]] = {
    ("GET", f"{_AUTH}/me"): Owned(a.a_profile, same=True),
    ("PATCH", f"{_AUTH}/me"): Owned(a.a_profile, {"last_name": "B."}, same=True),
    ("POST", f"{_AUTH}/password"): Owned(a.a_password, _PASSWORDS, same=True),
    ("POST", f"{_AUTH}/logout"): Owned(a.a_sign_in, same=True),
    ("GET", f"{_AUTH}/sign-ins"): Owned(a.a_sign_in, same=True),
    ("DELETE", f"{_AUTH}/sign-ins"): Owned(a.a_sign_in, same=True),
    ("DELETE", f"{_AUTH}/sign-ins/{{sign_in_id}}"): Owned(a.a_sign_in),
    ("GET", "/api/v1/signals"): Owned(a.a_signal, same=True),
    ("GET", "/api/v1/signals/{signal_id}"): Owned(a.a_signal),
    ("PATCH", "/api/v1/signals/{signal_id}/status"): Owned(a.a_signal, {"status": "cancelled"}),
    ("GET", "/api/v1/watchlist"): Owned(a.a_watched_symbol, same=True),
    ("DELETE", "/api/v1/watchlist"): Owned(a.a_watched_symbol, {"symbols": ["AAPL"]}, same=True),
    ("POST", "/api/v1/watchlist"): Owned(a.a_watched_symbol, {"symbols": ["MSFT"]}, same=True),
    ("GET", "/api/v1/portfolios"): Owned(a.a_portfolio, same=True),
    ("POST", "/api/v1/portfolios"): Owned(a.a_portfolio, _PORTFOLIO, same=True),
    ("GET", "/api/v1/portfolios/{portfolio_id}"): Owned(a.a_portfolio),
    ("PUT", "/api/v1/portfolios/{portfolio_id}"): Owned(a.a_portfolio, _PORTFOLIO),
    ("DELETE", "/api/v1/portfolios/{portfolio_id}"): Owned(a.a_portfolio),
    ("GET", "/api/v1/analytics/performance"): Owned(a.a_signal, same=True),
    ("GET", "/api/v1/analytics/signals"): Owned(a.a_signal, same=True),
    ("GET", "/api/v1/analytics/patterns"): Owned(a.a_signal, same=True),
    ("GET", f"{_SCANNER}/presets"): Owned(a.a_preset, same=True),
    ("POST", f"{_SCANNER}/presets"): Owned(a.a_preset, _PRESET, same=True),
    ("GET", f"{_SCANNER}/presets/{{preset_id}}"): Owned(a.a_preset),
    ("PUT", f"{_SCANNER}/presets/{{preset_id}}"): Owned(a.a_preset, _PRESET),
    ("DELETE", f"{_SCANNER}/presets/{{preset_id}}"): Owned(a.a_preset),
    ("GET", f"{_SCANNER}/saved"): Owned(a.a_view, same=True),
    ("POST", f"{_SCANNER}/saved"): Owned(a.a_view, {"name": "his"}, same=True),
    ("GET", f"{_SCANNER}/saved/{{saved_id}}"): Owned(a.a_view),
    ("PUT", f"{_SCANNER}/saved/{{saved_id}}"): Owned(a.a_view, {"name": "his"}),
    ("DELETE", f"{_SCANNER}/saved/{{saved_id}}"): Owned(a.a_view),
    ("POST", f"{_SCANNER}/scan"): Owned(a.a_kept_scan, {"scanner_type": "inside_bar"}, same=True),
    ("GET", f"{_SCANNER}/{{scan_id}}/funnel/{{step}}"): Owned(a.a_kept_scan),
    ("GET", f"{_SCANNER}/export/{{scan_id}}/{{format}}"): Owned(a.a_kept_scan),
    ("GET", f"{_SCANNER}/status"): Owned(a.a_live_scanner, same=True),
    ("POST", f"{_SCANNER}/start"): Owned(a.a_live_scanner, {"scanners": ["momentum"]}, same=True),
    ("POST", f"{_SCANNER}/stop"): Owned(a.a_live_scanner, same=True),
    ("PUT", f"{_SCANNER}/config"): Owned(a.a_live_scanner, {"config": {}}, same=True),
    ("POST", "/api/scan/execute"): Owned(a.a_range_scan, {"scanner_type": "volume_spike", **a.SPAN}, same=True),
    ("GET", "/api/scan/list"): Owned(a.a_range_scan, same=True),
    ("GET", "/api/scan/progress/{scan_id}"): Owned(a.a_range_scan),
    ("GET", "/api/scan/results/{scan_id}"): Owned(a.a_range_scan),
    ("GET", "/api/scan/events/{scan_id}"): Owned(a.a_range_scan),
    ("DELETE", "/api/scan/{scan_id}"): Owned(a.a_range_scan),
    ("POST", "/api/scanner/quick-scan"): Owned(a.a_quick_scan, {}, same=True),
    ("GET", "/api/scanner/results"): Owned(a.a_quick_scan, same=True),
    ("GET", "/api/scanner/scan-status"): Owned(a.a_quick_scan, same=True),
    ("GET", "/api/scanner/symbol/{symbol}"): Owned(a.a_quick_scan),
    ("GET", "/api/v1/jobs"): Owned(a.a_job, same=True),
    ("GET", "/api/v1/jobs/{job_id}"): Owned(a.a_job),
    ("DELETE", "/api/v1/jobs/{job_id}"): Owned(a.a_job),
    ("POST", "/api/v1/ml/train"): Owned(a.a_job, {"scanner_type": "volume_spike"}, same=True),
    ("GET", _TOLD): Owned(a.a_notification, same=True),
    ("PATCH", f"{_TOLD}/all"): Owned(a.a_notification, {"is_read": True}, same=True),
    ("PATCH", f"{_TOLD}/{{notification_id}}"): Owned(a.a_notification, {"is_read": True}),
    ("GET", f"{_TOLD}/preferences"): Owned(a.a_channel, same=True),
    ("PUT", f"{_TOLD}/preferences"): Owned(a.a_channel, _WANTS, same=True),
    ("POST", f"{_TOLD}/test"): Owned(a.a_channel, {"channel": "webhook"}),
    ("GET", f"{_TOLD}/rules"): Owned(a.a_rule, same=True),
    ("POST", f"{_TOLD}/rules"): Owned(a.a_rule, {"name": "his"}, same=True),
    ("GET", f"{_TOLD}/rules/{{rule_id}}"): Owned(a.a_rule),
    ("PUT", f"{_TOLD}/rules/{{rule_id}}"): Owned(a.a_rule, {"name": "his"}),
    ("DELETE", f"{_TOLD}/rules/{{rule_id}}"): Owned(a.a_rule),
}
SHARED: Final[dict[Route, str]] = {
    ("POST", f"{_AUTH}/ws-ticket"): "a new ticket of the caller's own",
    ("GET", "/api/scan/universe"): "what is stored",
    ("GET", "/api/v1/market-data/bars/{symbol}"): "the market",
    ("POST", "/api/v1/market-data/bars"): "the market",
    ("GET", "/api/v1/market-data/indicators/{symbol}"): "the market",
    ("GET", "/api/v1/market-data/quotes"): "the market",
    ("GET", "/api/v1/market-data/providers"): "where the market's data come from",
    ("GET", "/api/v1/ml/card/{scanner}"): "models are the installation's",
    ("GET", f"{_SCANNER}/explain"): "the market, sized for the caller's own account",
    ("POST", f"{_SCANNER}/formula/check"): "a formula of the request, on the market",
    ("GET", f"{_SCANNER}/formula/words"): "the language",
    ("GET", f"{_SCANNER}/market-overview"): "the market",
    ("GET", f"{_SCANNER}/scanners"): "the installation's scanners",
    ("GET", f"{_SCANNER}/stats/performance"): "counts of the process, of no user",
    ("GET", f"{_TOLD}/kinds"): "the program's own",
    ("GET", f"{_SCANNER}/symbols"): "what is stored",
}
ADMINS: Final[frozenset[Route]] = frozenset({
    ("POST", f"{_AUTH}/invitations"),
    ("GET", "/api/v1/audit"),
    ("GET", "/api/v1/settings"),
    ("GET", "/api/v1/users"),
    ("GET", "/api/v1/users/{user_id}"),
    ("PATCH", "/api/v1/users/{user_id}"),
})  # fmt: skip
ANYBODY: Final[frozenset[Route]] = frozenset({
    ("POST", f"{_AUTH}/login"),
    ("POST", f"{_AUTH}/refresh"),
    ("POST", f"{_AUTH}/register"),
    ("POST", f"{_AUTH}/welcome"),
    ("GET", "/api/health"),
    ("GET", "/api/health/live"),
    ("GET", "/api/health/ready"),
    ("GET", f"{_SCANNER}/health"),
    ("GET", "/metrics"),  # of this machine, or by a token of its own
})  # fmt: skip
ASKING: Final[frozenset[Route]] = frozenset({
    ("POST", "/api/scanner/quick-scan"),
    ("POST", "/api/v1/market-data/bars"),
    ("POST", f"{_SCANNER}/formula/check"),
    ("POST", f"{_SCANNER}/scan"),
})  # fmt: skip
