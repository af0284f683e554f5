"""A scan asked of a running service, over HTTP, in place of this machine's own store (`scanner run --api-mode`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

import httpx2

from tapehawk.app.asking import Asked, scanners_named
from tapehawk.app.settings import Settings
from tapehawk.catalog import scanner_type
from tapehawk.core.errors import (
    BadInput,
    Conflict,
    NoData,
    NotAllowed,
    NotSignedIn,
    ProviderRefused,
    TapehawkError,
    TryAgain,
    UnknownName,
)
from tapehawk.scan.report import Report
from tapehawk.scan.report_reading import report_of

PATH: Final = "/api/v1/scanner/scan"
KINDS: Final[Mapping[int, type[TapehawkError]]] = {
    401: NotSignedIn, 403: NotAllowed, 404: NoData, 409: Conflict, 429: TryAgain, 502: ProviderRefused,
}  # fmt: skip
_HOW: Final = "`scanner serve` starts one; the setting cli.service_url says where it is"


def run(known: Settings, asked: Asked, *, on_step: Callable[[str], None] = lambda _: None) -> list[Report]:
    """Scan with every scanner that is asked for. Raises what the service says, TryAgain where none answers."""
    if asked.start_date or asked.end_date:
        raise BadInput("--api-mode asks for one date", hint="give --date, or ask for the range without --api-mode")
    address, token = _address(known), known.cli.service_token.get_secret_value()
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    names = scanners_named(asked.scanners, asked.timeframe, known.scanners)
    # Asked directly: a proxy of the environment has no business between a scan and its service.
    with httpx2.Client(base_url=address, headers=headers, timeout=known.api.timeout, trust_env=False) as client:
        found = []
        for name in names:
            on_step(f"asking the service: {name}")
            found.append(_asked(client, asked, name, is_wide=_is_wide(known, name)))
        return found


def _asked(client: httpx2.Client, asked: Asked, scanner: str, *, is_wide: bool) -> Report:
    where = client.base_url.copy_with(username=None, password=None)
    try:
        answer = client.post(PATH, json=_question(asked, scanner))
    except httpx2.TimeoutException as error:
        raise TryAgain(f"the service at {where} has not answered in time") from error
    except httpx2.HTTPError as error:
        raise TryAgain(f"no service answers at {where}", hint=_HOW) from error
    try:
        said = answer.json()
        if not answer.is_success:
            raise _refused(answer.status_code, said)
        return report_of(said, is_wide=is_wide)
    except (ValueError, KeyError, TypeError) as error:
        raise BadInput(f"what answers at {where} is no Tapehawk service", hint=_HOW) from error


def _is_wide(known: Settings, scanner: str) -> bool:
    """Say whether a scanner shows the patterns of a bar in one row; one that only the service knows does not."""
    try:
        return scanner_type(scanner, known.scanners).wide
    except UnknownName:
        return False


def _question(asked: Asked, scanner: str) -> dict[str, Any]:
    about = {
        "scanner_type": scanner,
        "scan_date": asked.date.isoformat() if asked.date else None,
        "cutoff_time": asked.cutoff,
        "timeframe": asked.timeframe,
        "hours": asked.hours,
        "symbols": list(asked.symbols) or None,
        "universe": asked.universe,
        "config": dict(asked.parameters or {}),
    }
    said = {name: value for name, value in about.items() if value is not None}
    return {**said, "strict": asked.strict}


def _refused(status: int, problem: Mapping[str, Any]) -> TapehawkError:
    """Return a problem of the service as the error that it was there."""
    kind = KINDS.get(status, TryAgain if status >= 500 else BadInput)
    hint = str(problem.get("hint", ""))
    if kind is NotSignedIn:
        hint = "the setting cli.service_token holds an access token: SCANNER__CLI__SERVICE_TOKEN=… scanner run …"
    return kind(str(problem["detail"]), hint=hint)


def _address(known: Settings) -> str:
    """Return where the service is. Raises BadInput for what is no address."""
    written = known.cli.service_url or f"http://{known.api.host}:{known.api.port}"
    parts = urlsplit(written)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise BadInput("cli.service_url is no address of a service", hint="it reads like http://localhost:8000")
    return written
