"""The canvas on which a film is drawn, and what is drawn on top of it."""
