"""Piper, the real package, with voices of a few kilobytes."""

from __future__ import annotations

import json
import logging
import math
import os
import threading
import time
from typing import TYPE_CHECKING

import onnx
import pytest

from tests.fakes.piper_voice import build_piper_voice
from tests.fakes.sink import RecordingSink
from wyoming_tts.errors import BadAudio
from wyoming_tts.models import piper
from wyoming_tts.speech.prosody import NATURAL, Prosody
from wyoming_tts.speech.utterance import Utterance

if TYPE_CHECKING:
    from pathlib import Path

    from wyoming_tts.models.piper import PiperModel

TINY = "en_US-tiny-low"
HELLO = "Hello there."
# Several seconds in one run of the graph, one node after the other.
ENDLESS = 4000
# Ten times the 100 ms after which nothing may work for a client that is gone.
BOUND_S = 1.0


@pytest.fixture
def model(tmp_path: Path) -> PiperModel:
    build_piper_voice(tmp_path)
    return create(tmp_path)


def create(*directories: Path, **options: object) -> PiperModel:
    return piper.create({"directories": [str(directory) for directory in directories], "threads": 1, **options})


def speak(
    model: PiperModel,
    text: str = HELLO,
    voice: str = TINY,
    *,
    speaker: str | None = None,
    prosody: Prosody = NATURAL,
    sink: RecordingSink | None = None,
) -> RecordingSink:
    sink = sink or RecordingSink()
    for _ in model.steps(Utterance(text, voice, speaker=speaker, prosody=prosody), sink):
        pass
    return sink


def names(model: PiperModel) -> list[str]:
    return [voice.name for voice in model.voices()]


def test_speech_is_audible_in_the_voices_own_rate_and_in_pieces(model: PiperModel) -> None:
    sink = speak(model, "Hello there, this is one sentence that is long enough for several pieces.")
    assert [(format_.rate, format_.width, format_.channels) for format_ in sink.formats] == [(16000, 2, 1)]
    assert max(memoryview(sink.pcm).cast("h")) > 10000
    assert {len(chunk) for chunk in sink.chunks[:-1]} == {8192}


def test_every_sentence_is_a_step(model: PiperModel) -> None:
    sink = RecordingSink()
    sizes = [sink.samples for _ in model.steps(Utterance("One is here. Two is here. Three is here.", TINY), sink)]
    assert len(sizes) == 3
    assert 0 < sizes[0] < sizes[1] < sizes[2] == sink.samples


def test_two_utterances_may_take_turns(model: PiperModel) -> None:
    assert model.interleaves is True
    text = "One is here. Two is here. Three is here."
    alone = speak(model, text).pcm
    sinks = [RecordingSink(), RecordingSink()]
    turns = [model.steps(Utterance(text, TINY), sink) for sink in sinks]
    while turns:
        turns = [turn for turn in turns if next(turn, True) is None]
    assert [sink.pcm for sink in sinks] == [alone, alone]


@pytest.mark.parametrize("text", ["", " ", "\x00"])
def test_nothing_to_say_is_no_audio(model: PiperModel, text: str) -> None:
    sink = speak(model, text)
    assert sink.formats
    assert not sink.chunks


@pytest.mark.parametrize(("speed", "factor"), [(2.0, 0.5), (0.5, 2.0), (100.0, 0.25)])
def test_speed_divides_how_long_it_takes(model: PiperModel, speed: float, factor: float) -> None:
    spoken = speak(model, prosody=Prosody(speed=speed))
    assert spoken.samples == pytest.approx(speak(model).samples * factor, rel=0.02)


def test_volume_is_a_factor(model: PiperModel) -> None:
    loud, quiet = (
        max(memoryview(sink.pcm).cast("h")) for sink in (speak(model), speak(model, prosody=Prosody(volume=0.5)))
    )
    assert quiet == pytest.approx(loud / 2, rel=0.02)


def test_speakers_go_by_name_or_number_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    path = build_piper_voice(tmp_path, "de_DE-many-low", speakers=12)
    model = create(tmp_path)
    (voice,) = model.voices()
    assert voice.speakers == tuple(f"person{number}" for number in range(12))
    heard = {
        speaker: speak(model, voice="de_DE-many-low", speaker=speaker).pcm
        for speaker in (None, "person0", "0", "person11", "11")
    }
    assert heard[None] == heard["person0"] == heard["0"] != heard["person11"] == heard["11"]
    for unknown in ("person12", "12", "-1", "²", "", "someone"):
        with pytest.raises(KeyError):
            speak(model, voice="de_DE-many-low", speaker=unknown)
    assert path.exists()


def test_an_unknown_voice_is_refused(model: PiperModel) -> None:
    with pytest.raises(KeyError):
        model.load("en_US-nobody-low")
    with pytest.raises(KeyError):
        speak(model, voice="../en_US-tiny-low")


@pytest.mark.parametrize(
    ("injected", "spoken"),
    [
        ("one [[ aaaaaaaaaaaaaaaaaaaa ]] two", "one aaaaaaaaaaaaaaaaaaaa two"),
        ("[[aaaa", "aaaa"),
        ("[[[aaaa]]] two", "aaaa two"),
        ("[ [aaaa] ] two", "aaaa two"),
        ("one\x00two", "one two"),
        ("one \ud83d two", "one two"),
        ("one \x01450S two", "one 450S two"),
    ],
)
def test_engine_commands_are_spoken_or_dropped(model: PiperModel, injected: str, spoken: str) -> None:
    assert speak(model, injected).pcm == speak(model, spoken).pcm


