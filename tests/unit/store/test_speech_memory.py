"""Speech in memory: what was heard last, in so many bytes."""

from __future__ import annotations

from wyoming_tts.speech.audio import AudioFormat, Mark
from wyoming_tts.store.speech_memory import Made, SpeechMemory
from wyoming_tts.store.stored_speech import MARK_MEMORY_BYTES, StoredSpeech


def made(size: int, at: float = 0.0) -> Made:
    return Made(StoredSpeech(AudioFormat(16_000), bytes(size)), at)


def held(memory: SpeechMemory) -> str:
    return "".join(name for name in "abcdefgh" if name.encode() in memory)


def test_what_was_not_heard_for_the_longest_goes_first() -> None:
    memory = SpeechMemory(100)
    for name in (b"a", b"b", b"c", b"d"):
        memory.put(name, made(25))
    assert (held(memory), memory.bytes) == ("abcd", 100)
    assert memory.get(b"a") is not None
    memory.put(b"e", made(20))
    assert (held(memory), memory.bytes) == ("acde", 95)
    memory.put(b"f", made(25))
    assert held(memory) == "adef"


def test_one_in_place_of_another_counts_once() -> None:
    memory = SpeechMemory(100)
    memory.put(b"a", made(25))
    memory.put(b"a", made(10, at=5.0))
    assert (len(memory), memory.bytes, memory.made_at(b"a")) == (1, 10, 5.0)
    memory.drop(b"a")
    memory.drop(b"a")
    assert (len(memory), memory.bytes, memory.made_at(b"a"), memory.get(b"a")) == (0, 0, None, None)


def test_what_would_drive_out_all_others_is_not_remembered() -> None:
    memory = SpeechMemory(100)
    memory.put(b"a", made(25))
    memory.put(b"b", made(26))
    assert held(memory) == "a"
    SpeechMemory(0).put(b"a", made(1))


def test_what_is_to_be_spared_stays() -> None:
    memory = SpeechMemory(100)
    for name in (b"a", b"b", b"c", b"d"):
        memory.put(name, made(25))
    memory.put(b"e", made(25), spare={b"a", b"b"})
    assert held(memory) == "abde"
    memory.put(b"f", made(25), spare={b"a", b"b", b"d", b"e"})
    assert held(memory) == "abde"


def test_marks_are_counted() -> None:
    memory = SpeechMemory(10_000)
    memory.put(b"a", Made(StoredSpeech(AudioFormat(16_000), b"1234", (Mark(0, 0.0), Mark(1, 0.5))), 0.0))
    assert memory.bytes == 4 + 2 * MARK_MEMORY_BYTES
