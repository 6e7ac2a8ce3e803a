"""How large the built folder is and what it consists of, in megabytes of 1,000,000 bytes."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

# What belongs together, by the beginning of the path inside the folder; the first that fits.
PARTS = (
    ("torch, libtorch_cpu", ("torch/lib/libtorch_cpu",)),
    ("torch, the rest", ("torch", "functorch")),
    ("Qt, ICU data", ("PySide6/Qt/lib/libicudata",)),
    ("Qt and PySide6", ("PySide6", "shiboken6", "libQt6")),
    ("OpenCV, its OpenBLAS", ("opencv_python_headless.libs/libopenblas", "opencv_python_headless.libs/libgfortran")),
    ("OpenCV, libraries for video and pictures", ("opencv_python_headless.libs",)),
    ("OpenCV", ("cv2",)),
    ("NumPy, its OpenBLAS", ("numpy.libs",)),
    ("NumPy", ("numpy",)),
    ("Model bundle", ("model",)),
    ("GDCM", ("_gdcm", "python_gdcm.libs")),
    ("OpenJPEG and RLE", ("_openjpeg", "openjpeg", "rle")),
    ("highdicom and Pillow", ("highdicom", "PIL", "pillow.libs")),
    ("Icons, sample study, guide", ("resources", "docs")),
    ("Python", ("python3", "libpython", "base_library.zip", "lib")),
)
INSIDE = "_internal/"


def part_of(path: str) -> str:
    """Return the part to which a file belongs, by its path inside the folder."""
    if not path.startswith(INSIDE):
        return "Program and its bytecode"
    inside = path.removeprefix(INSIDE)
    return next((name for name, starts in PARTS if inside.startswith(starts)), "Other")


def sizes(folder: Path) -> Counter[str]:
    """Return the bytes of each part of a built folder; links weigh nothing."""
    counted: Counter[str] = Counter()
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            counted[part_of(path.relative_to(folder).as_posix())] += path.stat().st_size
    return counted


def table(counted: Counter[str], most: int = 10) -> str:
    """Return the largest parts, one a line, and the sum."""
    lines = [f"{size / 1e6:8.1f} MB  {name}" for name, size in counted.most_common(most)]
    return "\n".join([*lines, f"{sum(counted.values()) / 1e6:8.1f} MB  all {len(counted)} parts"])
