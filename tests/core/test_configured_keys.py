"""The keys of this program are masked from the moment that it has read them."""

from __future__ import annotations

from core.config import Config, Secret
from core.engine import Engine
from core.masking import MASK, masked_text


async def test_an_engine_masks_its_keys_in_every_text(config: Config):
    said = "refused grey-heron-123456 and brown-owl-654321"
    assert masked_text(said) == said
    keys = config.replace(taskmanager_api_key=Secret("grey-heron-123456"), youtube_api_key=Secret("brown-owl-654321"))
    async with Engine.open(keys, monitor=False):
        assert masked_text(said) == f"refused {MASK} and {MASK}"
