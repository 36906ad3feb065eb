"""Secrets on the screen are hidden as they are everywhere; see `core.masking`."""

from core.masking import MASK, WINDOW, hides, is_secret, masked, masked_text, masked_windows

__all__ = ["MASK", "WINDOW", "hides", "is_secret", "masked", "masked_text", "masked_windows"]
