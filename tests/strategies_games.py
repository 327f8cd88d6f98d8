"""Random games: the kinds that solvers are known to trip over, and Hypothesis strategies."""

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st

from negotiation.games.normal_form import NormalFormGame

# The first game of a session may have to wait for the compiler.
untimed = settings(deadline=None, max_examples=60)

# Every kind draws an array of a given shape.
KINDS = {
    "0, 1, 2": lambda rng, shape: rng.integers(0, 3, shape),
    "-1, 0, 1": lambda rng, shape: rng.integers(-1, 2, shape),
    "0..999": lambda rng, shape: rng.integers(0, 1000, shape),
    "dollars": lambda rng, shape: rng.integers(0, 10**12 + 1, shape),
    "floats": lambda rng, shape: 1 + rng.random(shape),
    "tied tenths": lambda rng, shape: rng.integers(0, 4, shape) / 10,
    "tied beyond 64 bits": lambda rng, shape: (
        rng.integers(0, 3, shape) * 10**15 + rng.integers(0, 2, shape)
    ),
    "scales apart": lambda rng, shape: (
        rng.integers(0, 3, shape) * 2.0 ** rng.integers(-30, 31, shape)
    ),
}


@st.composite
def bimatrix_games(draw, low=-3, high=3, most=4, least=1):
    """Two-player games with integer payoffs, ties being the rule."""
    payoffs = st.integers(low, high)
    rows, columns = draw(st.integers(least, most)), draw(st.integers(least, most))
    cells = st.lists(payoffs, min_size=rows * columns, max_size=rows * columns)
    A, B = (np.array(draw(cells), dtype=float).reshape(rows, columns) for _ in range(2))
    return NormalFormGame.from_bimatrix(A, B)


def strategy_set(result):
    """Exact profiles of a result, for comparison whatever the order."""
    return {e.exact for e in result.equilibria}
