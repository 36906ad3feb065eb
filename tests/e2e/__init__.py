"""The whole program, in processes and terminals of its own."""
