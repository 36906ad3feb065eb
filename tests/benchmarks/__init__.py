"""Timings. They print, they never fail."""
