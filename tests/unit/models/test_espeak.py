"""eSpeak NG, the real library."""

from __future__ import annotations

import re
import subprocess
import sys
from itertools import pairwise
from typing import TYPE_CHECKING

import espeakng_loader
import pytest

from tests.fakes.sink import RecordingSink
from wyoming_tts.models import espeak
from wyoming_tts.speech.language import normalised
from wyoming_tts.speech.prosody import NATURAL, Prosody
from wyoming_tts.speech.utterance import Utterance

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from wyoming_tts.models.espeak import EspeakModel

WHOLE_TAG = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|\d{3}))?|art-x-[a-z]+")
LONG = "A sentence of many words that goes on for quite a while. " * 5


@pytest.fixture(scope="module")
def model() -> Iterator[EspeakModel]:
    made = espeak.create({})
    yield made
    made.close()


def speak(
    model: EspeakModel,
    text: str,
    voice: str = "en-us",
    prosody: Prosody = NATURAL,
    sink: RecordingSink | None = None,
) -> RecordingSink:
    sink = sink or RecordingSink()
    for _ in model.steps(Utterance(text, voice, prosody=prosody), sink):
        pass
    return sink


def test_speech_is_audible_and_comes_in_small_chunks_after_its_format(model: EspeakModel) -> None:
    sink = speak(model, "Hello world.")
    assert [(format_.rate, format_.width, format_.channels) for format_ in sink.formats] == [(22050, 2, 1)]
    assert 0.5 < sink.formats[0].seconds(len(sink.pcm)) < 2.5
    assert len(sink.chunks) > 5
    assert max(len(chunk) for chunk in sink.chunks) <= 2 * 1324
    assert max(sink.pcm) > 0


def test_the_utterance_is_one_step(model: EspeakModel) -> None:
    assert model.interleaves is False
    assert len(list(model.steps(Utterance("One. Two. Three.", "en-us"), RecordingSink()))) == 1


def test_every_listed_voice_loads_and_speaks(model: EspeakModel) -> None:
    voices = model.voices()
    assert len(voices) > 130
    for voice in voices:
        model.load(voice.name)
        assert speak(model, "ta", voice.name).samples > 220, voice.name


def test_every_voice_has_a_name_of_its_own_and_valid_tags(model: EspeakModel) -> None:
    voices = model.voices()
    assert len({voice.name for voice in voices}) == len(voices)
    for voice in voices:
        assert re.fullmatch(r"[a-z0-9-]+", voice.name)
        assert voice.languages
        assert all(WHOLE_TAG.fullmatch(tag) and normalised(tag) == tag for tag in voice.languages), voice
        assert voice.description == voice.description.strip() != ""
        assert voice.quality == 0


@pytest.mark.parametrize(
    ("name", "languages"),
    [
        ("en-us", ("en-US",)),
        ("en-gb", ("en-GB", "en")),
        ("en-gb-x-rp", ("en-GB",)),
        ("de", ("de",)),
        ("fr-fr", ("fr-FR", "fr")),
        ("pt-br", ("pt-BR",)),
        ("es-419", ("es-419", "es-MX")),
        ("cmn", ("zh-CN", "zh")),
        ("yue-latn-jyutping", ("zh-HK", "yue")),
        ("ca-ba", ("ca-ES",)),
        ("nb", ("nb", "no")),
    ],
)
def test_a_voice_carries_the_tags_that_clients_ask_for(
    model: EspeakModel, name: str, languages: tuple[str, ...]
) -> None:
    assert {voice.name: voice.languages for voice in model.voices()}[name] == languages


def test_the_list_starts_each_language_with_the_voice_that_espeak_prefers(model: EspeakModel) -> None:
    names = [voice.name for voice in model.voices()]
    for preferred, dialect in [("en-gb", "en-029"), ("en-us", "en-us-nyc"), ("fr-fr", "fr-be"), ("pt", "pt-br")]:
        assert names.index(preferred) < names.index(dialect)


