"""A house with Piper: voices that come and go, that are fetched, that fail in the middle."""

from __future__ import annotations

import asyncio
import hashlib
import shutil
import time
from typing import TYPE_CHECKING

from wyoming.client import AsyncTcpClient
from wyoming.tts import Synthesize

from tests.fakes.piper_voice import build_piper_voice
from tests.fakes.wyoming_client import WITHIN_S, describe, listen, tcp_say
from tests.servers.real_server import RealServer, real_server
from tests.servers.voice_catalog import VoiceCatalogServer

if TYPE_CHECKING:
    from pathlib import Path

FOX = "The quick brown fox jumps over the lazy dog."
SENTENCE = "This is sentence number 1 of a long story."
LONG = " ".join(f"This is sentence number {number} of a long story." for number in range(40))
TINY = "en_US-tiny-low"


async def voice_names(port: int) -> list[str]:
    async with AsyncTcpClient("127.0.0.1", port) as client:
        return [voice.name for voice in (await describe(client)).tts[0].voices]


async def until_listed(port: int, name: str, *, there: bool = True) -> None:
    """Ask as Home Assistant does, again and again, until the voice is in the list (or no longer)."""
    async with asyncio.timeout(WITHIN_S):
        while (name in await voice_names(port)) != there:  # noqa: ASYNC110 - Home Assistant polls as well
            await asyncio.sleep(0.05)


async def spoken_by(server: RealServer, port: int, text: str = FOX, voice: str | None = None) -> object:
    """Return who spoke, after hearing it to the end."""
    seen = server.lines
    heard = await tcp_say(port, text, voice)
    assert heard.whole
    assert heard.peak > 500
    return (await server.said("request", after=seen))["links"]


async def test_a_voice_in_the_data_folder_is_the_default_and_answers_to_its_bare_name(tmp_path: Path) -> None:
    build_piper_voice(tmp_path / "voices", TINY, speakers=3)
    async with real_server(tmp_path) as server:
        port = await server.port()
        names = await voice_names(port)
        assert {f"piper/{TINY}", f"piper/{TINY}#person0", f"piper/{TINY}#person2"} <= set(names)
        assert await spoken_by(server, port) == [f"piper/{TINY}"]
        assert await spoken_by(server, port, voice=TINY) == [f"piper/{TINY}"]
        assert await spoken_by(server, port, voice=f"piper/{TINY}#person2") == [f"piper/{TINY}#person2"]


async def test_a_voice_that_is_copied_in_appears_and_one_that_is_deleted_goes(tmp_path: Path) -> None:
    made = tmp_path / "elsewhere"
    build_piper_voice(made, TINY)
    data = tmp_path / "data"
    (data / "voices").mkdir(parents=True)
    async with real_server(data) as server:
        port = await server.port()
        assert await spoken_by(server, port) == ["espeak/en-us"]
        for file in made.iterdir():
            shutil.copy(file, data / "voices")
        await until_listed(port, f"piper/{TINY}")
        assert await spoken_by(server, port) == [f"piper/{TINY}"]
        for file in (data / "voices").iterdir():
            file.unlink()
        await until_listed(port, f"piper/{TINY}", there=False)
        assert await spoken_by(server, port) == ["espeak/en-us"]


def publish(catalog: VoiceCatalogServer, folder: Path, name: str) -> None:
    """Offer a real tiny voice in the layout of the published catalogue."""
    model = build_piper_voice(folder, name)
    path = catalog.publish(name, model.read_bytes())
    config = model.with_name(f"{model.name}.json").read_bytes()
    catalog.files[f"{path}.json"] = config
    catalog.listing[name]["files"][f"{path}.json"] = {
        "size_bytes": len(config),
        "md5_digest": hashlib.md5(config).hexdigest(),
    }


async def test_without_a_voice_the_best_one_is_fetched_beside_speaking_and_takes_over(tmp_path: Path) -> None:
    async with VoiceCatalogServer() as catalog:
        publish(catalog, tmp_path / "published", "en_US-tiny-medium")
        publish(catalog, tmp_path / "published", "de_DE-tiny-medium")
        env = {
            "WYOMING_TTS_PROVIDERS__PIPER__DOWNLOAD": "auto",
            "WYOMING_TTS_PROVIDERS__PIPER__CATALOG_URL": catalog.base_url,
            "WYOMING_TTS_TEXT__LANGUAGE": "de-DE",
        }
        async with real_server(tmp_path / "data", env=env) as server:
            port = await server.port()
            told = await server.said("downloading a Piper voice, since none is here")
            assert (told["voice"], told["source"]) == ("de_DE-tiny-medium", catalog.base_url)
            await until_listed(port, "piper/de_DE-tiny-medium")
            assert await spoken_by(server, port) == ["piper/de_DE-tiny-medium"]
        async with real_server(tmp_path / "data", env=env) as server:
            asked = len(catalog.asked)
            port = await server.port()
            for name in ("en_US-tiny-medium", "piper/en_US-tiny-medium", "../../etc/passwd"):
                assert await spoken_by(server, port, voice=name) == ["piper/de_DE-tiny-medium"]
            assert len(catalog.asked) == asked, "a client's word never starts a download"


