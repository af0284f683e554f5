"""Far sides that letters are sent to: each keeps what it took, and answers as it is told.

They run on 127.0.0.1 in threads of their own. What they do is what providers.md says of the services: Slack answers a
webhook "ok" or a word (5.2), any other webhook a status (5.3), mail a line (5.4), ntfy and Pushover JSON (5.5, 5.6),
and Telegram JSON with `ok` that names the wait in it (5.7).
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

from aiosmtpd.controller import Controller

from tests.bus.servers import free_port


@dataclass
class Taken:
    """A request that was taken."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def form(self) -> dict[str, str]:
        return {key: values[0] for key, values in parse_qs(self.body.decode()).items()}


@dataclass
class HttpReceiver:
    """An HTTP server. `status`, `headers`, `body`: what it answers; `hang`: it answers when that is set.

    `taken`: the requests it answered with a 2xx; `seen`: all of them. `on_request` runs before the answer, and cuts the
    line by raising an OSError.
    """

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b'{"ok": true, "status": 1}'
    hang: threading.Event | None = None
    on_request: Callable[[Taken], None] = lambda _taken: None
    taken: list[Taken] = field(default_factory=list)
    seen: list[Taken] = field(default_factory=list)
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def refuse(self, status: int, body: bytes = b"no", **headers: str) -> None:
        self.status, self.body = status, body
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers.get("Content-Length") or 0))
        one = Taken(request.path, {key.lower(): value for key, value in request.headers.items()}, body)
        self.seen.append(one)
        self.on_request(one)
        if self.hang:
            self.hang.wait(30)
        if 200 <= self.status < 300:
            self.taken.append(one)
        request.send_response(self.status)
        for name, value in {"Content-Length": str(len(self.body)), **self.headers}.items():
            request.send_header(name, value)
        request.end_headers()
        request.wfile.write(self.body)


@contextmanager
def http_receiver(**known: Any) -> Iterator[HttpReceiver]:
    """Hold an HTTP server."""
    receiver = HttpReceiver(**known)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            try:
                receiver.answer(self)
            except OSError:  # whoever asked has gone
                self.close_connection = True

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    receiver.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield receiver
    finally:
        if receiver.hang:
            receiver.hang.set()
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass
class MailReceiver:
    """A mail server. `reply`: what it says to a message; "250 OK" takes it."""

    reply: str = "250 OK"
    taken: list[Message] = field(default_factory=list)
    port: int = 0

    async def handle_DATA(self, _server: object, _session: object, envelope: Any) -> str:  # noqa: N802
        if self.reply.startswith("250"):
            self.taken.append(message_from_bytes(envelope.original_content, policy=default))
        return self.reply


@contextmanager
def mail_receiver() -> Iterator[MailReceiver]:
    """Hold a mail server."""
    receiver = MailReceiver()
    receiver.port = free_port()
    controller = Controller(receiver, hostname="127.0.0.1", port=receiver.port)  # it can't tell a port it chose
    controller.start()
    try:
        yield receiver
    finally:
        controller.stop()
