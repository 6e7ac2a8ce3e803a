"""How much of a file is believed: what claims more is refused before anything is allocated for it."""

LARGEST_FILE = 1 << 30  # bytes
LARGEST_PIXELS = 100_000_000  # of one frame: 10,000 x 10,000, several times the largest detector
LARGEST_INFLATED = 2 * LARGEST_PIXELS + (64 << 20)  # bytes of a deflated file: the largest frame, and its tags
LARGEST_INFLATED_HERE = 64 << 20  # in the program itself; larger ones are inflated in a child
MOST_WINDOWS = 100
