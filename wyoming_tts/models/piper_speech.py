"""One utterance of a Piper voice, from its text to PCM with word times."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from wyoming_tts.audio.frames import pieces
from wyoming_tts.errors import BadAudio
from wyoming_tts.models.piper_pieces import pieces_of
from wyoming_tts.models.plain_text import plain
from wyoming_tts.models.stoppable import Stopped
from wyoming_tts.models.vits_network import SCALES
from wyoming_tts.models.word_times import WordTimes
from wyoming_tts.speech.audio import AudioFormat, Mark

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from wyoming_tts.models.base import Sink
    from wyoming_tts.models.piper_network import Network, Stretch
    from wyoming_tts.models.piper_phonemes import PiperPhonemes
    from wyoming_tts.models.piper_pieces import Piece
    from wyoming_tts.models.vits_network import Feed
    from wyoming_tts.models.windows import Windows
    from wyoming_tts.speech.utterance import Utterance

FRAMES_PER_PIECE = 4096
# A sentence at a tenth of its speed would take ten times the memory.
SLOWEST, FASTEST = 0.25, 4.0
LOUDEST = 32767.0
# `[[...]]` is Piper's notation for raw phonemes; brackets are never spoken, so all of them go.
_BRACKETS = re.compile(r"[\[\]]")


class PiperSpeech:
    """Speaks one utterance into its sink."""

    def __init__(self, voice: PiperPhonemes, utterance: Utterance, speaker: int | None, sink: Sink) -> None:
        config = voice.config
        length = config.length_scale / min(max(utterance.prosody.speed, SLOWEST), FASTEST)
        self._voice = voice
        self._text = _BRACKETS.sub(" ", plain(utterance.text))
        self._volume = utterance.prosody.volume
        self._scales = np.array([config.noise_scale, length, config.noise_w_scale], np.float32)
        self._speaker = speaker if speaker is not None else config.default_speaker_id
        self._format = AudioFormat(config.sample_rate)
        self._sink = sink
        self._samples = 0
        self._marked_to = -1

    def steps(self, network: Network, windows: Windows) -> Iterator[None]:
        """Speak, one step after the other; ends early where the sink is cancelled.

        Raises RuntimeError where the engine fails, BadAudio where it makes no numbers.
        """
        self._sink.open(self._format)
        stretches = self._stretches(network, windows)
        while not self._sink.cancelled:
            try:
                stretch = next(stretches, None)
            except Stopped:
                return
            except Exception as error:
                # A KeyError or ValueError of the engine's own would pass for an unknown voice or an unfit text.
                raise RuntimeError("Piper failed to speak") from error
            if stretch is None:
                return
            self._emit(*stretch)
            yield

    def _stretches(self, network: Network, windows: Windows) -> Iterator[tuple[Stretch, list[Mark]]]:
        """Yield all the sound, and the word times that are known by then."""
        sentences = self._voice.phonemize(self._text)
        words = WordTimes(self._text, sentences, self._voice.alone)
        for number, phonemes in enumerate(sentences):
            for piece in pieces_of(phonemes, self._voice.config.phoneme_id_map):
                begun, told = self._samples, False
                for stretch in network.stretches(self._feed(piece), windows, self._sink):
                    marks: list[Mark] = []
                    if stretch.ends is None or not len(stretch.samples) or told or not self._voice.tells_words:
                        pass
                    elif self._samples == 0 and not stretch.last:
                        # Finding all the words takes milliseconds, for which nobody should wait in silence.
                        marks.append(Mark(words.first, 0.0))
                    else:
                        marks, told = self._marks(words, number, piece, begun, stretch.ends), True
                    yield stretch, [mark for mark in marks if self._is_news(mark)]

    def _is_news(self, mark: Mark) -> bool:
        """Whether this is a later word than all before; takes note of it."""
        news, self._marked_to = mark.offset > self._marked_to, max(mark.offset, self._marked_to)
        return news

    def _feed(self, piece: Piece) -> Feed:
        ids = np.array([piece.ids], np.int64)
        feed: Feed = {"input": ids, "input_lengths": np.array([ids.shape[1]], np.int64), SCALES: self._scales}
        if self._voice.config.num_speakers > 1:
            feed["sid"] = np.array([self._speaker], np.int64)
        return feed

    def _marks(self, words: WordTimes, number: int, piece: Piece, begun: int, ends: NDArray[np.int64]) -> list[Mark]:
        """Return a mark for the beginning of the sentence, and for each word whose time is known."""
        marks = [Mark(words.not_after((number, 0)), begun / self._format.rate)] if piece.first else []
        for group, index in piece.words:
            offset = words.offset((number, group))
            if offset is not None and (group or not piece.first):
                marks.append(Mark(offset, (begun + int(ends[index - 1])) / self._format.rate))
        return marks

    def _emit(self, stretch: Stretch, marks: list[Mark]) -> None:
        samples = stretch.samples
        # As integers they would be silence.
        if not np.isfinite(samples).all():
            raise BadAudio("not numbers", provider="piper")
        loud = np.clip(samples * np.float32(self._volume * LOUDEST), -LOUDEST, LOUDEST)
        for piece in pieces(loud.astype(np.int16).tobytes(), self._format, frames=FRAMES_PER_PIECE):
            if self._sink.cancelled:
                return
            self._sink.emit(piece, marks)
            marks = []
        self._samples += len(samples)
