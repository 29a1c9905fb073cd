"""Only speech passes the gate; what the voices say passes it untouched."""

from __future__ import annotations

import asyncio
import random
from array import array
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from math import sin
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.sink import RecordingSink
from wyoming_tts.errors import BadAudio, NoAudio, ProviderError, ProviderUnavailable, SpeechCutOff
from wyoming_tts.models import espeak
from wyoming_tts.speech.audio import AudioFormat, AudioStream, Chunk, Mark
from wyoming_tts.speech.prosody import Prosody
from wyoming_tts.speech.utterance import Utterance
from wyoming_tts.synthesis.wrappers.gated import Gated

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Sequence

    from wyoming_tts.models.espeak import EspeakModel

RATE = 8000
FORMAT = AudioFormat(RATE)
HELLO = Utterance("Hello there, how are you today?", voice="v")
HTML = b"<!doctype html><html><head><title>502 Bad Gateway</title></head><body></body></html>"
TEXTS = {
    "en-us": "She sells sea shells; the shells she sells are sea shells, I'm sure. 1984!",
    "de": "Zehn zahme Ziegen ziehen zehn Zentner Zucker zum Zoo. Schießen, Straße!",
    "ru": "Шесть мышат в камышах шуршат. Счастье, щётка!",
    "cmn": "四是四。十是十。十四是十四。四十是四十。",
    "es": "Sesenta y seis zapatos suizos. ¿Qué hora es?",
}


@dataclass
class Source:
    """Sends chunks as told, then perhaps a failure."""

    chunks: Sequence[Chunk]
    format: AudioFormat = FORMAT
    failure: ProviderError | None = None
    sent: int = 0
    left_with: list[BaseException | None] = field(default_factory=list)

    @asynccontextmanager
    async def synthesize(self, utterance: Utterance) -> AsyncIterator[AudioStream]:  # noqa: ARG002 - says the same to all
        try:
            yield AudioStream(self.format, self._chunks())
        except BaseException as error:
            self.left_with.append(error)
            raise
        else:
            self.left_with.append(None)

    async def _chunks(self) -> AsyncIterator[Chunk]:
        for chunk in self.chunks:
            self.sent += 1
            yield chunk
        if self.failure is not None:
            raise self.failure


@dataclass
class Recorded:
    """Remembers what it was asked, and says what it was told."""

    cut_off: bool = False
    asked: list[tuple[str, float, tuple[Mark, ...], bool]] = field(default_factory=list)

    async def is_cut_off(
        self,
        utterance: Utterance,  # noqa: ARG002 - the same in every test
        *,
        voice_key: str,
        audio_s: float,
        marks: Sequence[Mark],
        abrupt: bool,
        marks_every_word: bool,  # noqa: ARG002 - what the wrapper was told
    ) -> bool:
        self.asked.append((voice_key, round(audio_s, 2), tuple(marks), abrupt))
        return self.cut_off


def silence(seconds: float) -> bytes:
    return bytes(2 * round(seconds * RATE))


def sound(seconds: float, *, peak: int = 9000) -> bytes:
    return array("h", (round(peak * sin(n / 6)) for n in range(round(seconds * RATE)))).tobytes()


def garbage(seconds: float) -> bytes:
    return random.Random(1).randbytes(2 * round(seconds * RATE))


def chunks_of(pcm: bytes, sizes: Sequence[int] = (), *, step: int = 480) -> list[Chunk]:
    """Return the PCM in chunks of these numbers of samples and then of `step`."""
    chunks = []
    at = 0
    for size in sizes:
        chunks.append(Chunk(pcm[at : at + 2 * size]))
        at += 2 * size
    return chunks + [Chunk(pcm[start : start + 2 * step]) for start in range(at, len(pcm), 2 * step)]


