"""The only rooms that know torch, and they import it inside functions or in modules that the app loads late."""
