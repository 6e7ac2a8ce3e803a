"""The array types used throughout the program."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

GreyImage = NDArray[np.uint8]


Mask = NDArray[np.bool_]


FloatMap = NDArray[np.float32]
