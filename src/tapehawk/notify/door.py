"""What every notifier promises: it carries a letter to an address, or says why not.

Why not is one of three. Not now (`TryAgain`, and `TooMany` where the far side says how long): it is tried again later.
Refused (`ProviderRefused`, `BadInput`): the address must be mended, trying again would change nothing. What is raised
never repeats the address, which holds secrets.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Final, Generic, TypeAlias, TypeVar

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from tapehawk.notify.line import Line
from tapehawk.notify.wording import Letter, seen

Secret: TypeAlias = Annotated[SecretStr, Field(min_length=1, max_length=2000)]
UNSET: Final = SecretStr("")


class Address(BaseModel):
    """Where a user is reached by one kind of notifier. Fields that are secrets are shown masked, and never logged."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @field_validator("*")
    @classmethod
    def _can_be_seen(cls, value: object) -> object:
        seen(str(_clear(value)))
        return value

    def plain(self) -> dict[str, Any]:
        """Return it as it is kept, secrets in clear."""
        return {key: _clear(value) for key, value in self if value is not None}

    def hosts(self) -> tuple[str, ...]:
        """Return the hosts of the user's choice that it leads to."""
        return ()

    def secrets(self) -> tuple[str, ...]:
        """Return what must not be shown."""
        return tuple(value.get_secret_value() for _, value in self if isinstance(value, SecretStr))


@dataclass(frozen=True)
class MailServer:
    """Who takes our e-mail, and as whom. An empty host: there is none."""

    host: str = ""
    port: int = 587
    user: str = ""
    password: SecretStr = UNSET
    sender: str = ""


@dataclass(frozen=True)
class Means:
    """What notifiers work with. `timestamp`: seconds since 1970."""

    line: Line
    mail: MailServer
    timestamp: Callable[[], float]


A = TypeVar("A", bound=Address)


class Notifier(ABC, Generic[A]):
    """Base of every notifier: one file in `notifiers/`, named as its kind, with one of these.

    `address_type`: what it must be told to reach somebody; `most`: characters of a text at most.
    """

    address_type: ClassVar[type[Address]]
    most: ClassVar[int]

    def __init__(self, address: A, means: Means) -> None:
        self.address, self.means = address, means

    @classmethod
    def kind(cls) -> str:
        """Return what it is called: the name of its file."""
        return cls.__module__.rpartition(".")[2]

    @abstractmethod
    def send(self, letter: Letter) -> str:
        """Carry a letter; return what the far side said. Raises as the module says."""


def _clear(value: object) -> object:
    return value.get_secret_value() if isinstance(value, SecretStr) else value
