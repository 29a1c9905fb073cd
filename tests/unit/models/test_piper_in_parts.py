"""Piper voices that are spoken below the sentence, through the model as its worker sees it."""

from __future__ import annotations

import json
import threading
import zlib
from typing import TYPE_CHECKING

import numpy as np
import onnx
import pytest

from tests.fakes.clock import FakeClock
from tests.fakes.piper_voice import build_piper_voice
from tests.fakes.sink import RecordingSink
from tests.fakes.vits_voice import GLOBAL, HOP, SYMBOLS, build_vits_voice
from wyoming_tts.errors import BadAudio
from wyoming_tts.models.piper import PiperModel
from wyoming_tts.models.piper_network import CutNetwork, WholeNetwork
from wyoming_tts.models.vits_cutter import main
from wyoming_tts.models.vits_store import NO_ONNX, OTHER_NETWORK, PartsStore, Trial, Uncut
from wyoming_tts.models.windows import FIRST_FRAMES
from wyoming_tts.speech.prosody import NATURAL, Prosody
from wyoming_tts.speech.utterance import Utterance

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

VOICE = "en_US-vits-low"
RATE = 16000
TEXT = "The lamp in the hall has failed again. Please look for a new one, or ask somebody!"
WITHIN_S = 30


def here(voice: Path, folder: Path, trial: Trial) -> int:
    return main([str(voice), str(folder), str(trial.symbols), str(trial.speakers)])


def cut_beforehand(tmp_path: Path, **voice: object) -> Path:
    path = build_vits_voice(tmp_path / "voices", **voice)  # type: ignore[arg-type]
    speakers = int(str(voice.get("speakers", 1)))
    PartsStore(tmp_path / "parts", cut=here).make(path, Trial(SYMBOLS, speakers))
    return path


def model_of(tmp_path: Path) -> PiperModel:
    return PiperModel([tmp_path / "voices"], threads=1, parts=tmp_path / "parts", cut=here)


def speak(
    model: PiperModel,
    text: str = TEXT,
    *,
    sink: RecordingSink | None = None,
    speaker: str | None = None,
    prosody: Prosody = NATURAL,
) -> RecordingSink:
    sink = sink or RecordingSink()
    for _ in model.steps(Utterance(text, VOICE, speaker=speaker, prosody=prosody), sink):
        pass
    return sink


def samples(sink: RecordingSink) -> np.ndarray:
    return np.frombuffer(sink.pcm, np.int16).astype(np.int32)


@pytest.fixture
def model(tmp_path: Path) -> Iterator[PiperModel]:
    cut_beforehand(tmp_path)
    model = model_of(tmp_path)
    model.load(VOICE)
    assert isinstance(model._loaded[VOICE].network, CutNetwork)
    yield model
    model.close()


def test_in_parts_and_whole_a_voice_sounds_the_same_and_as_loud(tmp_path: Path, model: PiperModel) -> None:
    whole = PiperModel([tmp_path / "voices"], threads=1, cut=lambda *_: 1)
    expected, heard = samples(speak(whole)), samples(speak(model))
    assert isinstance(whole._loaded[VOICE].network, WholeNetwork)
    assert heard.shape == expected.shape
    assert np.abs(heard - expected).max() <= 2
    assert 1000 < np.abs(heard).max() < 32767, "as the network makes it, and no louder"


def test_the_first_window_is_small_and_leaves_before_the_rest_is_made(model: PiperModel) -> None:
    sink = RecordingSink()
    sizes = [sink.samples for _ in model.steps(Utterance(TEXT, VOICE), sink)]
    assert sizes[:2] == [0, FIRST_FRAMES * HOP], "the text is a step of its own"
    assert len(sizes) > 5
    assert sizes == sorted(sizes)


def test_a_speaker_has_his_own_voice_and_his_own_pace(tmp_path: Path) -> None:
    cut_beforehand(tmp_path, speakers=3)
    model = model_of(tmp_path)
    one, two, first = (speak(model, speaker=name).pcm for name in ("person1", "person2", None))
    assert isinstance(model._loaded[VOICE].network, CutNetwork)
    assert len({one, two, first}) == 3
    assert first == speak(model, speaker="0").pcm


