"""How far two answers are apart."""

import numpy as np


def worst(*pairs):
    """Largest absolute difference between what was found and what the second method says."""
    return max(float(np.max(np.abs(np.asarray(a) - np.asarray(b)))) for a, b in pairs)
