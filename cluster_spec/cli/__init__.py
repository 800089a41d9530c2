"""The command line: options to API to reporter to exit code; it holds no decisions and imports late."""
