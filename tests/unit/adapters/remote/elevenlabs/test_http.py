"""Speaking by HTTP: what is asked, and what is learned from refusals."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes.elevenlabs_cloud import cloud
from tests.servers.elevenlabs_speech import Times
from wyoming_tts.errors import ProviderUnavailable, UtteranceRejected
from wyoming_tts.speech.prosody import Prosody

WORD_BYTES = 11_520


async def test_words_are_marked_and_all_is_heard() -> None:
    async with cloud() as subject:
        said = await subject.say("One small step.")
        assert len(said.pcm) == 3 * WORD_BYTES
        assert [mark.offset for mark in said.marks] == [0, 4, 10]
        assert [mark.at_s for mark in said.marks] == pytest.approx([0.0, 0.24, 0.48], abs=0.01)
        assert subject.adapter.capabilities.marks


async def test_the_body_says_what_the_utterance_and_the_owner_say() -> None:
    manner = {"similarity_boost": 0.9, "style": 0.5, "use_speaker_boost": False}
    settings: dict[str, Any] = {**manner, "enable_logging": False, "apply_text_normalization": "on"}
    async with cloud(**settings) as subject:
        await subject.say(
            "Guten Tag.",
            language="de-AT",
            previous_text="Vorher.",
            next_text="Nachher.",
            prosody=Prosody(speed=0.1),
            seed=2**40 + 5,
        )
        assert subject.bodies() == [
            {
                "text": "Guten Tag.",
                "model_id": "eleven_flash_v2_5",
                "apply_text_normalization": "on",
                "voice_settings": {"similarity_boost": 0.9, "use_speaker_boost": False, "speed": 0.7},
                "language_code": "de",
                "seed": 5,
                "previous_text": "Vorher.",
                "next_text": "Nachher.",
            }
        ]
        assert subject.fake.asked[-1].query == {"output_format": "pcm_24000", "enable_logging": "false"}


async def test_much_text_around_is_not_sent() -> None:
    async with cloud() as subject:
        await subject.say("Now.", previous_text="x" * 9_000, next_text="y" * 9_000)
        assert (len(subject.bodies()[0]["previous_text"]), len(subject.bodies()[0]["next_text"])) == (500, 500)


async def test_a_model_without_times_is_not_asked_for_them_again() -> None:
    async with cloud() as subject:
        subject.fake.times = Times.NEVER
        for _ in range(2):
            said = await subject.say("One small step.")
            assert (len(said.pcm), said.marks) == (3 * WORD_BYTES, [])
        assert not subject.adapter.capabilities.marks
        assert [asked.path.rsplit("/")[-1] for asked in subject.fake.asked[-2:]] == ["with-timestamps", "stream"]


async def test_a_server_without_times_is_asked_without() -> None:
    async with cloud() as subject:
        subject.fake.has_timestamps = False
        for _ in range(2):
            assert len((await subject.say("One small step.")).pcm) == 3 * WORD_BYTES
        asked = [asked.path.rsplit("/")[-1] for asked in subject.fake.asked if asked.method == "POST"]
        assert asked == ["with-timestamps", "stream", "stream"]


async def test_a_server_that_speaks_by_neither_address_for_a_while_is_asked_for_times_again() -> None:
    async with cloud() as subject:
        subject.fake.has_speech = False
        with pytest.raises(ProviderUnavailable):
            await subject.say()
        subject.fake.has_speech = True
        assert [mark.offset for mark in (await subject.say("One small step.")).marks] == [0, 4, 10]
        asked = [asked.path.rsplit("/")[-1] for asked in subject.fake.asked if asked.method == "POST"]
        assert asked == ["with-timestamps", "stream", "with-timestamps"]


async def test_the_owner_may_do_without_times() -> None:
    async with cloud(word_times=False) as subject:
        assert not subject.adapter.capabilities.marks
        await subject.say()
        assert subject.fake.asked[-1].path.endswith("/stream")


async def test_mp3_is_decoded() -> None:
    pytest.importorskip("av")
    async with cloud(word_times=False, output_format="mp3_44100_128") as subject:
        said = await subject.say("One small step.")
        assert said.format.rate == 44_100
        assert said.seconds == pytest.approx(0.72, abs=0.1)


async def test_a_format_of_the_owners_that_is_refused_is_not_replaced() -> None:
    async with cloud(output_format="pcm_44100") as subject:
        for _ in range(2):
            with pytest.raises(UtteranceRejected):
                await subject.say()
        assert {asked.query["output_format"] for asked in subject.fake.asked if asked.method == "POST"} == {"pcm_44100"}


async def test_the_best_format_is_given_up_after_one_refusal() -> None:
    async with cloud(start=False) as subject:
        subject.fake.rights -= {"user_read"}
        await subject.adapter.start()
        for _ in range(3):
            await subject.say("Hi.")
        asked = [asked.query["output_format"] for asked in subject.fake.asked if asked.method == "POST"]
        assert asked == ["pcm_44100", "pcm_24000", "pcm_24000", "pcm_24000"]


async def test_a_plan_that_has_the_best_format_gets_it() -> None:
    async with cloud(start=False) as subject:
        subject.fake.subscription["tier"] = "scale"
        subject.fake.formats_refused = set()
        await subject.adapter.start()
        assert (await subject.say("Hi.")).format.rate == 44_100


async def test_credits_are_asked_for_and_counted_down() -> None:
    async with cloud() as subject:
        left = []
        for _ in range(2):
            await subject.adapter.refresh()
            for _ in range(2):
                assert subject.adapter.credit is not None
                assert subject.adapter.credit.limit == 100_000
                left.append(subject.adapter.credit.left)
                await subject.say("x" * 9)
        assert left == [99_000, 98_995, 99_000, 98_995]


async def test_credit_is_told_with_what_a_character_of_the_model_costs() -> None:
    for model, per_char in (("eleven_flash_v2_5", 0.5), ("eleven_v3", 1.0)):
        async with cloud(model=model) as subject:
            await subject.say("Hi.")
            assert subject.adapter.credit is not None
            assert subject.adapter.credit.per_char == per_char


async def test_what_the_server_says_that_it_cost_counts() -> None:
    async with cloud() as subject:
        for told, left in (("7", 98_993), ("", 98_991), ("-5", 98_989), ("many", 98_987)):
            subject.adapter._charge("four", told)
            assert subject.adapter.credit is not None
            assert subject.adapter.credit.left == left


async def test_what_it_declares() -> None:
    async with cloud(concurrency=2) as subject:
        capabilities = subject.adapter.capabilities
        assert (capabilities.max_chars, capabilities.concurrency, capabilities.free) == (40_000, 2, False)
        assert (capabilities.free_probe, capabilities.streams, capabilities.local) == (True, True, True)
    async with cloud(start=False, base_url="https://api.elevenlabs.io") as subject:
        assert not subject.adapter.capabilities.local
