"""Email addresses as they are kept."""

from __future__ import annotations

from email_validator import EmailNotValidError, validate_email

from tapehawk.core.errors import BadInput


def checked(text: str) -> str:
    """Return an address in its usual form. Raises BadInput for what is none; nobody is asked whether it exists."""
    try:
        return validate_email(text, check_deliverability=False).normalized
    except EmailNotValidError as error:
        raise BadInput(f"{text!r} is no email address: {error}") from error