def test_words_have_times_and_a_sentence_begins_where_its_sound_begins(model: PiperModel) -> None:
    first, second = "The lamp in the hall has failed again.", "Please look for a new one, or ask somebody!"
    spoken = speak(model, f"{first} {second}")
    marked = [TEXT[mark.offset :].split(maxsplit=1)[0] for mark in spoken.marks]
    rest = iter(TEXT.split())
    assert all(word in rest for word in marked), "in order, none twice"
    assert len(marked) >= len(TEXT.split()) - 3, "`in the` and `for a` are said in one breath"
    times = [mark.at_s for mark in spoken.marks]
    assert times == sorted(times)
    assert times[0] == 0.0
    assert times[-1] < spoken.samples / RATE
    border = next(mark for mark in spoken.marks if mark.offset == len(first) + 1)
    assert border.at_s == speak(model, first).samples / RATE


def test_every_word_has_a_time_of_its_own(model: PiperModel) -> None:
    spoken = speak(model, "one two three four")
    assert [mark.offset for mark in spoken.marks] == [0, 4, 8, 14]
    gaps = np.diff([mark.at_s for mark in spoken.marks])
    assert (gaps > 0.01).all()
    assert all((mark.at_s * RATE) % HOP == 0 for mark in spoken.marks)


def test_the_speed_changes_the_times_with_the_sound(model: PiperModel) -> None:
    natural, slow = speak(model), speak(model, prosody=Prosody(speed=0.5))
    assert slow.samples > 1.6 * natural.samples
    assert slow.marks[-1].at_s > 1.6 * natural.marks[-1].at_s


def test_what_is_left_out_of_the_text_moves_no_word(model: PiperModel) -> None:
    plain, bracketed = speak(model, "   one two three"), speak(model, "[[ one\x00two three")
    assert bracketed.pcm == plain.pcm
    assert [mark.offset - 3 for mark in bracketed.marks] == [mark.offset - 3 for mark in plain.marks] == [0, 4, 8]


def test_where_phonemes_are_characters_words_are_marked_too(tmp_path: Path) -> None:
    cut_beforehand(tmp_path, phoneme_type="text")
    spoken = speak(model_of(tmp_path), " one  two three")
    assert [mark.offset for mark in spoken.marks] == [1, 6, 10]


def test_whole_sentences_have_no_times(tmp_path: Path) -> None:
    build_piper_voice(tmp_path / "voices", VOICE)
    assert speak(model_of(tmp_path)).marks == []


def test_four_thousand_characters_without_a_stop_begin_as_soon_as_few(model: PiperModel) -> None:
    sink = RecordingSink()
    text = "many words without an end " * 160
    sizes = [sink.samples for _ in model.steps(Utterance(text, VOICE), sink)]
    assert sizes[:2] == [0, FIRST_FRAMES * HOP]
    offsets = [mark.offset for mark in sink.marks]
    assert offsets == sorted(set(offsets))
    assert len(offsets) > 0.7 * len(text.split())


def test_two_utterances_may_take_turns_within_a_sentence(model: PiperModel) -> None:
    alone = speak(model).pcm
    sinks = [RecordingSink(alone=False), RecordingSink(alone=False)]
    turns = [model.steps(Utterance(TEXT, VOICE), sink) for sink in sinks]
    while turns:
        turns = [turn for turn in turns if next(turn, True) is None]
    for sink in sinks:
        assert np.abs(samples(sink) - np.frombuffer(alone, np.int16)).max() <= 2


def test_a_cancel_between_two_windows_ends_it(model: PiperModel) -> None:
    sink = RecordingSink(cancel_after=2)
    speak(model, sink=sink)
    assert len(sink.chunks) == 2
    assert speak(model).samples > sink.samples


