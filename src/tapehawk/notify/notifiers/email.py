"""E-mail, through the mail server of the settings.

Every attempt of a letter has the same Message-ID, so that a mailbox that got it twice can tell. Apprise makes a new one
each time and says only that it failed; so this is the standard library's client.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import smtplib
import ssl
from collections.abc import Iterator
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Annotated, ClassVar, Final

from email_validator import EmailNotValidError, validate_email
from pydantic import Field, SecretStr, field_validator

from tapehawk.core.errors import BadInput, ProviderRefused, TryAgain
from tapehawk.notify.door import Address, MailServer, Notifier
from tapehawk.notify.wording import Letter, plain

TIMEOUT: Final = 15.0
TLS_PORT: Final = 465
_HERE: Final = ("localhost", "127.0.0.1", "::1")


class EmailAddress(Address):
    """A mailbox."""

    to: Annotated[SecretStr, Field(max_length=320, description="you@example.org")]

    @field_validator("to")
    @classmethod
    def _is_one(cls, to: SecretStr) -> SecretStr:
        try:
            validate_email(to.get_secret_value(), check_deliverability=False, test_environment=True)
        except EmailNotValidError:
            raise ValueError("an address reads like you@example.org") from None
        return to


class Email(Notifier[EmailAddress]):
    """Sends plain text, which no mail program takes for markup."""

    address_type: ClassVar = EmailAddress
    most: ClassVar = 20_000

    def send(self, letter: Letter) -> str:
        """Send it; see `Notifier`."""
        if not self.means.mail.host:
            raise BadInput("this service has no mail server", hint="its owner sets notifications.smtp_host")
        with _connected(self.means.mail) as server, _translated():
            server.send_message(self._message(letter))
            return "taken by the mail server"

    def _message(self, letter: Letter) -> EmailMessage:
        sender = self.means.mail.sender or f"tapehawk@{self.means.mail.host}"
        message = EmailMessage()
        message["From"], message["To"] = sender, self.address.to.get_secret_value()
        message["Subject"] = plain(letter.title)  # a line end in it would be another header
        message["Message-ID"] = f"<{letter.id}@{sender.rpartition('@')[2].rstrip('>')}>"
        message["Date"] = format_datetime(dt.datetime.fromtimestamp(self.means.timestamp(), dt.UTC))
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(letter.text(self.most))
        return message


@contextlib.contextmanager
def _connected(known: MailServer) -> Iterator[smtplib.SMTP]:
    """Hold a connection, encrypted where the server can, signed in. A password goes over nothing else."""
    tls = ssl.create_default_context()
    with _translated():
        if known.port == TLS_PORT:
            server: smtplib.SMTP = smtplib.SMTP_SSL(known.host, known.port, timeout=TIMEOUT, context=tls)
        else:
            server = smtplib.SMTP(known.host, known.port, timeout=TIMEOUT)
    try:
        with _translated():
            server.ehlo()
            if known.port != TLS_PORT and server.has_extn("starttls"):
                server.starttls(context=tls)
                server.ehlo()
            elif known.port != TLS_PORT and known.user and known.host not in _HERE:
                raise BadInput("the mail server offers no encryption, so it is not told the password")
            if known.user:
                server.login(known.user, known.password.get_secret_value())
        yield server
    finally:
        with contextlib.suppress(smtplib.SMTPException, OSError):
            server.quit()


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except smtplib.SMTPRecipientsRefused as error:
        code = max((code for code, _ in error.recipients.values()), default=550)
        raise _no(code, "the mail server refuses this mailbox") from error
    except smtplib.SMTPAuthenticationError as error:
        raise TryAgain("the mail server refuses our name and password") from error
    except smtplib.SMTPResponseException as error:
        raise _no(error.smtp_code, "the mail server refuses it") from error
    except TimeoutError as error:
        raise TryAgain("no answer in time") from error
    except (smtplib.SMTPException, OSError) as error:
        raise TryAgain(f"the mail server can't be reached ({type(error).__name__})") from error


def _no(code: int, what: str) -> TryAgain | ProviderRefused:
    """Return the error of an SMTP reply: 4xx passes, 5xx does not."""
    said = f"{what}: {code}"
    return TryAgain(said) if 400 <= code < 500 else ProviderRefused(said)
