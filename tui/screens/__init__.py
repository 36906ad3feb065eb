"""Screens: the board, what opens above it, and the one place that listens."""