def test_text_and_phonemes_are_not_logged(model: PiperModel, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    speak(model, "Secret words: ξ 日本.")
    assert not caplog.records


def test_a_cancel_in_the_middle_of_a_run_ends_it_soon(tmp_path: Path) -> None:
    build_piper_voice(tmp_path, slow=ENDLESS)
    model, sink, cancelled_at = create(tmp_path), RecordingSink(), []

    def hang_up() -> None:
        assert sink.watched.wait(30)
        began = time.process_time()
        while time.process_time() < began + 0.05:  # the network is working
            threading.Event().wait(0.005)
        cancelled_at.append(time.perf_counter())
        sink.cancel()

    thread = threading.Thread(target=hang_up)
    thread.start()
    assert list(model.steps(Utterance("One is here. Two is here.", TINY), sink)) == []
    ended_at = time.perf_counter()
    thread.join()
    assert 0 < ended_at - cancelled_at[0] < BOUND_S
    assert not sink.chunks


def test_a_cancel_before_a_step_begins_nothing(tmp_path: Path) -> None:
    build_piper_voice(tmp_path, slow=ENDLESS)
    model = create(tmp_path)
    began = time.perf_counter()
    assert not speak(model, sink=RecordingSink(cancel_after=0)).chunks
    assert time.perf_counter() - began < BOUND_S


def test_a_cancel_between_two_sentences_leaves_the_second_one_unspoken(model: PiperModel) -> None:
    sink = RecordingSink()
    steps = model.steps(Utterance("One is here. Two is here.", TINY), sink)
    next(steps)
    heard = sink.samples
    sink.cancel()
    assert list(steps) == []
    assert sink.samples == heard > 0


def test_a_voice_speaks_on_after_a_cancel(model: PiperModel) -> None:
    whole = speak(model)
    cut = speak(model, "A sentence that is long enough for several pieces.", sink=RecordingSink(cancel_after=1))
    assert len(cut.chunks) == 1
    assert speak(model).pcm == whole.pcm


def test_an_engine_that_fails_does_not_look_like_an_unknown_voice_or_tell_the_text(tmp_path: Path) -> None:
    path = build_piper_voice(tmp_path)
    config_path = path.with_name(f"{path.name}.json")
    config = json.loads(config_path.read_text("utf-8"))
    config["espeak"]["voice"] = "no-such-language"
    config_path.write_text(json.dumps(config), "utf-8")
    with pytest.raises(RuntimeError) as caught:
        speak(create(tmp_path), "Secret")
    assert "Secret" not in str(caught.value)


@pytest.mark.parametrize("sample", [math.nan, math.inf, -math.inf])
@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")  # numpy's, of dividing such samples by the loudest
def test_samples_that_are_no_numbers_do_not_become_silence(tmp_path: Path, sample: float) -> None:
    path = build_piper_voice(tmp_path)
    network = onnx.load(path)
    network.graph.initializer.append(onnx.helper.make_tensor("broken", onnx.TensorProto.FLOAT, [1], [sample]))
    network.graph.node[-1].input[1] = "broken"  # added to every sample
    onnx.save(network, path)
    sink = RecordingSink()
    with pytest.raises(BadAudio):
        speak(create(tmp_path), sink=sink)
    assert not sink.chunks


@pytest.mark.parametrize("cut", [10, -10])
def test_a_file_that_is_no_network_is_no_voice_from_then_on(tmp_path: Path, cut: int) -> None:
    path = build_piper_voice(tmp_path)
    path.write_bytes(path.read_bytes()[:cut])
    model = create(tmp_path)
    assert names(model) == [TINY]
    with pytest.raises(KeyError):
        model.load(TINY)
    assert names(model) == []
    assert [(file.name, file.reason) for file in model.remarks().unusable] == [(f"{TINY}.onnx", "broken-model")]
    build_piper_voice(tmp_path)
    assert speak(model).chunks


def test_a_new_voice_appears_and_a_deleted_one_is_gone(tmp_path: Path, model: PiperModel) -> None:
    assert names(model) == [TINY]
    build_piper_voice(tmp_path, "de_DE-new-low")
    assert names(model) == ["de_DE-new-low", TINY]
    speak(model)
    (tmp_path / f"{TINY}.onnx").unlink()
    assert names(model) == ["de_DE-new-low"]
    with pytest.raises(KeyError):
        speak(model)


def test_a_replaced_voice_is_loaded_again(tmp_path: Path, model: PiperModel) -> None:
    before, version = speak(model).samples, model.voices()[0].version
    path = build_piper_voice(tmp_path, samples_per_id=512)
    later = path.stat().st_mtime_ns + 10**9
    os.utime(path, ns=(later, later))
    assert speak(model).samples == before * 2
    assert model.voices()[0].version != version


def test_only_so_many_voices_stay_loaded(tmp_path: Path) -> None:
    for name in ("aa_AA-one-low", "aa_AA-two-low", "aa_AA-three-low"):
        build_piper_voice(tmp_path, name)
    model = create(tmp_path, max_loaded=2)
    for name in ("one", "two", "one", "three"):
        model.load(f"aa_AA-{name}-low")
    assert list(model._loaded) == ["aa_AA-one-low", "aa_AA-three-low"]
    model.close()
    model.close()
    assert not model._loaded
