"""Where content comes from: the port, the bundled sample, and which of them to use."""
