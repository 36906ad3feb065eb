"""Behaviour, through public doors."""
