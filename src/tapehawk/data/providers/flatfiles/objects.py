"""Objects by key, in S3-compatible storage or in a folder: what is there, and its content.

A *mark* is what changes when an object is replaced: the storage's ETag, or a file's size and time of change. Requests
are signed by obstore (a compiled library without dependencies: 9 ms to import), whose retries are turned off: ours know
a breaker, count for `health`, and wait on a clock that is handed in.
"""

from __future__ import annotations

import asyncio
import importlib.util
import re
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from tapehawk.core.errors import BadInput, ProviderRefused, TryAgain
from tapehawk.data.providers.door import Health
from tapehawk.data.providers.flatfiles.config import FlatfilesConfig
from tapehawk.data.providers.wire.breaker import Breaker
from tapehawk.data.providers.wire.bucket import Bucket
from tapehawk.data.providers.wire.clock import Clock
from tapehawk.data.providers.wire.ledger import Ledger
from tapehawk.data.providers.wire.secrets import struck
from tapehawk.data.providers.wire.trouble import AGAIN, DOWN, HINTS, KINDS, Kind, Trouble, error_of

if TYPE_CHECKING:
    from obstore.store import S3Store

T = TypeVar("T")
NAME: Final = "flatfiles"
ATTEMPTS: Final = 5
FIRST, LONGEST = 0.5, 30.0
WRONG_KEY: Final = ("InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidToken", "ExpiredToken")


class Objects(ABC):
    """Something that keeps objects by key."""

    @abstractmethod
    async def marks(self, folder: str) -> dict[str, str]:
        """Return key → mark of all objects below a folder."""

    @abstractmethod
    async def read(self, key: str, read: Callable[[bytes], T]) -> T | None:
        """Return what `read` makes of an object, None where there is none. `read` may raise Trouble."""

    @abstractmethod
    def health(self) -> Health:
        """Return how it fares."""


def objects_at(config: FlatfilesConfig, clock: Clock) -> Objects:
    """Return what a location stands for."""
    if config.location.startswith("s3://"):
        return Storage(config, clock)
    return Folder(Path(config.location.removeprefix("file://")).expanduser(), clock)


class Folder(Objects):
    """Files below a folder; BadInput where it does not exist."""

    def __init__(self, root: Path, clock: Clock) -> None:
        self._root, self._clock = root, clock
        self._ledger = Ledger(NAME, clock)

    async def marks(self, folder: str) -> dict[str, str]:
        """Return key → size and time of change."""
        self._need_root()
        files = [path for path in (self._root / folder).rglob("*") if path.is_file()]
        return {path.relative_to(self._root).as_posix(): _mark(path) for path in files}

    async def read(self, key: str, read: Callable[[bytes], T]) -> T | None:
        """Read a file."""
        self._need_root()
        path = self._root / key
        self._ledger.called()
        try:
            value = await asyncio.to_thread(lambda: read(path.read_bytes()) if path.is_file() else None)
        except Trouble as trouble:
            self._ledger.failed(trouble.kind, trouble.said)
            raise error_of(trouble, NAME, str(path)) from None
        except OSError as error:
            raise BadInput(f"{NAME}: {path} can't be read: {error.strerror}", hint="is it yours to read?") from error
        self._ledger.succeeded()
        return value

    def health(self) -> Health:
        """Return how often files were read."""
        return self._ledger.health(Breaker(clock=self._clock), Bucket(None, clock=self._clock))

    def _need_root(self) -> None:
        if not self._root.is_dir():
            raise BadInput(f"{NAME}: there is no folder {self._root}", hint="set providers.flatfiles.location")


