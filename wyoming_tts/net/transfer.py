"""One file on its way into its part file, request by request."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import aiohttp

from wyoming_tts.errors import ProviderError, ProviderUnavailable
from wyoming_tts.net.part_file import BLOCK_BYTES
from wyoming_tts.net.public_get import public_get

if TYPE_CHECKING:
    from yarl import URL

    from wyoming_tts.net.part_file import PartFile
    from wyoming_tts.net.remote_file import RemoteFile

MAX_RESTARTS = 3
"""Times a file is begun again: a server that cannot resume on a line that keeps breaking never gets to the end."""

Progress = Callable[[int], None]
"""Called on the event loop with the bytes that are here now; must be quick and not raise."""

CUTS = (aiohttp.ClientError, TimeoutError)
"""What aiohttp raises where a line breaks, stalls, or cannot be had."""

_BUSY = (408, 425, 429)
_CONTENT_RANGE = re.compile(r"bytes ([0-9]{1,18})-([0-9]{1,18})/([0-9]{1,18}|\*)")


class CutError(Exception):
    """One request failed in a way that the next one may not."""


class Transfer:
    """The part file, and requests for what is missing in it."""

    def __init__(self, publisher: str, address: URL, file: RemoteFile, part: PartFile, progress: Progress) -> None:
        self.file = file
        self.mixed = part.size > 0
        """Bytes of more than one request: where the checksum is wrong, the seam may be what is wrong."""
        self._publisher = publisher
        self._address = address
        self._part = part
        self._progress = progress

    @property
    def missing_bytes(self) -> int:
        """What has still to come."""
        return self.file.size_bytes - self._part.size

    @property
    def sound(self) -> bool:
        """Whether the bytes here have the checksum of the whole file."""
        return self._part.md5 == self.file.md5

    async def pull(self, session: aiohttp.ClientSession) -> None:
        """Ask once for all that is missing. What comes before a failure is kept.

        Raises CutError and `CUTS` where asking again may help, RedirectRefused and ProviderError where not.
        """
        offset = self._part.size
        self.mixed = self.mixed or offset > 0
        headers = {"Range": f"bytes={offset}-"} if offset else None
        async with public_get(session, self._address, headers) as response:
            if response.status == 416 and offset:
                await self.restart()
                raise CutError("HTTP 416")
            refuse_unusable(response, self.file.name, self._publisher)
            await self._align(response, offset)
            await self._take(response)
        if self.missing_bytes:
            raise CutError("it ended early")

    async def restart(self) -> None:
        """Begin again with nothing; raises ProviderUnavailable where that happened too often."""
        await self._part.restart()
        self.mixed = False
        if self._part.restarts > MAX_RESTARTS:
            raise ProviderUnavailable(
                f"{self.file.name}: given up after beginning {MAX_RESTARTS} times again", provider=self._publisher
            )

    async def _align(self, response: aiohttp.ClientResponse, offset: int) -> None:
        """Make the part file end where the body begins."""
        size = self.file.size_bytes
        if response.status == 206:
            told = _CONTENT_RANGE.fullmatch(response.headers.get("Content-Range", ""))
            if told is None or int(told[1]) != offset or told[3] not in {"*", str(size)}:
                await self.restart()
                raise CutError("it sent another part than the one asked for")
            return
        length = response.content_length
        if length is not None and length != size:
            raise ProviderError(
                f"{self.file.name}: {length} bytes instead of the {size} of the list", provider=self._publisher
            )
        if offset:
            await self.restart()

    async def _take(self, response: aiohttp.ClientResponse) -> None:
        held = bytearray()
        cut: Exception | None = None
        while True:
            try:
                data = await response.content.readany()
            except CUTS as error:
                cut = error
                break
            if not data:
                break
            held += data
            if len(held) > self.missing_bytes:
                await self._part.restart()
                raise ProviderError(f"{self.file.name}: longer than the list says", provider=self._publisher)
            self._progress(self._part.size + len(held))
            if len(held) >= BLOCK_BYTES:
                await self._part.write(bytes(held))
                held.clear()
        await self._part.write(bytes(held))
        if cut is not None:
            raise cut


def refuse_unusable(response: aiohttp.ClientResponse, name: str, publisher: str) -> None:
    """Raise CutError or ProviderError unless a body follows that is worth reading."""
    status = response.status
    if status >= 500 or status in _BUSY:
        raise CutError(f"HTTP {status}")
    if status not in {200, 206}:
        raise ProviderError(f"{name}: HTTP {status}", provider=publisher)
    if response.content_type == "text/html":  # a hotel's log-in page, or an error dressed up as success
        raise ProviderError(f"{name}: a web page came instead of the file", provider=publisher)
    if response.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise ProviderError(f"{name}: it came compressed, which was not asked for", provider=publisher)
