"""The ground floor and the wiring."""
