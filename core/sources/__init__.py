"""Where content comes from: the port, the sources that fit it, and which of them to use."""
