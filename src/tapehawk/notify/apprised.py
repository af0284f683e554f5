"""The notifiers that Apprise knows how to write to: it makes the request, our line carries it.

Apprise says only whether it worked. Its plug-ins send through the name `requests` of their module; there stands our
line instead: so the refusal, the wait that was asked for and the guard of addresses are the same for everyone. It logs
the addresses it sends to, which hold secrets; its log is off.
"""

from __future__ import annotations

import base64
import logging
import sys
from abc import abstractmethod
from collections.abc import Mapping
from contextvars import ContextVar
from http import HTTPStatus
from types import SimpleNamespace
from typing import Any, ClassVar, Final

import httpx2

from tapehawk.core.errors import BadInput, ProviderRefused, TapehawkError
from tapehawk.notify.door import A, Notifier
from tapehawk.notify.line import Answer, Line
from tapehawk.notify.wording import Letter


class Apprised(Notifier[A]):
    """Base of the notifiers that send through a plug-in of Apprise.

    `format`: what the plug-in is told that it is handed, in which `escaped` writes plain text.
    """

    format: ClassVar[str] = "text"

    @abstractmethod
    def plugin(self) -> Any:  # noqa: ANN401 - Apprise's plug-ins have no types
        """Return the plug-in that writes to the address."""

    def escaped(self, text: str) -> str:
        """Return plain text so that the plug-in takes nothing in it for markup."""
        return text

    def send(self, letter: Letter) -> str:
        """Send a letter; see `Notifier`."""
        import apprise

        logging.getLogger("apprise").disabled = True
        carrying = _Carrying(self.means.line)
        before = _CARRYING.set(carrying)
        try:
            plugin, title, body = self.plugin(), self.escaped(letter.title), self.escaped(letter.text(self.most))
            vars(sys.modules[type(plugin).__module__])["requests"] = _REQUESTS
            is_taken = plugin.notify(title=title, body=body, body_format=apprise.NotifyFormat(self.format))
        except (apprise.exception.AppriseException, TypeError) as error:
            raise BadInput("Apprise can't use this address") from error
        finally:
            _CARRYING.reset(before)
        return carrying.result(is_taken=bool(is_taken)).said


class _NotCarried(OSError):
    """What a plug-in is told of a request that failed; it catches it as an exception of `requests`."""


class _Carrying:
    """The sending of one letter. `answer`, `failed`: what its last request came to."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self.answer: Answer | None = None
        self.failed: TapehawkError | None = None

    def request(self, request: httpx2.Request) -> SimpleNamespace:
        try:
            self.answer = self._line.send(request)
        except TapehawkError as error:
            self.failed = error
            raise _NotCarried from error
        status = HTTPStatus.OK.value  # plug-ins take nothing else for a yes
        return SimpleNamespace(status_code=status, content=self.answer.content, text="", headers=self.answer.headers)

    def result(self, *, is_taken: bool) -> Answer:
        if self.failed:
            raise self.failed
        if self.answer is None:
            raise BadInput("Apprise can't use this address")
        if not is_taken:  # an answer that says no with a status that says yes
            raise ProviderRefused(f"refused: {self.answer.said}")
        return self.answer


_CARRYING: Final[ContextVar[_Carrying]] = ContextVar("carrying")


def _request(method: str, url: str, **asked: Any) -> SimpleNamespace:  # noqa: ANN401 - as `requests` is asked
    """Make a request as `requests.request` is asked for one, and carry it; its time-outs and redirects are ours."""
    data, headers = asked.get("data"), httpx2.Headers(asked.get("headers"))
    body: dict[str, Any] = {"data": data} if isinstance(data, Mapping) else {"content": data}
    headers.pop("User-Agent", None)
    if asked.get("auth"):
        headers["Authorization"] = "Basic " + base64.b64encode(":".join(asked["auth"]).encode()).decode()
    made = httpx2.Request(method.upper(), url, params=asked.get("params"), headers=headers, **body)
    return _CARRYING.get().request(made)


_REQUESTS: Final = SimpleNamespace(
    codes=SimpleNamespace(**{one.name.lower(): one.value for one in HTTPStatus}),
    RequestException=_NotCarried,
    request=_request,
    post=lambda url, **asked: _request("POST", url, **asked),
    get=lambda url, **asked: _request("GET", url, **asked),
)