class Storage(Objects):
    """A bucket of S3-compatible storage."""

    def __init__(self, config: FlatfilesConfig, clock: Clock) -> None:
        if importlib.util.find_spec("obstore") is None:
            raise BadInput(f"{NAME}: s3:// needs obstore, which is not installed", hint="pip install 'tapehawk[s3]'")
        self._config, self._clock = config, clock
        self._breaker, self._ledger = Breaker(clock=clock), Ledger(NAME, clock)
        self._made: S3Store | None = None

    async def marks(self, folder: str) -> dict[str, str]:
        """Return key → ETag."""
        return await self._patiently(lambda: self._listed(folder), folder)

    async def read(self, key: str, read: Callable[[bytes], T]) -> T | None:
        """Read an object; where it seems missing, the listing must say so too, or the bucket is."""
        found = await self._patiently(lambda: self._read(key, read), key)
        if found is None and key in await self.marks(key.rpartition("/")[0]):
            raise TryAgain(f"{NAME}: {key} is listed and not found", hint=HINTS["server"])
        return found

    def health(self) -> Health:
        """Return how it fares."""
        return self._ledger.health(self._breaker, Bucket(None, clock=self._clock))

    async def _listed(self, folder: str) -> dict[str, str]:
        import obstore

        found: dict[str, str] = {}
        async for some in obstore.list(self._store(), folder, chunk_size=1000):
            found |= {one["path"]: one["e_tag"] or str(one["size"]) for one in some}
        return found

    async def _read(self, key: str, read: Callable[[bytes], T]) -> T | None:
        import obstore
        from obstore.exceptions import NotFoundError

        try:
            answer = await obstore.get_async(self._store(), key)
        except (NotFoundError, FileNotFoundError):
            return None
        content = await answer.bytes_async()
        return await asyncio.to_thread(lambda: read(content.to_bytes()))

    async def _patiently(self, ask: Callable[[], Awaitable[T]], about: str) -> T:
        """Ask a few times while it makes sense; every end is counted."""
        self._need_keys()
        attempt = 0
        while True:
            attempt += 1
            trouble = await self._once(ask)
            if not isinstance(trouble, Trouble):
                return trouble
            if trouble.kind == "input":
                hint = "check providers.flatfiles.location and providers.flatfiles.endpoint"
                raise BadInput(f"{NAME}: {about}: {trouble.said}", hint=hint)
            if trouble.kind not in AGAIN or attempt == ATTEMPTS:
                raise error_of(trouble, NAME, about)
            await self._clock.sleep(self._clock.jittered(attempt, first=FIRST, longest=LONGEST))

    async def _once(self, ask: Callable[[], Awaitable[T]]) -> T | Trouble:
        from obstore.exceptions import BaseError

        wait = self._breaker.admit()
        if wait:
            raise TryAgain(f"{NAME} seems to be down; it is left alone for {wait:.0f} s", hint=HINTS["line"])
        self._ledger.called()
        try:
            value = await ask()
        except Trouble as found:
            trouble = found
        except (BaseError, OSError) as error:
            trouble = self._trouble(error)
        except BaseException:
            self._breaker.abandoned()
            raise
        else:
            self._breaker.succeeded()
            self._ledger.succeeded()
            return value
        self._ledger.failed(trouble.kind, trouble.said)
        (self._breaker.failed if trouble.kind in DOWN else self._breaker.succeeded)()
        return trouble

    def _trouble(self, error: Exception) -> Trouble:
        """Return what the storage's answer means, its text without keys and in one line."""
        text = struck(" ".join(str(error).split()), self._secrets())
        return Trouble(_kind(error, text), _short(text))

    def _need_keys(self) -> None:
        if not all(self._secrets()):
            hint = "set SCANNER__PROVIDERS__FLATFILES__ACCESS_KEY and …__SECRET_KEY, the storage's own keys"
            raise ProviderRefused(f"{NAME}: no key is set", hint=hint)

    def _secrets(self) -> tuple[str, str]:
        return self._config.access_key.get_secret_value(), self._config.secret_key.get_secret_value()

    def _store(self) -> S3Store:
        """Return the client, made at the first call."""
        if self._made is None:
            from obstore.store import S3Store

            access_key, secret_key = self._secrets()
            self._made = S3Store(
                self._config.location.removeprefix("s3://").strip("/"),
                endpoint=self._config.endpoint.rstrip("/"),
                region=self._config.region,
                access_key_id=access_key,
                secret_access_key=secret_key,
                virtual_hosted_style_request=False,
                client_options={
                    "allow_http": self._config.endpoint.startswith("http://"),
                    "connect_timeout": timedelta(seconds=5),
                    "read_timeout": timedelta(seconds=30),
                    "timeout": timedelta(minutes=10),
                },
                retry_config={"max_retries": 0, "retry_timeout": timedelta(0)},
            )
        return self._made


def _kind(error: Exception, text: str) -> Kind:
    if any(word in text for word in WRONG_KEY):
        return "key"
    status = re.search(r"\b(?:status code:?|HTTP) (\d{3})", text)
    named: dict[str, Kind] = {"UnauthenticatedError": "key", "PermissionDeniedError": "plan"}
    if status and type(error).__name__ not in named:
        kind = KINDS.get(int(status[1]), "server")
        return "input" if kind == "unknown" else kind  # of a listing: there is no such bucket
    return named.get(type(error).__name__, "line")


def _short(text: str) -> str:
    """Return what a storage says of itself: its XML's sentence, else the text's beginning."""
    said = re.search(r"<Message>(.*?)</Message>", text)
    return said[1][:200] if said else re.sub(r"\s*Debug source:.*", "", text)[:200]


def _mark(path: Path) -> str:
    facts = path.stat()
    return f"{facts.st_size}-{facts.st_mtime_ns}"
