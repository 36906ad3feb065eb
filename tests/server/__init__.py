"""The embedded TaskManager, seen by those who call it."""
