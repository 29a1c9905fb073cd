"""`wyoming-tts say`: one text through the same house, to a file or to the loudspeaker."""

from __future__ import annotations

import asyncio
import shutil
import sys
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import soundfile

from wyoming_tts.commands.exit_code import ExitCode
from wyoming_tts.errors import BadRequest, ConfigError
from wyoming_tts.house import House
from wyoming_tts.speech.request import SpeechRequest, whole
from wyoming_tts.telemetry.log import configure

if TYPE_CHECKING:
    from wyoming_tts.settings.model import Settings
    from wyoming_tts.speech.audio import AudioFormat

PLAYERS = {
    ("pw-play", "-"): "pipewire-bin",
    ("paplay",): "pulseaudio-utils",
    ("aplay", "-q", "-"): "alsa-utils",
    ("ffplay", "-nodisp", "-autoexit", "-loglevel", "error", "-"): "ffmpeg",
}
"""Programs that play a WAV from standard input, the most usual of a desktop first, and Debian's packages of them."""

QUIET_LEVEL = "warning"
"""Of the log, unless the owner asked for another: a command that speaks one text has little to tell."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to say, how, and where to put it."""

    text: str
    voice: str | None = None
    speaker: str | None = None
    output: str | None = None
    """A file, `-` for standard output, None for the loudspeaker."""


async def run(settings: Settings, wanted: Wanted) -> int:
    """Speak and return the exit code; raises TtsError."""
    player = _player() if wanted.output is None else None
    telemetry = settings.telemetry
    asked = "log_level" in telemetry.model_fields_set
    configure(telemetry.log_level if asked else QUIET_LEVEL, telemetry.log_format)
    house = House(settings, keeps_letters=False)
    try:
        await house.start()
        pcm, format_ = await _speak(house, wanted)
    finally:
        await house.aclose()
    wav = _wav(pcm, format_)
    if player is not None:
        return await _play(player, wav)
    output = wanted.output or "-"
    await asyncio.to_thread(_write, output, wav)
    if output != "-":
        spoken_by = ", then ".join(next(iter(house.speaker.recent)).links)
        print(f"{output}: {format_.seconds(len(pcm)):.1f} s, spoken by {spoken_by}", file=sys.stderr)  # noqa: T201 - its answer
    return ExitCode.DONE


async def _speak(house: House, wanted: Wanted) -> tuple[bytes, AudioFormat]:
    request = SpeechRequest("say", whole(wanted.text), voice=wanted.voice, speaker=wanted.speaker, client="say")
    async with house.speaker.answer(request) as answer:
        pcm = b"".join([chunk.pcm async for chunk in answer.chunks()])
        if not pcm:
            raise BadRequest("There is nothing to say in this text.")
        return pcm, answer.format


def _wav(pcm: bytes, format_: AudioFormat) -> bytes:
    file = BytesIO()
    with soundfile.SoundFile(
        file, "w", samplerate=format_.rate, channels=format_.channels, subtype="PCM_16", format="WAV"
    ) as sound:
        sound.buffer_write(pcm, dtype="int16")
    return file.getvalue()


def _write(output: str, wav: bytes) -> None:
    if output == "-":
        sys.stdout.buffer.write(wav)
        sys.stdout.buffer.flush()
        return
    try:
        Path(output).write_bytes(wav)
    except OSError as error:
        raise ConfigError(f"Cannot write {output}: {error.strerror or error}.") from error


def _player() -> tuple[str, ...]:
    for command in PLAYERS:
        if shutil.which(command[0]):
            return command
    packages = ", ".join(f"{package} ({command[0]})" for command, package in PLAYERS.items())
    raise ConfigError(f"No program that plays sound was found. Install one of {packages}; or use `-o FILE`.")


async def _play(command: tuple[str, ...], wav: bytes) -> int:
    process = await asyncio.create_subprocess_exec(*command, stdin=asyncio.subprocess.PIPE)
    try:
        await process.communicate(wav)
    finally:
        if process.returncode is None:
            process.kill()
    return process.returncode or 0
