"""A process that remembers something, says so, and waits to be killed: `python -m tests.servers.store_writer`.

Its arguments: the data directory, the text of a request that fails, and `keep` where the owner wants such texts kept.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from wyoming_tts.errors import NoAudio, ProviderUnavailable
from wyoming_tts.store import dead_letters, ledger
from wyoming_tts.store.budget import Budget
from wyoming_tts.store.database import DATABASE_NAME, Database
from wyoming_tts.store.dead_letters import DeadLetters
from wyoming_tts.store.ledger import Ledger
from wyoming_tts.store.text_hash import KEY_NAME, TextHashes, kept_key
from wyoming_tts.synthesis.dead_letter_box import StoredDeadLetterBox
from wyoming_tts.synthesis.record import RequestRecord
from wyoming_tts.telemetry.clock import SystemClock

BUDGET = Budget(characters_per_day=100, price_per_1000_characters=0.3)
SPENT_CHARS = 60
SCHEMAS = (ledger.SCHEMA, dead_letters.SCHEMA)


async def main(data_dir: Path, text: str, *, keep: bool) -> None:
    database = Database(data_dir / DATABASE_NAME, SCHEMAS)
    await database.open()
    await Ledger(database).reserve("cloud", SPENT_CHARS, BUDGET)
    letters = DeadLetters(database, max_count=100, max_days=30, max_bytes=10**7)
    record = RequestRecord(SystemClock(), "r1", "10.0.0.5", "espeak/en-us", 0.0, chars=len(text))
    hashed = TextHashes(await asyncio.to_thread(kept_key, data_dir / KEY_NAME)).begin()
    hashed.update(text)
    failures = (ProviderUnavailable("refused", provider="cloud"), NoAudio(provider="espeak"))
    await StoredDeadLetterBox(letters).keep(record, failures, text if keep else None, hashed.hexdigest())
    sys.stdout.write("written\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2], keep="keep" in sys.argv[3:]))
