"""One session for all, which carries nobody's secrets to anybody."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from aiohttp import ClientConnectionError, web

from tests.servers.small_app import SmallApp
from wyoming_tts.net.http_session import HttpSession

if TYPE_CHECKING:
    from pathlib import Path


async def test_it_opens_nothing_before_it_is_asked_and_closes_twice() -> None:
    session = HttpSession()
    await session.aclose()
    await session.aclose()
    assert session.closed
    with pytest.raises(RuntimeError):
        session.get()


async def test_everybody_gets_the_same_session_and_closing_ends_it() -> None:
    session = HttpSession()
    opened = session.get()
    assert session.get() is opened
    assert not session.closed
    await session.aclose()
    assert opened.closed


def test_a_house_without_remote_voices_imports_no_http_library() -> None:
    code = "import sys; from wyoming_tts.net.http_session import HttpSession as S; S(); print('aiohttp' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "False"


async def test_cookies_are_not_kept_and_netrc_is_not_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "netrc").write_text("machine localhost login me password pw\n", encoding="utf-8")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    session = HttpSession()

    async def answer(_: web.Request) -> web.Response:
        response = web.Response()
        response.set_cookie("who", "you")
        return response

    async with SmallApp(answer) as app:
        for _ in range(2):
            # Under a name: cookies for bare addresses are kept by nobody.
            async with session.get().get(app.url.replace("127.0.0.1", "localhost")):
                pass
        await session.aclose()
    for headers in app.headers:
        assert "Cookie" not in headers
        assert "Authorization" not in headers
        assert headers["Accept-Encoding"] == "identity"
        assert headers["User-Agent"] == "wyoming-tts"


async def test_a_session_never_follows_where_a_server_points() -> None:
    async def answer(_: web.Request) -> web.Response:
        raise web.HTTPFound("/elsewhere")

    session = HttpSession()
    async with SmallApp(answer) as app:
        with pytest.raises(ClientConnectionError):
            await session.get().get(app.url)
        assert app.asked == [("GET", "/")]
        await session.aclose()
