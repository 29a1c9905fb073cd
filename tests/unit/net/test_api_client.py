"""Requests go to one server only, fail in our own words, and end when they are left."""

from __future__ import annotations

import asyncio
import json
import logging
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import structlog
from aiohttp import web

from tests.fakes.clock import settle
from tests.fakes.telling import told
from tests.servers.proxy import Proxy
from tests.servers.raw_server import RawServer, head, sends
from tests.servers.small_app import SmallApp
from wyoming_tts.errors import (
    BadAudio,
    BadCredentials,
    ProviderError,
    ProviderTimeout,
    ProviderUnavailable,
    RateLimited,
    UtteranceRejected,
)
from wyoming_tts.net import api_client
from wyoming_tts.net.api_client import ApiClient
from wyoming_tts.net.endpoint import Endpoint
from wyoming_tts.net.http_session import HttpSession

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator, Awaitable, Callable

    from wyoming_tts.net.refusal import Refusal

KEY = "sk-0123456789abcdef"
TEXT = "nobody's business"
TURNS = 40
ELSEWHERE = "elsewhere.invalid"
"""A name that nobody but a proxy can resolve (RFC 6761)."""


@pytest.fixture
async def session() -> AsyncIterator[HttpSession]:
    """Yield a session; nothing is left when it is closed."""
    tasks, files = asyncio.all_tasks(), open_files()
    opened = HttpSession()
    yield opened
    await opened.aclose()
    await settle()
    assert asyncio.all_tasks() - tasks <= {asyncio.current_task()}
    assert open_files() <= files


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def client(url: str, session: HttpSession, **parts: object) -> ApiClient:
    headers = {"Authorization": f"Bearer {KEY}"}
    return ApiClient(Endpoint("mine", url, headers, **{"connect_s": 2.0, "read_s": 2.0, **parts}), session)  # type: ignore[arg-type]


async def fine(_: web.Request) -> web.Response:
    return web.json_response({"ok": True})


def answering(status: int, body: object = None, **headers: str) -> Callable[[web.Request], Awaitable[web.Response]]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}

    async def answer(_: web.Request) -> web.Response:
        return web.json_response(body, status=status, headers=named)

    return answer


async def failure(api: ApiClient, method: str = "POST", path: str = "speak") -> ProviderError:
    """Return how a request fails, which must tell neither the key nor the text."""
    with pytest.raises(ProviderError) as caught:
        await api.json(method, path, json={"text": TEXT} if method == "POST" else None, query={"text": TEXT})
    assert KEY not in told(caught.value)
    assert TEXT not in told(caught.value)
    assert "nobody%27s" not in told(caught.value)
    return caught.value


# What is sent


async def test_a_request_carries_what_it_is_given(session: HttpSession) -> None:
    bodies = []

    async def answer(request: web.Request) -> web.Response:
        form = request.content_type == "application/x-www-form-urlencoded"
        bodies.append(dict(await request.post()) if form else await request.json())
        return web.json_response({"ok": True})

    async with SmallApp(answer) as app:
        api = client(f"{app.url}/v1/", session)
        assert await api.json("POST", "/audio/speech", json={"a": "ü"}, headers={"X-One": "1"}) == {"ok": True}
        assert await api.json("POST", "audio/speech", form={"b": "2 &"}, query={"q": "a b&c"}) == {"ok": True}
    assert app.asked == [("POST", "/v1/audio/speech"), ("POST", "/v1/audio/speech?q=a+b%26c")]
    assert bodies == [{"a": "ü"}, {"b": "2 &"}]
    assert [headers["Authorization"] for headers in app.headers] == [f"Bearer {KEY}"] * 2
    assert app.headers[0]["X-One"] == "1"


