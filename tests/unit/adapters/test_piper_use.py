"""Which voices are in use, and what is told of them."""

from __future__ import annotations

from structlog.testing import capture_logs

from wyoming_tts.adapters.local.piper_use import PiperUse
from wyoming_tts.models.base import Remarks
from wyoming_tts.speech.voice_file import UnusableFile
from wyoming_tts.workers.info import WorkerInfo


def test_word_times_are_promised_of_each_voice_that_has_them() -> None:
    use = PiperUse("piper")
    use.note("one")
    assert not use.has_marks("one")
    use.learn(WorkerInfo(remarks=Remarks(marked=("one", "other"))))
    assert use.has_marks("one")
    assert not use.has_marks("two")
    use.learn(WorkerInfo(remarks=Remarks(marked=("two",))))
    assert use.has_marks("two")
    assert use.has_marks("one"), "one that is no longer loaded has its parts on the disk"


def test_the_worker_is_asked_again_until_it_is_known_how_each_voice_is_spoken() -> None:
    use = PiperUse("piper")
    assert not use.curious()
    use.note("one")
    assert use.curious()
    use.learn(WorkerInfo(remarks=Remarks(marked=("one",))))
    assert not use.curious()
    use.note("two")
    assert use.curious()
    use.learn(WorkerInfo(remarks=Remarks(whole=(UnusableFile("two.onnx", "other-network"),))))
    assert not use.curious(), "it will never have parts"


def test_a_voice_that_is_no_longer_spoken_in_parts_has_no_word_times() -> None:
    use = PiperUse("piper")
    use.learn(WorkerInfo(remarks=Remarks(marked=("one",))))
    use.learn(WorkerInfo(remarks=Remarks(whole=(UnusableFile("one.onnx", "other-network"),))))
    assert not use.has_marks("one")


def test_a_voice_that_cannot_be_cut_is_told_once() -> None:
    use = PiperUse("piper")
    with capture_logs() as logs:
        for _ in range(3):
            use.learn(WorkerInfo(remarks=Remarks(whole=(UnusableFile("one.onnx", "other-network"),))))
        use.learn(WorkerInfo(remarks=Remarks(whole=(UnusableFile("one.onnx", "cutting-failed"),))))
    assert [(line["file"], line["reason"]) for line in logs] == [
        ("one.onnx", "other-network"),
        ("one.onnx", "cutting-failed"),
    ]
