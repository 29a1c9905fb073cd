"""A sentence in windows is the same sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tests.fakes.piper_voice import voice_config
from tests.fakes.vits_voice import build_vits_voice
from wyoming_tts.models.piper_phonemes import PiperPhonemes
from wyoming_tts.models.piper_pieces import pieces_of
from wyoming_tts.models.stoppable import StoppableSession
from wyoming_tts.models.vits_cutter import cut
from wyoming_tts.models.vits_network import VitsNetwork
from wyoming_tts.models.vits_speech import VitsSpeech

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from wyoming_tts.models.vits_network import Feed

SAME = 1e-4
SENTENCES = {
    "en_US": "The {} is open. It will rain at {} o'clock; please close the {}! Is the {} still on? Good night, {}.",
    "de_DE": "Die {} ist offen. Um {} Uhr regnet es, bitte {} schließen! Läuft die {} noch? Gute Nacht, {}.",
    "fr_FR": "La {} est ouverte. Il pleut à {} heures, ferme la {} ! Est-ce que la {} marche ? Bonne nuit, {}.",
    "es_ES": "La {} está abierta. Llueve a las {}, cierra la {}. ¿Funciona la {}? Buenas noches, {}.",
    "pl_PL": "{} jest otwarte. O {} będzie padać, zamknij {}! Czy {} jeszcze działa? Dobranoc, {}.",
}
WORDS = (
    ("window", "7", "Garage", "machine", "Anna"),
    ("porte", "21", "cocina", "łódź", "Ivan"),
    ("x", "3", "y", "z", "Bo"),
)


def spoken_sentences() -> Iterator[tuple[int, ...]]:
    for language, pattern in SENTENCES.items():
        phonemes = PiperPhonemes(voice_config(f"{language}-x-low"))
        for words in WORDS:
            for sentence in phonemes.phonemize(pattern.format(*words)):
                for piece in pieces_of(sentence, phonemes.config.phoneme_id_map):
                    yield piece.ids


def feed_of(ids: tuple[int, ...], speaker: int | None, scales: tuple[float, ...] = (0.0, 1.0, 0.0)) -> Feed:
    feed: dict[str, NDArray[Any]] = {
        "input": np.array([ids], np.int64),
        "input_lengths": np.array([len(ids)], np.int64),
        "scales": np.array(scales, np.float32),
    }
    return feed | ({"sid": np.array([speaker], np.int64)} if speaker is not None else {})


def opened(folder: Path, **voice: Any) -> tuple[StoppableSession, VitsNetwork]:
    path = build_vits_voice(folder, **voice)
    cut(path, folder)
    return StoppableSession.open(path, threads=1), VitsNetwork.open(folder, threads=1)


@pytest.mark.parametrize("speakers", [1, 3])
@pytest.mark.parametrize("renamed", [False, True])
def test_windows_equal_the_whole_in_fifty_sentences_of_five_languages(
    tmp_path: Path, speakers: int, *, renamed: bool
) -> None:
    whole, network = opened(tmp_path, speakers=speakers, renamed=renamed, channels=6 if renamed else 10)
    sentences = list(spoken_sentences())
    assert len(sentences) >= 50
    assert min(len(ids) for ids in sentences) > 15
    sizes = np.random.default_rng(1)
    for number, ids in enumerate(sentences):
        feed = feed_of(ids, number % speakers if speakers > 1 else None)
        expected = whole.run(None, feed)[0].reshape(-1)
        speech = VitsSpeech(network, feed, network.encode(feed, np.random.default_rng()))
        windows = []
        while speech.left:
            windows.append(speech.speak(int(sizes.integers(1, 60)), flow_ahead=int(sizes.integers(0, 40))))
        heard = np.concatenate(windows)
        assert heard.shape == expected.shape
        assert np.abs(heard - expected).max() < SAME


def test_the_noise_is_that_of_the_graph_in_strength(tmp_path: Path) -> None:
    """The graph's own noise cannot be foretold; over many frames its size can."""
    _, network = opened(tmp_path)
    ids = next(spoken_sentences())
    calm = network.encode(feed_of(ids, None), np.random.default_rng()).frames
    noisy = [network.encode(feed_of(ids, None, (0.5, 1.0, 0.0)), np.random.default_rng(7)).frames for _ in range(2)]
    silent = network.encode(feed_of(ids, None, (0.0, 1.0, 0.0)), np.random.default_rng(7)).frames
    assert np.array_equal(noisy[0], noisy[1])
    assert np.array_equal(silent, calm)
    more = network.encode(feed_of(ids, None, (1.0, 1.0, 0.0)), np.random.default_rng(7)).frames
    assert np.allclose(more - calm, 2 * (noisy[0] - calm), atol=1e-5)
    assert np.std(noisy[0] - calm) > 0


def test_durations_add_up_to_the_sound(tmp_path: Path) -> None:
    _, network = opened(tmp_path)
    ids = next(spoken_sentences())
    latent = network.encode(feed_of(ids, None, (0.0, 1.7, 0.0)), np.random.default_rng())
    assert len(latent.durations) == len(ids)
    assert latent.durations.sum() == latent.frames.shape[2] == VitsSpeech(network, {}, latent).left
