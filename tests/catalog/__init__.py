"""The built-in workers, and the sources that they ask."""
