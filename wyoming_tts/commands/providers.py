"""`wyoming-tts providers`: tries each provider for real, and says what to mend."""

from __future__ import annotations

import asyncio
import sys
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from wyoming_tts.commands.advice import advice
from wyoming_tts.commands.exit_code import ExitCode
from wyoming_tts.commands.table import plain, table
from wyoming_tts.errors import ConfigError, ProviderError, ProviderTimeout
from wyoming_tts.house import House
from wyoming_tts.speech import language
from wyoming_tts.speech.utterance import Utterance
from wyoming_tts.telemetry.log import configure

if TYPE_CHECKING:
    from typing import TextIO

    from wyoming_tts.settings.model import Settings
    from wyoming_tts.speech.voice import Voice
    from wyoming_tts.synthesis.provider import Provider

SAMPLE = "This is a test."
"""Said by those who speak for nothing, unless another text is given."""
PATIENCE_S = 30.0
"""For the first audio: a model may have to be loaded first."""
CHECK_S = 20.0
"""For an answer to a question that costs nothing."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found out about one provider."""

    name: str
    kind: str
    voices: int = 0
    credit: str = "-"
    first_audio_s: float | None = None
    voice: str = ""
    """The one that spoke."""
    error: ProviderError | None = None

    @property
    def state(self) -> str:
        """In a word or two."""
        if self.error is not None:
            return "failed"
        return "ready" if self.voices else "no voices"

    @property
    def problem(self) -> str:
        """What is wrong, in a sentence; "" where it is well."""
        if self.error is not None:
            return f"{self.error}. {advice(self.error.code)}".strip()
        return "" if self.voices else f"{self.name} has no voice. {advice('no-voices')}"


async def run(settings: Settings, name: str | None, text: str | None, *, out: TextIO | None = None) -> int:
    """Check one provider or all, print a table, and return the exit code. Raises ConfigError for an unknown name.

    `text` is spoken by each of them; without one only those speak that cost nothing.
    """
    enabled = {key: provider for key, provider in settings.providers.items() if provider.enabled}
    if name is not None and name not in enabled:
        raise ConfigError(f"There is no provider {plain(name)}; there are: {', '.join(enabled)}.")
    # What goes wrong is said in the table, once.
    configure("error", settings.telemetry.log_format)
    house = House(settings, keeps_letters=False)
    try:
        await house.start()
        chosen = [provider for provider in house.providers if provider.name in ([name] if name else enabled)]
        kinds = {key: provider.type for key, provider in enabled.items()}
        checks = (_checked(provider, kinds[provider.name], house, text) for provider in chosen)
        found = await asyncio.gather(*checks)
    finally:
        await house.aclose()
    _print(found, out or sys.stdout)
    failed = any(checked.error is not None or (name and checked.problem) for checked in found)
    return ExitCode.FAILED if failed else ExitCode.DONE


async def _checked(provider: Provider, kind: str, house: House, text: str | None) -> Checked:
    adapter = provider.adapter
    found = Checked(provider.name, kind)
    try:
        await _ask(provider)
        credit = adapter.credit
        found = replace(
            found, voices=len(provider.voices()), credit=f"{credit.left} of {credit.limit}" if credit else "-"
        )
        voice = _voice(provider, house.language)
        if voice is not None and (text or adapter.capabilities.free):
            found = replace(found, voice=voice.name)
            return replace(found, first_audio_s=await _first_audio_s(provider, voice, text or SAMPLE))
    except ProviderError as error:
        return replace(found, voices=len(provider.voices()), error=error)
    return found


async def _ask(provider: Provider) -> None:
    """See that it is there and takes the key, without speaking. Raises ProviderError."""
    try:
        async with asyncio.timeout(CHECK_S):
            await provider.adapter.start()
            if provider.voices():
                await provider.adapter.probe()
    except TimeoutError as error:
        raise ProviderTimeout("it did not answer", provider=provider.name) from error


async def _first_audio_s(provider: Provider, voice: Voice, text: str) -> float:
    """Have the text spoken to its end, and return the seconds to its first audio. Raises ProviderError."""
    utterance = Utterance(
        text, voice.name, prosody=provider.prosody, language=voice.languages[0], patience_s=PATIENCE_S, insist=True
    )
    began = time.monotonic()
    async with provider.stack.synthesize(utterance) as stream:
        await anext(stream.chunks)  # silence would have been an error
        first_audio_s = time.monotonic() - began
        async for _ in stream.chunks:
            pass
    return first_audio_s


def _voice(provider: Provider, wanted: str) -> Voice | None:
    """Return the voice nearest to the house's language; any, where none speaks it."""

    def far(voice: Voice) -> int:
        distances = [language.distance(wanted, tag) for tag in voice.languages]
        return min((distance for distance in distances if distance is not None), default=9)

    return min(provider.voices(), key=far, default=None)


def _print(found: list[Checked], out: TextIO) -> None:
    head = ("PROVIDER", "TYPE", "STATE", "VOICES", "FIRST AUDIO", "SPOKEN BY", "CREDIT")
    rows = [
        (
            plain(checked.name),
            checked.kind,
            checked.state,
            str(checked.voices),
            "-" if checked.first_audio_s is None else f"{checked.first_audio_s * 1000:.0f} ms",
            plain(checked.voice) or "-",
            checked.credit,
        )
        for checked in found
    ]
    out.writelines(table(head, rows, right=frozenset({"VOICES", "FIRST AUDIO"})))
    problems = [checked.problem for checked in found if checked.problem]
    if problems:
        out.writelines(["\n", *(f"{plain(problem)}\n" for problem in problems)])
