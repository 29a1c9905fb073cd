"""How an engine's failure is named on its way to the parent."""

from wyoming_tts.errors import BadAudio
from wyoming_tts.workers.failure import failure_of


def test_bad_audio_stays_bad_audio_and_its_words_stay_behind() -> None:
    for opened in (False, True):
        failure = failure_of(BadAudio("the secret words", provider="p"), opened=opened)
        assert failure.code == BadAudio.code
        assert "secret" not in failure.detail
