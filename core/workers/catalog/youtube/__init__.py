"""Workers that keep YouTube videos as ideas."""
