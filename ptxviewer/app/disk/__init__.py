"""What is kept between sessions: reviews, results, settings."""
