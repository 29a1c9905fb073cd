"""Where the key goes, by HTTP and by websocket."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.fakes.elevenlabs_cloud import Cloud, cloud

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

TEXT = "Wellington keeps secrets in seven different drawers."


@pytest.fixture(params=["http", "websocket"])
async def subject(request: pytest.FixtureRequest) -> AsyncIterator[Cloud]:
    async with cloud(streamed=request.param == "websocket") as subject:
        yield subject


async def test_the_key_goes_in_a_header_and_nowhere_else(subject: Cloud) -> None:
    await subject.say(TEXT)
    for asked in subject.fake.asked:
        if asked.method != "HEAD":
            assert asked.headers["xi-api-key"] == subject.fake.key
        assert subject.fake.key not in f"{asked.path} {asked.query} {asked.body}"
    assert subject.fake.key not in str(subject.fake.sent)
    assert subject.fake.key not in repr(subject.adapter._settings)
