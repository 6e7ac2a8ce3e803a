"""What the reader does with the hospital's network: sending, fetching, listening."""
