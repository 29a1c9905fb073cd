"""The name under which this installation is announced, the same for ever.

Home Assistant takes another name for another device, and the network allows each name only once.
"""

from __future__ import annotations

import os
import re
import uuid
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

FILE_NAME = "instance-id"
ID = re.compile(r"[0-9a-f]{12}")


def instance_name(data_dir: Path) -> str:
    """Return `wyoming-tts-<id>`; the id is made on the first start and kept in the data directory. Blocks briefly.

    Where nothing can be kept, the id follows from the machine's network hardware: two such servers on one machine
    would collide, but a restart does not make a new device.
    """
    path = data_dir / FILE_NAME
    try:
        id_ = _stored(path) or _store(path, uuid.uuid4().hex[:12])
    except OSError:
        id_ = uuid.uuid5(uuid.NAMESPACE_OID, str(uuid.getnode())).hex[:12]
    return f"wyoming-tts-{id_}"


def _stored(path: Path) -> str | None:
    try:
        text = path.read_text("ascii").strip()
    except (FileNotFoundError, UnicodeDecodeError):
        return None
    return text if ID.fullmatch(text) else None


def _store(path: Path, id_: str) -> str:
    """Write the id in one step; return the one that is there in the end, another process may have been quicker."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}.{id_}")
    try:
        draft.write_text(f"{id_}\n", "ascii")
        with suppress(FileExistsError):
            os.link(draft, path)
            return id_
        if (winner := _stored(path)) is not None:
            return winner
        draft.replace(path)
        return id_
    finally:
        draft.unlink(missing_ok=True)
