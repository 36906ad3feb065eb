"""The board, through keys and pictures."""