@pytest.mark.parametrize("name", ["de+nope", "de+", "de+f3+f4", "de+../f3"])
def test_with_an_unknown_variant_the_voice_itself_speaks(model: EspeakModel, name: str) -> None:
    assert "nope" not in model.remarks().variants
    assert speak(model, "Guten Tag.", name).samples == pytest.approx(speak(model, "Guten Tag.", "de").samples, rel=0.05)


@pytest.mark.parametrize("name", ["zz", "", "zz+f3", "+f3", "en-us ", "../en", "fo", "mb-us1"])
def test_an_unknown_voice_is_refused_and_nothing_is_said_in_the_previous_one(model: EspeakModel, name: str) -> None:
    speak(model, "First.", "de")
    sink = RecordingSink()
    with pytest.raises(KeyError):
        list(model.steps(Utterance("Second.", name), sink))
    with pytest.raises(KeyError):
        model.load(name)
    assert not sink.chunks


def test_variants_sound_different_and_are_not_listed(model: EspeakModel) -> None:
    model.load("en-us+f3")
    plain_voice, variant = speak(model, "Hello"), speak(model, "Hello", "en-us+f3")
    spaced = speak(model, "Hello", "EN-US+Mr Serious")
    assert len({plain_voice.pcm, variant.pcm, spaced.pcm}) == 3
    assert not any("+" in voice.name for voice in model.voices())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Größe zählt, naïve café! Zweiter Satz.", ["Größe", "zählt", "naïve", "café", "Zweiter", "Satz"]),
        ("\U0001f600 \U0001f600 smile now", ["\U0001f600", "\U0001f600", "smile", "now"]),
        ("日本 wins.  Twice\n over", ["日本", "wins", "Twice", "over"]),
        ("one\x00two \ud800 three", ["one", "two", "three"]),
        ("cafe\u0301 noir", ["cafe\u0301", "noir"]),
    ],
)
def test_marks_point_at_the_words_of_the_text(model: EspeakModel, text: str, words: list[str]) -> None:
    sink = speak(model, text, "de")
    assert [mark.offset for mark in sink.marks] == _offsets(text, words)
    assert [text[mark.offset :].startswith(word) for mark, word in zip(sink.marks, words, strict=True)]
    times = [mark.at_s for mark in sink.marks]
    assert times[0] == 0.0
    assert all(before < after for before, after in pairwise(times))
    assert times[-1] < sink.formats[0].seconds(len(sink.pcm))


def _offsets(text: str, words: list[str]) -> list[int]:
    found, start = [], 0
    for word in words:
        found.append(text.index(word, start))
        start = found[-1] + len(word)
    return found


def test_marks_follow_the_audio_at_any_speed(model: EspeakModel) -> None:
    text = "Alpha beta gamma delta epsilon."
    shares = []
    for speed in (0.5, 1.0, 4.0):
        sink = speak(model, text, prosody=Prosody(speed=speed))
        shares.append(sink.marks[-1].at_s / sink.formats[0].seconds(len(sink.pcm)))
    assert max(shares) - min(shares) < 0.15


@pytest.mark.parametrize(("speed", "least", "most"), [(0.5, 1.7, 2.6), (2.0, 0.4, 0.6), (4.0, 0.2, 0.32)])
def test_speed_changes_how_long_it_takes(model: EspeakModel, speed: float, least: float, most: float) -> None:
    natural = speak(model, LONG).samples
    assert least < speak(model, LONG, prosody=Prosody(speed=speed)).samples / natural < most


def test_volume_and_pitch_are_heard_and_do_not_stay(model: EspeakModel) -> None:
    natural = speak(model, "Hello there")
    quiet = speak(model, "Hello there", prosody=Prosody(volume=0.2))
    high = speak(model, "Hello there", prosody=Prosody(pitch=1.8))
    assert _peak(quiet) < _peak(natural) / 2
    assert high.pcm != natural.pcm
    assert _peak(speak(model, "Hello there")) == pytest.approx(_peak(natural), rel=0.1)


def _peak(sink: RecordingSink) -> int:
    return max(abs(sample) for sample in memoryview(sink.pcm).cast("h"))


