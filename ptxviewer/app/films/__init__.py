"""From a path to a listed, read and analysed film."""