async def heard(
    source: Source, utterance: Utterance = HELLO, completeness: Recorded | None = None
) -> tuple[list[Chunk], ProviderError | None]:
    """Return all that passes, and the failure it ends with."""
    passed: list[Chunk] = []
    failure: ProviderError | None = None
    gated = Gated(source, provider="p", completeness=completeness or Recorded())
    try:
        async with gated.synthesize(utterance) as stream:
            async for chunk in stream.chunks:
                passed += [chunk]
    except ProviderError as error:
        failure = error
    assert source.left_with == [failure]
    return passed, failure


def pcm_of(chunks: Sequence[Chunk]) -> bytes:
    return b"".join(chunk.pcm for chunk in chunks)


@pytest.mark.parametrize(
    "format_",
    [AudioFormat(RATE, 1), AudioFormat(RATE, 4), AudioFormat(RATE, 2, 2), AudioFormat(3999), AudioFormat(192_001)],
)
async def test_other_than_16_bit_mono_is_refused_before_any_audio(format_: AudioFormat) -> None:
    passed, error = await heard(Source(chunks_of(sound(1)), format_))
    assert type(error) is BadAudio
    assert not passed


FAULTS = {
    "half a frame": (sound(0.3), [Chunk(b"\1\2\3")], BadAudio),
    "text": (b"", chunks_of(HTML * 10), BadAudio),
    "short text": (b"", [Chunk(b"Not found.")], BadAudio),
    "text later": (sound(0.3), chunks_of(HTML), BadAudio),
    "file": (b"", chunks_of(b"RIFF\0\0\0\0WAVEfmt " + sound(0.5)), BadAudio),
    "noise": (b"", chunks_of(garbage(1)), BadAudio),
    "noise later": (sound(0.3), chunks_of(garbage(1)), BadAudio),
    "silence": (b"", chunks_of(silence(1.5)), NoAudio),
    "long silence": (b"", chunks_of(silence(30)), BadAudio),
    "late": (b"", chunks_of(silence(2.1) + sound(1)), BadAudio),
    "nothing": (b"", [], NoAudio),
    "no samples": (b"", [Chunk(b"")], NoAudio),
    "hole": (sound(0.3) + silence(3.1), chunks_of(sound(1)), BadAudio),
    "endless": (sound(19), chunks_of(sound(60)), BadAudio),
}


@pytest.mark.parametrize("name", FAULTS)
async def test_nothing_bad_passes_and_earlier_good_audio_stays(name: str) -> None:
    good, bad, kind = FAULTS[name]
    completeness = Recorded()
    source = Source([*chunks_of(good), *bad])
    passed, error = await heard(source, completeness=completeness)
    assert type(error) is kind
    assert error.provider == "p"
    assert completeness.asked == []
    pcm = pcm_of(passed)
    if name == "endless":
        assert pcm == (good + pcm_of(bad))[: len(pcm)]
        assert 10 < len(pcm) / 2 / RATE < 25
        assert source.sent < len(source.chunks) / 3
    else:
        assert good.startswith(pcm)
        assert len(pcm) >= len(good) - len(silence(0.2)), "good audio is lost"


async def test_after_a_refusal_nothing_more_comes() -> None:
    async with Gated(Source(chunks_of(garbage(1) + sound(1))), provider="p", completeness=Recorded()).synthesize(
        HELLO
    ) as stream:
        with pytest.raises(BadAudio):
            await anext(stream.chunks)
        with pytest.raises(StopAsyncIteration):
            await anext(stream.chunks)


@settings(deadline=None)
@given(
    sizes=st.lists(st.integers(0, 4000), max_size=40),
    lead_s=st.floats(0, 1.9),
    pause_s=st.floats(0, 2.9),
    behind=st.sampled_from(["nothing", "noise", "text", "hole"]),
)
async def test_the_chunking_does_not_matter(sizes: list[int], lead_s: float, pause_s: float, behind: str) -> None:
    bad = {"nothing": b"", "noise": garbage(0.3), "text": HTML, "hole": silence(3.2) + sound(0.1)}[behind]
    good = silence(lead_s) + sound(0.3) + silence(pause_s) + sound(0.2)
    pcm = good + bad
    passed, error = await heard(Source(chunks_of(pcm, sizes)))
    assert type(error) is (BadAudio if bad else type(None))
    heard_pcm = pcm_of(passed)
    # A few samples tell nothing; silence is only silence until a sound follows.
    harmless = silence({"nothing": 0.0, "hole": 3.2}.get(behind, 0.01))
    assert pcm.startswith(heard_pcm)
    assert len(heard_pcm) <= len(good + harmless)
    if not bad:
        assert heard_pcm == good


