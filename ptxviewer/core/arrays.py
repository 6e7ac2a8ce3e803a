"""The kinds of array that travel through the house."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

GreyImage = NDArray[np.uint8]


Mask = NDArray[np.bool_]


FloatMap = NDArray[np.float32]
