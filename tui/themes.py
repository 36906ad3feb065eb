"""A theme of our own for those who tell colours apart with difficulty: the colours of Okabe and Ito."""

from __future__ import annotations

from typing import Final

from textual.theme import Theme

SAFE: Final = Theme(
    name="prismq-safe",
    primary="#56B4E9",  # sky blue
    secondary="#009E73",  # bluish green
    accent="#CC79A7",  # reddish purple
    warning="#F0E442",  # yellow
    error="#D55E00",  # vermillion
    success="#009E73",
    foreground="#F2F2F2",
    background="#101010",
    surface="#181818",
    panel="#222222",
    dark=True,
    variables={
        "cursor": "#243E4D",
        "text-primary": "#56B4E9",
        "text-accent": "#E3A6C6",
        "text-success": "#2FC79A",
        "text-warning": "#F0E442",
        "text-error": "#FF8547",
        "text-muted": "#B8B8B8",
        "foreground-muted": "#B8B8B8",
    },
)
"""Blue, yellow, orange and green that stay apart for red-green and blue-yellow blindness alike."""