async def test_leading_silence_is_handed_on_together_with_the_first_sound() -> None:
    pcm = silence(0.6) + sound(0.3)
    marks = (Mark(0, 0.6), Mark(6, 0.8))
    quiet, *rest = chunks_of(pcm, [4800])
    source = Source([Chunk(b"", marks[:1]), Chunk(quiet.pcm, marks[1:]), *rest])
    passed, error = await heard(source)
    assert error is None
    assert any(passed[0].pcm)
    assert passed[0].marks == marks
    assert pcm_of(passed) == pcm


async def test_nothing_is_held_once_there_is_a_sound() -> None:
    source = Source(chunks_of(sound(1) + silence(1) + sound(1)))
    async with Gated(source, provider="p", completeness=Recorded()).synthesize(HELLO) as stream:
        read = 0
        async for chunk in stream.chunks:
            read += 1
            assert source.sent == read
            assert chunk is source.chunks[read - 1]


async def test_silence_at_the_end_is_no_fault_but_nobody_waits_long_for_it() -> None:
    completeness = Recorded()
    passed, error = await heard(Source(chunks_of(sound(1) + silence(8))), completeness=completeness)
    assert error is None
    assert 4 <= len(pcm_of(passed)) / 2 / RATE <= 4.2
    assert completeness.asked == [("p/v#", 1.0, (), True)]


@pytest.mark.parametrize(("silent_s", "speed", "abrupt"), [(0.5, 1.0, False), (0.7, 1.0, True), (1.2, 0.25, False)])
async def test_more_silence_than_engines_end_with_may_stand_for_words(
    silent_s: float,
    speed: float,
    abrupt: bool,  # noqa: FBT001 - a parameter of the table
) -> None:
    completeness = Recorded()
    fading = sound(1) + sound(0.02, peak=600)
    utterance = replace(HELLO, prosody=Prosody(speed))
    await heard(Source(chunks_of(fading + silence(silent_s))), utterance, completeness)
    assert [asked[-1] for asked in completeness.asked] == [abrupt]


async def test_a_short_end_is_a_cut_and_all_of_it_was_heard() -> None:
    completeness = Recorded(cut_off=True)
    marks = (Mark(0, 0.0), Mark(6, 0.2))
    first, *rest = chunks_of(sound(0.5))
    source = Source([Chunk(first.pcm, marks[:1]), *rest, Chunk(b"", marks[1:])])
    passed, error = await heard(source, replace(HELLO, speaker="anna"), completeness)
    assert type(error) is SpeechCutOff
    assert pcm_of(passed) == sound(0.5)
    assert completeness.asked == [("p/v#anna", 0.5, marks, True)]


async def test_of_the_last_voice_only_missing_word_times_tell_that_it_was_cut() -> None:
    """A guess would end the answer: there is nobody else to say the rest."""
    last = replace(HELLO, insist=True)
    unmarked, marked = Recorded(cut_off=True), Recorded(cut_off=True)
    assert (await heard(Source(chunks_of(sound(0.5))), last, unmarked))[1] is None
    assert unmarked.asked == []
    first, *rest = chunks_of(sound(0.5))
    source = Source([Chunk(first.pcm, (Mark(0, 0.0),)), *rest])
    assert type((await heard(source, last, marked))[1]) is SpeechCutOff
    assert [abrupt for *_, abrupt in marked.asked] == [False]


async def test_the_end_is_judged_once() -> None:
    completeness = Recorded(cut_off=True)
    async with Gated(Source(chunks_of(sound(0.06))), provider="p", completeness=completeness).synthesize(
        HELLO
    ) as stream:
        await anext(stream.chunks)
        with pytest.raises(SpeechCutOff):
            await anext(stream.chunks)
        with pytest.raises(StopAsyncIteration):
            await anext(stream.chunks)
    assert len(completeness.asked) == 1


