"""Upper bounds on what a file may claim; files beyond them are refused before memory is allocated."""

LARGEST_FILE = 1 << 30  # bytes
LARGEST_PIXELS = 100_000_000  # of one frame: 10,000 x 10,000, several times the largest detector
LARGEST_INFLATED = 2 * LARGEST_PIXELS + (64 << 20)  # bytes of a deflated file: the largest frame, and its tags
LARGEST_INFLATED_HERE = 64 << 20  # in the program itself; larger ones are inflated in a child
MOST_FILMS = 10_000  # of one list
MOST_WINDOWS = 100