async def test_offline_it_says_so_once_and_speaks_on(tmp_path: Path) -> None:
    env = {
        "WYOMING_TTS_PROVIDERS__PIPER__DOWNLOAD": "auto",
        "WYOMING_TTS_PROVIDERS__PIPER__CATALOG_URL": "http://127.0.0.1:9",
    }
    async with real_server(tmp_path, env=env) as server:
        port = await server.port()
        assert await spoken_by(server, port) == ["espeak/en-us"]
        await server.said("no Piper voice could be downloaded, other voices speak")
        assert await spoken_by(server, port) == ["espeak/en-us"]
        server.terminate()
        assert await server.exit_code() == 0
        await server.said("end of log")
    assert sum("could be downloaded" in line for line in server.raw_log) == 1


async def test_a_worker_killed_in_the_middle_of_piper_s_words_is_carried_on(tmp_path: Path) -> None:
    build_piper_voice(tmp_path / "voices", TINY, slow=40)
    async with real_server(tmp_path) as server:
        port = await server.port()
        await tcp_say(port, SENTENCE)
        sentence_s = float(str((await server.said("request", chars=len(SENTENCE)))["audio_s"]))
        async with AsyncTcpClient("127.0.0.1", port) as client:
            await client.write_event(Synthesize(text=LONG).event())
            async with asyncio.timeout(WITHIN_S):
                await client.read_event()
                await client.read_event()
            piper = next(worker for worker in server.workers() if "piper" in worker.cmdline())
            piper.kill()
            heard = await listen(client, until="audio-stop")
        assert heard.events[-1] == "audio-stop"
        line = await server.said("request", outcome="complete", chars=len(LONG))
        assert float(str(line["audio_s"])) > 0.9 * 40 * sentence_s, "all of it was said"
        # Where the words were out already, the worker that was started anew says what follows.
        assert line["links"] in ([f"piper/{TINY}"], [f"piper/{TINY}", "espeak/en-us"])
        assert await spoken_by(server, port) == [f"piper/{TINY}"]


async def test_a_voice_whose_file_is_cut_off_is_named_in_the_log_and_the_house_speaks_on(tmp_path: Path) -> None:
    model = build_piper_voice(tmp_path / "voices", TINY)
    model.write_bytes(model.read_bytes()[:1000])
    async with real_server(tmp_path) as server:
        port = await server.port()
        told = await server.said("voice cannot be used")
        assert (told["file"], told["reason"]) == (f"{TINY}.onnx", "broken-model")
        await until_listed(port, f"piper/{TINY}", there=False)
        assert await spoken_by(server, port) == ["espeak/en-us"]


async def test_a_piper_worker_that_stands_still_is_replaced(tmp_path: Path) -> None:
    build_piper_voice(tmp_path / "voices", TINY)
    env = {"WYOMING_TTS_FALLBACK__FIRST_AUDIO_S": "0.5"}
    async with real_server(tmp_path, env=env) as server:
        port = await server.port()
        assert await spoken_by(server, port) == [f"piper/{TINY}"]
        piper = next(worker for worker in server.workers() if "piper" in worker.cmdline())
        piper.suspend()
        assert await spoken_by(server, port) == ["espeak/en-us"]
        await server.said("worker hangs", provider="piper")
        async with asyncio.timeout(WITHIN_S):
            while await spoken_by(server, port) != [f"piper/{TINY}"]:
                pass


async def test_a_voice_too_large_for_the_memory_budget_falls_back(tmp_path: Path) -> None:
    build_piper_voice(tmp_path / "voices", TINY)
    env = {"WYOMING_TTS_WORKERS__MEMORY_MB": "64", "WYOMING_TTS_DEFAULT_VOICE": "espeak/en-us"}
    async with real_server(tmp_path, env=env) as server:
        port = await server.port()
        heard = await tcp_say(port, FOX, f"piper/{TINY}")
        assert heard.whole
        line = await server.said("request")
        assert line["links"] == ["espeak/en-us"]


async def test_a_client_that_leaves_in_the_middle_frees_the_engine_at_once(tmp_path: Path) -> None:
    """Each sentence costs some 0.4 s here; 2,000 characters would keep the engine busy for 15 s."""
    build_piper_voice(tmp_path / "voices", TINY, slow=300)
    async with real_server(tmp_path) as server:
        port = await server.port()
        await tcp_say(port, "Hello.")
        piper = next(worker for worker in server.workers() if "piper" in worker.cmdline())
        async with AsyncTcpClient("127.0.0.1", port) as client:
            await client.write_event(Synthesize(text=LONG).event())
            async with asyncio.timeout(WITHIN_S):
                await client.read_event()
        await server.said("request", outcome="cancelled")
        left_at = time.monotonic()
        async with asyncio.timeout(WITHIN_S):
            while True:
                before = sum(piper.cpu_times()[:2])
                await asyncio.sleep(0.1)
                if sum(piper.cpu_times()[:2]) - before < 0.05:
                    break
        assert time.monotonic() - left_at < 2.0
        began = time.monotonic()
        assert (await tcp_say(port, "Hello.")).whole
        assert time.monotonic() - began < 5.0
