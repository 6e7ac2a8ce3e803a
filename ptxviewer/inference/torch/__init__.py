"""The shipped network in PyTorch: the only rooms that know torch. ``loading`` is the door; it imports torch late."""
