import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from negotiation.errors import InvalidInputError
from negotiation.payoffs.ensemble import (
    LARGEST_WEIGHT,
    PAYOFF_MODELS,
    PayoffModel,
    payoff_model,
    revealed_weight,
)


@given(st.floats(0.05, 2.0), st.floats(0.1, 2.0), st.floats(0.2, 3.0), st.floats(0.05, 0.6))
def test_the_weight_makes_the_demand_the_best_of_all_lower_tariffs(slope, bend, rent, demand):
    """Y falls, R rises: at the weight found the demand is best, at a smaller one it is not."""
    own = np.linspace(0.0, demand, 25)
    income, revenue = -slope * own**2, rent * (own - 0.1 * bend * own**2)
    found = revealed_weight(income, revenue)
    if not found.explained:
        assert found.weight == LARGEST_WEIGHT
        return
    best = income + found.weight * revenue
    assert best[-1] >= best.max() - 1e-9
    if found.weight > 1e-6:
        less = income + 0.99 * found.weight * revenue
        assert less[-1] < less.max()


def test_no_weight_explains_a_tariff_beyond_the_peak_of_revenue():
    own = np.linspace(0.0, 1.0, 11)
    found = revealed_weight(-own, own * (0.8 - own))
    assert not found.explained


def test_a_demand_below_the_best_reply_needs_no_weight():
    assert revealed_weight([0.0, 0.1, 0.2], [0.0, 0.1, 0.2]).weight == 0.0


def test_models_by_name():
    assert payoff_model("general_equilibrium") is PAYOFF_MODELS[0]
    own = PayoffModel("own", horizons=(3.0,))
    assert payoff_model(own) is own
    for wrong in ("equilibriun", 3, None):
        with pytest.raises(InvalidInputError, match="payoff model|not of class"):
            payoff_model(wrong)
    with pytest.raises(InvalidInputError, match="one horizon"):
        PayoffModel("own", horizons=())
