"""The demo: what it feeds, and what it makes go wrong."""
