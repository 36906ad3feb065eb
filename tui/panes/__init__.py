"""Panes: each draws its slice of a snapshot."""