def test_the_speed_in_a_voice_file_does_not_stay_for_the_next_voice(model: EspeakModel) -> None:
    before = speak(model, "Hello world").samples
    speak(model, "lojban", "jbo")
    assert speak(model, "Hello world").samples == pytest.approx(before, rel=0.02)


@pytest.mark.parametrize(
    ("injected", "spoken"),
    [
        ("one \x01450S two three four five", "one  450S two three four five"),
        ("one\x00two", "one two"),
        ("one \x1b[31m two", "one  [31m two"),
        ("one \ud83d two", "one   two"),
    ],
)
def test_engine_commands_are_spoken_or_dropped(model: EspeakModel, injected: str, spoken: str) -> None:
    before = speak(model, "Hello world").samples
    assert speak(model, injected).samples == pytest.approx(speak(model, spoken).samples, rel=0.02)
    assert speak(model, "Hello world").samples == pytest.approx(before, rel=0.02)


@pytest.mark.parametrize(
    "markup", ["[[h@'loU]] world", 'one <break time="5s"/> two', '<speak rate="x-slow">one</speak>', "&lt;b&gt;"]
)
def test_markup_is_read_out(model: EspeakModel, markup: str) -> None:
    words = re.findall(r"\w+", markup)
    marked = {markup[mark.offset :] for mark in speak(model, markup).marks}
    assert all(any(rest.startswith(word[0]) for rest in marked) for word in words)
    # A break obeyed would be 5 s of silence between the two words.
    assert re.search(rb"(\x00\x00){44100}", speak(model, markup).pcm) is None


@pytest.mark.parametrize("text", ["", " ", "...", "\x00", "?!"])
def test_nothing_to_say_is_no_audio_rather_than_silence(model: EspeakModel, text: str) -> None:
    sink = speak(model, text)
    assert sink.formats
    assert not sink.chunks


def test_a_cancel_ends_the_step_at_the_next_chunk(model: EspeakModel) -> None:
    sink = speak(model, LONG, sink=RecordingSink(cancel_after=1))
    assert len(sink.chunks) == 1
    assert speak(model, "Hello again.").samples > 10000


def test_a_cancel_before_the_step_lets_nothing_out(model: EspeakModel) -> None:
    assert not speak(model, LONG, sink=RecordingSink(cancel_after=0)).chunks


def test_a_failing_sink_ends_the_step_with_its_own_error(model: EspeakModel) -> None:
    class Broken(RecordingSink):
        def emit(self, pcm: bytes, marks: object = ()) -> None:  # noqa: ARG002 - the sink's signature
            raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        speak(model, LONG, sink=Broken())
    assert speak(model, "Hello again.").samples > 10000


PROGRAM = """
import sys
from wyoming_tts.models import espeak
from wyoming_tts.speech.utterance import Utterance
class Sink:
    cancelled, size = False, 0
    def open(self, format_): pass
    def emit(self, pcm, marks=()): Sink.size += len(pcm)
    def on_cancel(self, stop): pass
try:
    model = espeak.create({"data_path": sys.argv[1]})
    list(model.steps(Utterance("Hello world", "en-us"), Sink()))
    model.close()
    model.close()
except RuntimeError as error:
    print("refused:", error)
print(Sink.size, "numpy" in sys.modules)
"""


def run_alone(data: Path, scratch: Path) -> str:
    """Speak in a process of its own: the library knows one folder of data per process."""
    command = [sys.executable, "-c", PROGRAM, str(data)]
    environment = {"TMPDIR": str(scratch)}
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True, env=environment)
    return done.stdout


def test_a_long_path_to_the_data_is_no_obstacle_and_leaves_nothing_behind(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 100) / ("e" * 100)
    deep.mkdir(parents=True)
    data = deep / "data"
    data.symlink_to(espeakng_loader.get_data_path())
    scratch = tmp_path / "t"
    scratch.mkdir()
    size, numpy = run_alone(data, scratch).split()
    assert int(size) > 20000
    assert numpy == "False"
    assert not list(scratch.iterdir())


def test_missing_data_are_an_error_and_not_silence(tmp_path: Path) -> None:
    assert run_alone(tmp_path / "none", tmp_path).startswith("refused: eSpeak NG")