async def test_the_key_is_in_no_representation_and_no_log(
    session: HttpSession, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    endpoint = Endpoint("mine", "http://h/", {"Authorization": KEY}, proxy=f"http://u:{KEY}@h")
    assert KEY not in repr(endpoint)
    with structlog.testing.capture_logs() as logs:
        async with SmallApp(fine) as app:
            await client(app.url, session).json("GET", "x", query={"text": TEXT})
        await failure(client(app.url, session))
    assert KEY not in caplog.text + str(logs)
    assert "nobody" not in caplog.text + str(logs)


# Where it goes


async def test_absolute_addresses_of_the_same_server_are_taken(session: HttpSession) -> None:
    async with SmallApp(fine) as app:
        assert await client(f"{app.url}/v1", session).json("GET", f"{app.url}/audio/x.wav") == {"ok": True}
    assert app.asked == [("GET", "/audio/x.wav")]


@pytest.mark.parametrize(
    "path",
    [
        "http://other.example/x",
        "https://127.0.0.1:1/x",
        "http://127.0.0.1:99999/x",
        "http://",
        "ftp://127.0.0.1/x",
        "mailto:a@b",
        "javascript:alert(1)",
        "x?next=http://other.example",
        "http://[",
    ],
)
async def test_other_addresses_are_not(session: HttpSession, path: str) -> None:
    async with SmallApp(fine) as app:
        assert type(await failure(client(app.url, session), "GET", path)) is ProviderUnavailable
    assert app.asked == []


async def test_a_path_that_looks_like_another_host_stays_here(session: HttpSession) -> None:
    async with SmallApp(fine) as app:
        await client(app.url, session).json("GET", "//other.example/x")
    assert app.asked == [("GET", "/other.example/x")]


def moved(status: int, location: str) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def answer(request: web.Request) -> web.Response:
        if request.path == "/there":
            return web.json_response({"method": request.method, "body": await request.text()})
        return web.Response(status=status, headers={"Location": location})

    return answer


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_get_follows_within_its_server(session: HttpSession, status: int) -> None:
    async with SmallApp(moved(status, "/there")) as app:
        assert (await client(app.url, session).json("GET", "x"))["method"] == "GET"
        assert app.peers[0] == app.peers[1], "and on the same connection"


@pytest.mark.parametrize("status", [307, 308])
async def test_a_post_stays_a_post(session: HttpSession, status: int) -> None:
    async with SmallApp(moved(status, "/there")) as app:
        reply = await client(app.url, session).json("POST", "x", json={"a": 1})
    assert reply == {"method": "POST", "body": '{"a": 1}'}


@pytest.mark.parametrize("status", [301, 302, 303])
async def test_a_post_is_never_made_into_a_get(session: HttpSession, status: int) -> None:
    async with SmallApp(moved(status, "/there")) as app:
        error = await failure(client(app.url, session), "POST", "x")
    assert type(error) is ProviderUnavailable
    assert error.detail == f"HTTP {status}: it redirects; check its address"
    assert [method for method, _ in app.asked] == ["POST"]


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_another_server_is_never_contacted(session: HttpSession, method: str) -> None:
    async with SmallApp(fine) as other, SmallApp(moved(307, f"{other.url}/there")) as app:
        assert type(await failure(client(app.url, session), method, "x")) is ProviderUnavailable
        # The same machine under another name is another server, too.
        assert other.asked == []


@pytest.mark.parametrize("location", ["", "http://", "http://[", "javascript:x", "mailto:a@b", "ftp://x/y", "//:0"])
async def test_a_redirect_to_nowhere_is_a_failure(session: HttpSession, location: str) -> None:
    async with SmallApp(moved(302, location)) as app:
        assert type(await failure(client(app.url, session), "GET", "x")) is ProviderUnavailable
    assert 1 <= len(app.asked) <= 1 + api_client.MAX_REDIRECTS


async def test_circles_end(session: HttpSession) -> None:
    async with SmallApp(moved(307, "/x")) as app:
        assert (await failure(client(app.url, session), "POST", "x")).detail == "it redirects in a circle"
    assert len(app.asked) == 1 + api_client.MAX_REDIRECTS


# What comes back


@pytest.mark.parametrize(
    ("status", "kind"),
    [(400, UtteranceRejected), (401, BadCredentials), (429, RateLimited), (500, ProviderUnavailable)],
)
@pytest.mark.parametrize(
    "body",
    [
        {"error": {"message": f"{TEXT} {KEY}", "type": "some_type", "code": "some_code"}},
        {"error": f"{TEXT} {KEY}"},
        {"detail": f"{TEXT} {KEY}"},
        {"detail": {"status": "some_status", "message": f"{TEXT} {KEY}"}},
        {"detail": [{"type": "some_type", "loc": ["body"], "msg": TEXT, "input": KEY}]},
        {"error": {"code": KEY}},
        {"error": KEY},
        TEXT,
        None,
    ],
)
async def test_refusals_of_every_shape(
    session: HttpSession, status: int, kind: type[ProviderError], body: object
) -> None:
    async with SmallApp(answering(status, body, Retry_After="7")) as app:
        error = await failure(client(app.url, session))
    assert type(error) is kind
    assert error.retry_after_s == 7.0
    assert error.detail.startswith(f"HTTP {status}")


async def test_an_api_may_have_rules_of_its_own(session: HttpSession) -> None:
    def judge(refusal: Refusal, provider: str) -> ProviderError | None:
        return RateLimited(refusal.detail, provider=provider) if refusal.words == ("busy",) else None

    async with SmallApp(answering(400, {"error": {"code": "busy"}})) as app:
        api = ApiClient(Endpoint("mine", app.url), session, judge)
        assert type(await failure(api)) is RateLimited
    async with SmallApp(answering(400, {"error": {"code": "other"}})) as app:
        assert type(await failure(ApiClient(Endpoint("mine", app.url), session, judge))) is UtteranceRejected


async def test_a_refusal_that_goes_on_for_ever_is_read_for_a_moment(session: HttpSession) -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(status=503, headers={"Retry-After": "3"})
        await response.prepare(request)
        while True:
            await response.write(b"x")
            await asyncio.sleep(0.01)

    async with SmallApp(answer) as app:
        began = time.monotonic()
        error = await failure(client(app.url, session, read_s=0.1))
        assert time.monotonic() - began < 1.0
        await app.idle()
    assert (type(error), error.retry_after_s) == (ProviderUnavailable, 3.0)


async def test_a_refusal_without_end_is_not_kept(session: HttpSession) -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(status=400)
        await response.prepare(request)
        while True:
            await response.write(b"x" * 65_536)

    async with SmallApp(answer) as app:
        began = time.monotonic()
        assert type(await failure(client(app.url, session))) is UtteranceRejected
        assert time.monotonic() - began < api_client.REFUSAL_S, "not until the time was over"
        await app.idle()


async def test_what_came_compressed_is_no_audio(session: HttpSession) -> None:
    async with SmallApp(answering(200, {}, Content_Encoding="gzip")) as app:
        assert type(await failure(client(app.url, session))) is BadAudio
    async with SmallApp(answering(200, {}, Content_Encoding="Identity")) as app:
        assert await client(app.url, session).json("GET", "x") == {}


async def test_a_list_of_voices_has_a_limit(session: HttpSession) -> None:
    async with SmallApp(answering(200, ["x" * api_client.MAX_JSON_BYTES])) as app:
        assert type(await failure(client(app.url, session))) is BadAudio


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\r\n\r\n",
        b"garbage\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 abc OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000 + b"\r\n\r\n",
        b"\x00\xff" * 500,
    ],
)
async def test_what_is_no_http_is_a_failure_of_ours(session: HttpSession, raw: bytes) -> None:
    async with RawServer(sends(raw)) as server:
        assert type(await failure(client(server.url, session))) is ProviderUnavailable


