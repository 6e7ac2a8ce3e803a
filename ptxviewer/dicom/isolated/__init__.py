"""Work on untrusted files in child processes: whatever such a file does ends a child, never the program."""
