"""Public files brought over HTTP: bounded, checked, resumed after a cut."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from wyoming_tts.errors import ConfigError, ProviderError, ProviderUnavailable
from wyoming_tts.net.part_file import BLOCK_BYTES, PartFile
from wyoming_tts.net.public_get import RedirectRefused, open_session, public_get, public_url
from wyoming_tts.net.transfer import CUTS, CutError, Progress, Transfer, refuse_unusable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import aiohttp
    from yarl import URL

    from wyoming_tts.net.remote_file import RemoteFile
    from wyoming_tts.telemetry.clock import Clock

MAX_FAILURES = 5
"""Cuts in a row without a block gained: with the pauses between them, a quarter of a minute of a dead line."""
FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 30.0
"""Before the second request, doubled from there on."""
READ_FAILURES = 3
"""For short texts, where somebody at a terminal waits for the answer."""


class Downloader:
    """Brings files of one publisher. Raises ProviderError (its `provider` is the publisher) and ConfigError (disk)."""

    def __init__(
        self, publisher: str, clock: Clock, sessions: Callable[[], aiohttp.ClientSession] = open_session
    ) -> None:
        self._publisher = publisher
        self._clock = clock
        self._sessions = sessions

    async def read(self, url: str, limit_bytes: int) -> bytes:
        """Return the whole body of a short text."""
        address = self._address(url)
        failures = 0
        while True:
            try:
                with self._refusals(address.name):
                    return await self._body(address, limit_bytes)
            except (CutError, *CUTS) as error:
                failures += 1
                if failures == READ_FAILURES:
                    raise self._unavailable(address.name, error) from error
            await self._pause(failures)

    async def fetch(self, file: RemoteFile, path: Path, progress: Progress = lambda _: None) -> None:
        """Make `path` hold the whole file, checked and safe on disk; what it holds already is not asked for again.

        After a failure or a cancel `path` keeps what was written, for the next time. The caller sees to it that
        nobody else writes there.
        """
        address = self._address(file.url)
        async with PartFile(path, file.size_bytes) as part, self._sessions() as session:
            transfer = Transfer(self._publisher, address, file, part, progress)
            await self._complete(transfer, session)
            while not transfer.sound:
                mixed = transfer.mixed
                await transfer.restart()
                if not mixed:
                    raise ProviderError(f"{file.name}: the checksum is wrong", provider=self._publisher)
                await self._complete(transfer, session)
            await part.sync()

    async def _complete(self, transfer: Transfer, session: aiohttp.ClientSession) -> None:
        """Ask until all bytes are there."""
        failures = 0
        while transfer.missing_bytes:
            before = transfer.missing_bytes
            try:
                with self._refusals(transfer.file.name):
                    await transfer.pull(session)
            except (CutError, *CUTS) as error:
                gained = before - transfer.missing_bytes
                failures = 1 if gained >= BLOCK_BYTES else failures + 1
                if failures == MAX_FAILURES:
                    raise self._unavailable(transfer.file.name, error) from error
                await self._pause(failures)

    async def _body(self, address: URL, limit_bytes: int) -> bytes:
        body = bytearray()
        async with self._sessions() as session, public_get(session, address) as response:
            refuse_unusable(response, address.name, self._publisher)
            async for data in response.content.iter_any():
                body += data
                if len(body) > limit_bytes:
                    raise ProviderError(f"{address.name}: over {limit_bytes} bytes", provider=self._publisher)
        return bytes(body)

    async def _pause(self, failures: int) -> None:
        await self._clock.sleep(min(FIRST_PAUSE_S * 2 ** (failures - 1), LONGEST_PAUSE_S))

    def _address(self, url: str) -> URL:
        address = public_url(url)
        if address is None:
            raise ConfigError(f"The address of {self._publisher} must be http(s)://host/path, with no user name in it.")
        return address

    @contextmanager
    def _refusals(self, name: str) -> Iterator[None]:
        try:
            yield
        except RedirectRefused as error:
            raise ProviderError(f"{name}: {error}", provider=self._publisher) from error

    def _unavailable(self, name: str, error: Exception) -> ProviderUnavailable:
        return ProviderUnavailable(f"{name}: {str(error) or type(error).__name__}", provider=self._publisher)