@pytest.mark.parametrize(
    ("speed", "seconds", "passes"), [(1, 19, True), (1, 21, False), (0.25, 45, True), (4, 19, True)]
)
async def test_slow_speech_may_be_long_and_a_voice_may_ignore_a_high_speed(
    speed: float, seconds: float, *, passes: bool
) -> None:
    _, error = await heard(Source(chunks_of(sound(seconds))), replace(HELLO, prosody=Prosody(speed)))
    assert type(error) is (type(None) if passes else BadAudio)


@pytest.mark.parametrize("failure", [SpeechCutOff(provider="x"), ProviderUnavailable(provider="x")])
async def test_a_failure_of_the_provider_travels_on(failure: ProviderError) -> None:
    completeness = Recorded()
    passed, error = await heard(Source(chunks_of(sound(0.5)), failure=failure), completeness=completeness)
    assert error is failure
    assert pcm_of(passed) == sound(0.5)
    assert completeness.asked == []


@pytest.mark.parametrize("error", [asyncio.CancelledError(), ProviderUnavailable(provider="x"), ZeroDivisionError()])
async def test_what_the_reader_raises_passes_through(error: BaseException) -> None:
    source = Source(chunks_of(sound(1)))
    completeness = Recorded()
    with pytest.raises(type(error)) as caught:
        async with Gated(source, provider="p", completeness=completeness).synthesize(HELLO) as stream:
            await anext(stream.chunks)
            raise error
    assert caught.value is error
    assert source.left_with == [error]
    assert completeness.asked == []


async def test_a_reader_may_leave_early() -> None:
    completeness = Recorded(cut_off=True)
    async with Gated(Source(chunks_of(sound(1))), provider="p", completeness=completeness).synthesize(HELLO) as stream:
        await anext(stream.chunks)
    assert completeness.asked == []


@pytest.fixture(scope="module")
def engine() -> Iterator[EspeakModel]:
    made = espeak.create({})
    yield made
    made.close()


def recording(engine: EspeakModel, utterance: Utterance) -> Source:
    sink = RecordingSink()
    for _ in engine.steps(utterance, sink):
        pass
    return Source([Chunk(pcm) for pcm in sink.chunks], sink.formats[0])


@pytest.mark.parametrize("language", TEXTS)
@pytest.mark.parametrize("variant", ["", "+f3", "+whisper", "+klatt", "+croak"])
@pytest.mark.parametrize("speed", [0.25, 1.0, 4.0])
async def test_natural_speech_passes_untouched(engine: EspeakModel, language: str, variant: str, speed: float) -> None:
    for volume in (0.2, 1.0, 2.0):
        utterance = Utterance(TEXTS[language], f"{language}{variant}", prosody=Prosody(speed, volume=volume))
        source = recording(engine, utterance)
        completeness = Recorded()
        passed, error = await heard(source, utterance, completeness)
        assert error is None
        assert pcm_of(passed) == pcm_of(source.chunks)
        if variant != "+whisper" and speed <= 1.0:  # what is whispered or hurried ends like a stop
            assert [abrupt for *_, abrupt in completeness.asked] == [False]


@pytest.mark.parametrize(
    "text",
    [
        "明日は雨が降るでしょう。傘を持って行ってください。",
        "م ر ح ب ت ث ج",
        "\U0001d49c\U0001d4b7\U0001d4b8",
        "\u0f71\u0f72\u0f74",
        "½ № ™ © € £ ¥",
        "+++ --- ===",
        "BBC ITV NHS URL",
    ],
)
async def test_text_that_a_voice_spells_out_is_not_too_long(engine: EspeakModel, text: str) -> None:
    utterance = Utterance(" ".join([text] * 12), "en-us")
    source = recording(engine, utterance)
    passed, error = await heard(source, utterance)
    assert error is None
    assert pcm_of(passed) == pcm_of(source.chunks)
