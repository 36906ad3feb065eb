"""Widgets that know no pane and no screen."""
