"""A store of results in a window: list, filter, export of what is chosen."""