async def test_a_key_that_no_header_can_hold_is_a_failure_of_ours(session: HttpSession) -> None:
    async with SmallApp(fine) as app:
        for key in (f"{KEY}\r\nX-Evil: 1", f"{KEY}\x00"):
            api = ApiClient(Endpoint("mine", app.url, {"Authorization": key}), session)
            assert type(await failure(api)) is BadCredentials
    assert app.asked == []


# Time


async def test_a_server_that_never_answers_is_too_slow(session: HttpSession) -> None:
    async with RawServer(sends(b"", stay=True)) as server:
        assert type(await failure(client(server.url, session, read_s=0.05))) is ProviderTimeout
    async with RawServer(sends(b"HTTP/1.1 200 OK\r\nContent-Le", stay=True)) as server:
        assert type(await failure(client(server.url, session, read_s=0.05))) is ProviderTimeout


async def test_a_server_that_accepts_nobody_is_too_slow(session: HttpSession) -> None:
    # A listener whose queue is full: further connections are not answered at all.
    full = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0, backlog=0)
    await full.start_serving()
    port = full.sockets[0].getsockname()[1]
    loop = asyncio.get_running_loop()
    loop.remove_reader(full.sockets[0].fileno())
    waiting = [asyncio.create_task(asyncio.open_connection("127.0.0.1", port)) for _ in range(3)]
    await asyncio.wait(waiting, timeout=0.05)
    error = await failure(client(f"http://127.0.0.1:{port}", session, connect_s=0.05))
    assert (type(error), error.detail) == (ProviderTimeout, "it did not accept the connection in time")
    full.close()
    for task in waiting:
        task.cancel()
        with suppress(asyncio.CancelledError, OSError):
            (await task)[1].close()


async def test_nobody_there(session: HttpSession) -> None:
    async with SmallApp(fine) as app:
        pass
    error = await failure(client(app.url, session))
    assert (type(error), error.detail) == (ProviderUnavailable, "it refuses connections, or nobody listens there")


# Connections


async def test_one_connection_serves_one_request_after_another(session: HttpSession) -> None:
    async with SmallApp(fine) as app:
        api = client(app.url, session)
        for _ in range(3):
            await api.json("GET", "x")
        assert len(set(app.peers)) == 1


