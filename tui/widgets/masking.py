"""Secrets on the screen are hidden as they are everywhere; see `core.masking`."""

from __future__ import annotations

from core.masking import MASK, hides, is_secret, masked, masked_text

__all__ = ["MASK", "hides", "is_secret", "masked", "masked_text"]
