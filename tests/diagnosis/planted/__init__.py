"""Situations made with the real parts: what is said of each, and whether what is offered mends it."""
