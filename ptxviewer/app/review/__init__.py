"""What the reader does to the result of a film."""
