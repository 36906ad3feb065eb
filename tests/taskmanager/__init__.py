"""The client of any TaskManager."""
