"""The domain: films, findings, reviews, geometry. NumPy and OpenCV only; no Qt, torch or pydicom."""

import os

# OpenCV reads its limit once, when it is loaded: a small file must not claim a picture that fills the memory.
os.environ.setdefault("OPENCV_IO_MAX_IMAGE_PIXELS", str(100_000_000))
