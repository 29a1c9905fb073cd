"""A file server with the layout of the published Piper voices, and faults to order."""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import unquote

from aiohttp import web
from aiohttp.test_utils import TestServer

if TYPE_CHECKING:
    from types import TracebackType


@dataclass(frozen=True)
class Fault:
    """What is wrong with one response; the fields are independent."""

    status: int | None = None
    """Answer with this and nothing else."""
    cut_at: int | None = None
    """Close the connection after so many bytes of the body."""
    pause_at: int | None = None
    """Send nothing after so many bytes until `go` is set."""
    slow: bool = False
    """Send in pieces of 1000 bytes, giving way in between."""
    ignore_range: bool = False
    content_range: str | None = None
    """Send this instead of the true one."""
    body: bytes | None = None
    """Send this instead of the file (or of its end)."""
    endless: bool = False
    """Send the body again and again, with no length."""
    no_length: bool = False
    headers: dict[str, str] = field(default_factory=dict)


class VoiceCatalogServer:
    """Serves `files` by path below `base_url`; each request for a path uses up the first of its `faults`."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.listing: dict[str, Any] = {}
        self.faults: defaultdict[str, deque[Fault]] = defaultdict(deque)
        self.always: dict[str, Fault] = {}
        self.asked: list[tuple[str, str | None]] = []
        """(path, Range header) of every request."""
        self.headers_seen: list[dict[str, str]] = []
        self.paused = asyncio.Event()
        self.go = asyncio.Event()
        self.hung_up = asyncio.Event()
        """Set when a client left in the middle of a body."""
        app = web.Application()
        app.router.add_get("/{path:.*}", self._serve)
        self._server = TestServer(app)

    async def __aenter__(self) -> Self:
        await self._server.start_server()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.go.set()
        await self._server.close()

    @property
    def base_url(self) -> str:
        return str(self._server.make_url("/voices/main"))

    def publish(self, key: str, model: bytes, *, speakers: int = 1, aliases: tuple[str, ...] = ()) -> str:
        """Add a voice the way the real list has it and return the path of its model."""
        code, name, quality = key.split("-")
        family, region = code.split("_")
        path = f"{family}/{code}/{name}/{quality}/{key}.onnx"
        config = json.dumps({"language": {"code": code}, "num_speakers": speakers, "audio": {"quality": quality}})
        files = {path: model, f"{path}.json": config.encode(), f"{path.rsplit('/', 1)[0]}/MODEL_CARD": b"# card"}
        self.files |= files
        names = {"en": "English", "de": "German", "pt": "Portuguese", "no": "Norwegian"}
        self.listing[key] = {
            "key": key,
            "name": name,
            "language": {
                "code": code,
                "family": family,
                "region": region,
                "name_native": {"de": "Deutsch"}.get(family, names[family]),
                "name_english": names[family],
                "country_english": {"US": "United States", "GB": "Great Britain", "DE": "Germany"}.get(region, region),
            },
            "quality": quality,
            "num_speakers": speakers,
            "speaker_id_map": {str(number): number for number in range(speakers)} if speakers > 1 else {},
            "files": {
                path: {"size_bytes": len(data), "md5_digest": hashlib.md5(data).hexdigest()}
                for path, data in files.items()
            },
            "aliases": list(aliases),
        }
        return path

    def ranges(self, path: str) -> list[str | None]:
        """Return the Range header of each request for `path`."""
        return [range_ for asked, range_ in self.asked if asked == path]

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        path = unquote(request.match_info["path"]).removeprefix("voices/main/")
        self.asked.append((path, request.headers.get("Range")))
        self.headers_seen.append(dict(request.headers))
        faults = self.faults[path]
        fault = faults.popleft() if faults else self.always.get(path, Fault())
        if fault.status is not None:
            return web.Response(status=fault.status, headers=fault.headers)
        data = json.dumps(self.listing).encode() if path == "voices.json" else self.files.get(path)
        if data is None and fault.body is None:
            return web.Response(status=404)
        return await self._send(request, data or b"", fault)

    async def _send(self, request: web.Request, data: bytes, fault: Fault) -> web.StreamResponse:
        asked = re.fullmatch(r"bytes=(\d+)-", request.headers.get("Range", ""))
        response = web.StreamResponse(headers={"Content-Type": "application/octet-stream", **fault.headers})
        if asked and not fault.ignore_range:
            start = int(asked[1])
            if start >= len(data):
                return web.Response(status=416)
            response.set_status(206)
            response.headers["Content-Range"] = fault.content_range or f"bytes {start}-{len(data) - 1}/{len(data)}"
            data = data[start:]
        body = data if fault.body is None else fault.body
        if not (fault.endless or fault.no_length):
            response.content_length = len(body)
        await response.prepare(request)
        try:
            await self._write(request, response, body, fault)
        except ConnectionError:
            self.hung_up.set()
        return response

    async def _write(self, request: web.Request, response: web.StreamResponse, body: bytes, fault: Fault) -> None:
        if fault.cut_at is not None:
            await response.write(body[: fault.cut_at])
            if request.transport is not None:
                request.transport.close()
            return
        if fault.pause_at is not None:
            await response.write(body[: fault.pause_at])
            body = body[fault.pause_at :]
            self.paused.set()
            await self.go.wait()
        step = 1000 if fault.slow else max(1, len(body))
        while True:
            for start in range(0, len(body), step):
                await response.write(body[start : start + step])
                await asyncio.sleep(0)
            if not fault.endless:
                return
