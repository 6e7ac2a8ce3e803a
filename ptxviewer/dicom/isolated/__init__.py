"""Work on untrusted files in child processes: a hostile file can end a child, never the program."""
