"""The command line: stdout is data, stderr is talk, exit codes are those of `core.errors`."""
