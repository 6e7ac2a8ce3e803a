"""What a film is and what may be said about it: numpy and OpenCV only, no Qt, torch or pydicom."""
