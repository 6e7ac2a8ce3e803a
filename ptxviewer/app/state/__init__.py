"""Everything that the screen shows, as frozen values."""