def test_every_run_of_every_part_can_be_stopped_in_the_middle(model: PiperModel) -> None:
    class Counting(RecordingSink):
        stops = 0

        def on_cancel(self, stop: Callable[[], None]) -> None:
            self.stops += 1
            super().on_cancel(stop)

    sink = Counting()
    steps = len(list(model.steps(Utterance("One sentence only.", VOICE), sink)))
    assert sink.stops > steps, "one for the text, one or two for each window"


def test_samples_that_are_no_numbers_are_refused(tmp_path: Path) -> None:
    path = build_vits_voice(tmp_path / "voices")
    PartsStore(tmp_path / "parts", cut=here).make(path, Trial(SYMBOLS, 1))
    (parts,) = (tmp_path / "parts").iterdir()
    network = onnx.load(parts / "decoder.onnx")
    bias = next(known for known in network.graph.initializer if known.name == "dec.conv_post.bias")
    bias.raw_data = np.array([np.nan], np.float32).tobytes()
    onnx.save(network, parts / "decoder.onnx")
    made = json.loads((parts / "made.json").read_text())
    made["sums"]["decoder.onnx"] = zlib.crc32((parts / "decoder.onnx").read_bytes())
    (parts / "made.json").write_text(json.dumps(made))
    sink = RecordingSink()
    with pytest.raises(BadAudio):
        speak(model_of(tmp_path), sink=sink)
    assert not sink.chunks


def test_a_voice_speaks_whole_until_it_is_cut_and_then_in_parts(tmp_path: Path) -> None:
    build_vits_voice(tmp_path / "voices")
    let_go = threading.Event()

    def later(voice: Path, folder: Path, trial: Trial) -> int:
        assert let_go.wait(WITHIN_S)
        return here(voice, folder, trial)

    model = PiperModel([tmp_path / "voices"], threads=1, parts=tmp_path / "parts", cut=later)
    whole = speak(model)
    assert model.remarks().marked == ()
    let_go.set()
    assert model.cutting.wait(WITHIN_S)
    assert model.remarks().marked == (VOICE,)
    parts = speak(model)
    assert len(parts.marks) > len(whole.marks) == 0
    assert np.abs(samples(parts) - samples(whole)).max() <= 2
    assert isinstance(model._loaded[VOICE].network, CutNetwork)


def test_why_a_voice_is_not_cut_is_told_and_forgotten_with_the_file(tmp_path: Path) -> None:
    build_vits_voice(tmp_path / "voices", broken=GLOBAL)
    build_piper_voice(tmp_path / "voices", "en_US-tone-low")
    model = model_of(tmp_path)
    for name in (VOICE, "en_US-tone-low"):
        model.load(name)
    assert model.cutting.wait(WITHIN_S)
    told = [(file.name, file.reason) for file in model.remarks().whole]
    assert told == [("en_US-tone-low.onnx", OTHER_NETWORK), (f"{VOICE}.onnx", OTHER_NETWORK)]
    cut_beforehand(tmp_path)
    model.voices()
    model.load(VOICE)
    assert [file.name for file in model.remarks().whole] == ["en_US-tone-low.onnx"]


@pytest.mark.parametrize("problem", ["no onnx", "no disk", "no time"])
def test_whatever_keeps_a_voice_from_being_cut_it_speaks(tmp_path: Path, problem: str) -> None:
    def failing(*_: object) -> int:
        if problem == "no onnx":
            raise Uncut(NO_ONNX)
        if problem == "no disk":
            raise OSError(28, "no space left on device")
        return -1

    build_vits_voice(tmp_path / "voices")
    model = PiperModel([tmp_path / "voices"], threads=1, parts=tmp_path / "parts", cut=failing)
    assert speak(model).chunks
    assert model.cutting.wait(WITHIN_S)
    assert len(model.remarks().whole) == 1
    assert speak(model).chunks


def test_the_clock_that_is_given_tells_how_long_a_window_takes(tmp_path: Path) -> None:
    cut_beforehand(tmp_path)
    clock = FakeClock()
    model = PiperModel([tmp_path / "voices"], threads=1, parts=tmp_path / "parts", now=clock.now)
    speak(model)
    assert model._loaded[VOICE].pace.frame_s == 0.0
