"""The board: panes that draw a snapshot and send intents to the core."""
