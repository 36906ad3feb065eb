"""Hides secrets on the screen, by the rules of `core.masking`."""

from core.masking import MASK, is_secret, masked, masked_text, masked_windows

__all__ = ["MASK", "is_secret", "masked", "masked_text", "masked_windows"]