async def test_a_connection_opened_ahead_is_the_one_that_is_used(session: HttpSession) -> None:
    async with SmallApp(fine) as app:
        api = client(f"{app.url}/v1", session)
        await api.open_ahead()
        assert app.asked == [("HEAD", "/v1/")]
        assert "Authorization" not in app.headers[0]
        await api.json("POST", "x", json={})
        assert app.peers[0] == app.peers[1]


async def test_opening_ahead_raises_nothing(session: HttpSession, tmp_path: Path) -> None:
    async with SmallApp(moved(302, "http://other.example")) as app:
        await client(app.url, session).open_ahead()
    await client(app.url, session).open_ahead()
    await client("https://localhost:1", session, ca_file=tmp_path / "none.pem").open_ahead()
    async with RawServer(sends(b"garbage\r\n\r\n")) as server:
        await client(server.url, session).open_ahead()
    await session.aclose()
    await client(app.url, session).open_ahead()


async def test_a_closed_house_sends_nothing(session: HttpSession) -> None:
    async with SmallApp(fine) as app:
        await session.aclose()
        assert (await failure(client(app.url, session))).detail == "the house is closing"
    assert app.asked == []


async def endless(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    while True:
        await response.write(b"x" * 1_000)
        await asyncio.sleep(0)


async def test_leaving_early_ends_the_request_at_once(session: HttpSession) -> None:
    async with SmallApp(endless) as app:
        async with client(app.url, session).request("GET", "x") as reply:
            await anext(reply.body)
            assert app.open == 1
        await asyncio.wait_for(app.idle(), 1.0)


async def test_closing_the_session_ends_what_is_being_read(session: HttpSession) -> None:
    async with SmallApp(endless) as app, client(app.url, session).request("GET", "x") as reply:
        await anext(reply.body)
        await session.aclose()
        with pytest.raises(ProviderError):
            async for _ in reply.body:
                pass


async def test_closing_it_ends_what_is_being_read_and_sends_nothing_more(session: HttpSession) -> None:
    async with SmallApp(endless) as app:
        api, another = client(app.url, session), client(app.url, session)
        async with api.request("GET", "x") as reply, another.request("GET", "y") as others:
            await anext(reply.body)
            await api.aclose()
            await api.aclose()
            with pytest.raises(ProviderError):
                async for _ in reply.body:
                    pass
            assert await anext(others.body), "only its own"
        await asyncio.wait_for(app.idle(), 1.0)
        assert (await failure(api)).detail == "it is closed"
        await api.open_ahead()
        assert len(app.asked) == 2


async def test_closing_it_while_a_reply_is_awaited_ends_that(session: HttpSession) -> None:
    asked, answer_now = asyncio.Event(), asyncio.Event()

    async def answer(_: web.Request) -> web.Response:
        asked.set()
        await answer_now.wait()
        return web.json_response({})

    async with SmallApp(answer) as app:
        api = client(app.url, session)
        asking = asyncio.create_task(api.json("GET", "x"))
        await asked.wait()
        await api.aclose()
        answer_now.set()
        with pytest.raises(ProviderUnavailable):
            await asking


async def test_a_cancel_at_any_turn_leaves_nothing(session: HttpSession) -> None:
    async with SmallApp(endless) as app:
        api = client(app.url, session)

        async def speak() -> None:
            async with api.request("POST", "x", json={"text": TEXT}) as reply:
                async for _ in reply.body:
                    pass

        await api.open_ahead()
        tasks = asyncio.all_tasks()
        for turns in range(TURNS):
            speaking = asyncio.create_task(speak())
            await settle(turns)
            speaking.cancel()
            await asyncio.wait({speaking})
            assert speaking.cancelled()
            await asyncio.wait_for(app.idle(), 1.0)
            assert {task for task in asyncio.all_tasks() - tasks if "speak" in repr(task)} == set()
        assert len(session.get().connector._acquired) == 0  # type: ignore[union-attr]


# Proxies and certificates


async def test_the_owners_proxy_is_used(session: HttpSession) -> None:
    async with SmallApp(fine) as app, Proxy() as proxy:
        assert await client(app.url, session, proxy=proxy.url).json("GET", "x") == {"ok": True}
    assert proxy.heads[0].startswith(f"GET {app.url}/x HTTP/1.1\r\n")


async def test_the_proxy_of_the_environment_is_used(session: HttpSession, monkeypatch: pytest.MonkeyPatch) -> None:
    async with SmallApp(fine) as app, Proxy() as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        address = app.url.replace("127.0.0.1", ELSEWHERE)
        assert await client(address, session).json("GET", "x") == {"ok": True}
        monkeypatch.setenv("no_proxy", ELSEWHERE)
        error = await failure(client(address, session))
    assert error.detail == "there is no host of that name"
    assert [head.split("\r\n")[0] for head in proxy.heads] == [f"GET {address}/x HTTP/1.1"]


async def test_what_stays_on_this_machine_goes_to_no_proxy_of_the_environment(
    session: HttpSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with SmallApp(fine) as app, Proxy() as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        assert await client(app.url, session).json("GET", "x") == {"ok": True}
    assert proxy.heads == []


async def test_a_proxy_of_another_kind_is_said(session: HttpSession, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", f"socks5://me:{KEY}@proxy.example")
    error = await failure(client(f"http://{ELSEWHERE}:1", session))
    assert error.detail == "the proxy in the environment cannot be used"


async def test_a_proxy_that_is_not_there_tells_nothing(session: HttpSession, monkeypatch: pytest.MonkeyPatch) -> None:
    async with Proxy() as proxy:
        pass
    monkeypatch.setenv("http_proxy", proxy.url.replace("://", f"://me:{KEY}@"))
    error = await failure(client(f"http://{ELSEWHERE}:1", session))
    assert (type(error), error.detail) == (ProviderUnavailable, "the proxy does not let it through")


async def test_a_proxy_that_refuses_a_tunnel_tells_nothing(session: HttpSession) -> None:
    async with Proxy(refuses=407) as proxy:
        error = await failure(client("https://host.example", session, proxy=proxy.url))
        assert (type(error), error.detail) == (ProviderUnavailable, "the proxy does not let it through")
    assert proxy.heads[0].startswith("CONNECT host.example:443 HTTP/1.1\r\n")
    assert KEY not in proxy.heads[0]


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Return two files with certificates for 127.0.0.1 that nobody has signed, each with its key beside it."""
    made = []
    for name in ("one", "two"):
        folder = tmp_path_factory.mktemp(name)
        command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        command += ["-keyout", "key.pem", "-out", "cert.pem", "-days", "2", "-subj", f"/CN={name}"]
        command += ["-addext", "subjectAltName=IP:127.0.0.1"]
        try:
            subprocess.run(command, cwd=folder, capture_output=True, check=True, timeout=60)
        except (OSError, subprocess.CalledProcessError):
            pytest.skip("no openssl to make a certificate with")
        made.append(folder / "cert.pem")
    return made


def tls_of(certificate: Path) -> ssl.SSLContext:
    import ssl  # noqa: PLC0415 - only where there is a certificate

    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, certificate.parent / "key.pem")
    return context


async def test_a_certificate_of_ones_own_is_trusted_where_the_owner_says_so(
    session: HttpSession, certificates: list[Path]
) -> None:
    certificate, another = certificates
    async with SmallApp(fine, tls=tls_of(certificate)) as app:
        for trusted in (None, another):
            error = await failure(client(app.url, session, ca_file=trusted))
            assert (type(error), error.detail) == (ProviderUnavailable, "its certificate is not trusted")
        assert app.asked == []
        api = client(app.url, session, ca_file=certificate)
        assert await api.json("GET", "x") == {"ok": True}
        await api.open_ahead()
        assert len(set(app.peers)) == 1
        async with Proxy() as proxy:
            assert await client(app.url, session, ca_file=certificate, proxy=proxy.url).json("GET", "x") == {"ok": True}
        assert KEY not in json.dumps(proxy.heads), "it went through a tunnel"


async def test_a_file_of_certificates_that_is_none_is_said(session: HttpSession, tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("nothing\n", encoding="utf-8")
    for name in ("ca.pem", "none.pem"):
        error = await failure(client("https://127.0.0.1:1", session, ca_file=tmp_path / name))
        assert (type(error), error.detail) == (ProviderUnavailable, "ca_file cannot be read")


async def test_plain_http_where_tls_was_expected_is_a_failure(session: HttpSession) -> None:
    async with SmallApp(fine) as app:
        assert type(await failure(client(app.url.replace("http", "https"), session))) is ProviderUnavailable


async def test_a_request_waits_until_its_server_has_read_its_head(session: HttpSession) -> None:
    """A server that answers before it was asked, and again, belongs to nobody's request."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await head(reader)
        ok = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
        writer.write(ok + ok.replace(b"{}", b"[]"))
        await writer.drain()
        await reader.read()

    async with RawServer(serve) as server:
        api = client(server.url, session)
        assert await api.json("GET", "x") == {}
        assert await api.json("GET", "x") == {}
