"""What a reader draws on a film: strokes, measurements, handles, and the colours of the overlay."""
