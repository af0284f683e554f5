"""For each kind of notifier, a far side that stands for the service and what its letters say there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from unittest import mock

from apprise.plugins.pushover import NotifyPushover
from apprise.plugins.slack import NotifySlack
from apprise.plugins.telegram import NotifyTelegram

from tapehawk.notify.door import MailServer, Means
from tapehawk.notify.line import Line
from tapehawk.notify.registry import sent
from tapehawk.notify.wording import Letter
from tests.fakes.receivers import HttpReceiver, MailReceiver, Taken, http_receiver, mail_receiver

NOW = 1_795_185_000.0
ADDRESSES: dict[str, Callable[[int], dict[str, str]]] = {
    "email": lambda _port: {"to": "ada@example.org"},
    "in_app": lambda _port: {},
    "ntfy": lambda port: {"topic": "secret-topic-1", "server": f"http://127.0.0.1:{port}", "token": "tk_ntfysecret99"},
    "pushover": lambda _port: {"user_key": "u" * 29 + "7", "app_token": "a" * 29 + "8"},
    "slack": lambda _port: {"webhook": "https://hooks.slack.com/services/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"},
    "telegram": lambda _port: {"bot_token": "123456789:SECRETsecretSECRETsecretSECRETsecre", "chat_id": "-100200"},
    "webhook": lambda port: {"url": f"http://127.0.0.1:{port}/hook/s3cr3tpath", "secret": "webhook-signing-secret"},
}
READS: dict[str, Callable[[Taken], str]] = {
    "ntfy": lambda taken: f"{taken.json['title']}\n{taken.json['message']}",
    "pushover": lambda taken: f"{taken.form['title']}\n{taken.form['message']}",
    "slack": lambda taken: "\n".join(f"{one.get('title', '')}\n{one['text']}" for one in taken.json["attachments"]),
    "telegram": lambda taken: taken.json["text"],
    "webhook": lambda taken: f"{taken.json['title']}\n{taken.json['text']}",
}
"""What a letter says, as the service gets it, before it takes anything for markup."""


@dataclass
class FarSide:
    """A service that stands for the real one, and the means to reach it."""

    kind: str
    means: Means
    receiver: HttpReceiver | MailReceiver | None = None
    address: dict[str, str] = field(default_factory=dict)

    def send(self, letter: Letter, **line: Any) -> str:
        means = replace(self.means, line=replace(self.means.line, **line)) if line else self.means
        return sent(self.kind, self.address, letter, means)

    @property
    def delivered(self) -> list[str]:
        """What it has got, as text."""
        if isinstance(self.receiver, MailReceiver):
            return [f"{one['Subject']}\n{one.get_content()}" for one in self.receiver.taken]
        return [READS[self.kind](one) for one in self.receiver.taken]


@contextmanager
def far_side(kind: str) -> Iterator[FarSide]:
    """Hold the far side of a kind of notifier."""
    line = Line(allow_private=True, deadline=10.0, now=lambda: NOW)
    with ExitStack() as held:
        if kind == "email":
            receiver: HttpReceiver | MailReceiver = held.enter_context(mail_receiver())
            server = MailServer("127.0.0.1", receiver.port, sender="tapehawk@example.org")
        else:
            receiver, server = held.enter_context(http_receiver()), MailServer()
            receiver.body = b"ok" if kind == "slack" else receiver.body
            for plugin, name, path in (
                (NotifySlack, "webhook_url", "/services"),
                (NotifyTelegram, "notify_url", "/bot"),
                (NotifyPushover, "notify_url", "/1/messages.json"),
            ):
                held.enter_context(mock.patch.object(plugin, name, receiver.url + path))
        means = Means(line, server, lambda: NOW)
        yield FarSide(kind, means, None if kind == "in_app" else receiver, ADDRESSES[kind](receiver.port))
