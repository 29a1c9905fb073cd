"""What the server lists about voices, the model and the account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wyoming_tts.errors import ProviderError, ProviderUnavailable

if TYPE_CHECKING:
    from wyoming_tts.net.api_client import ApiClient

PAGE_VOICES = 100
"""The most that the API gives at once."""
MOST_PAGES = 100


async def voice_entries(api: ApiClient) -> list[Any]:
    """Return what every page of the account's voices holds; raises ProviderError."""
    entries: list[Any] = []
    token, seen = "", {""}
    for _ in range(MOST_PAGES):
        query = {"page_size": str(PAGE_VOICES)} | ({"next_page_token": token} if token else {})
        page = await api.json("GET", "v2/voices", query=query)
        listed = page.get("voices") if isinstance(page, dict) else None
        if not isinstance(listed, list):
            raise ProviderUnavailable("no list of voices came; check its address", provider=api.provider)
        entries += listed
        token = str(page.get("next_page_token") or "") if page.get("has_more") else ""
        if token in seen:
            break
        seen.add(token)
    return entries


async def if_permitted(api: ApiClient, path: str) -> Any:
    """Return what is listed there, None where it cannot be had: the key may lack the right, and one can do without."""
    try:
        return await api.json("GET", path)
    except ProviderError:
        return None
