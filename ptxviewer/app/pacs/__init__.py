"""Behaviour of the PACS commands: sending, fetching, listening."""
