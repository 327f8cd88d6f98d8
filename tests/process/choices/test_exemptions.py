import numpy as np
import pytest

from negotiation.errors import InvalidInputError
from negotiation.process.choices.exemptions import choose_exemptions, myopic_exemption
from negotiation.process.multi_step.load import load_process, standoff_flows
from negotiation.process.stages import MultiStepProcess

GRID = (0.0, 0.5, 1.0)


def contest(**changes):
    stage = {"g": [-0.06, -0.08], "l": [0.2, 0.2], "f": [0.5, 0.5]}
    return MultiStepProcess.from_dict(
        {"stages": [{**stage, **changes}], "r": [0.01, 0.01], "z": [0.1, 0.15]}
    )


def earned(first, second):
    return np.array([-0.06 + 0.03 * first, -0.08 + 0.02 * second])


def test_the_linear_model_of_a_quiet_exemption():
    # Gain 3 b/8 (tau - tau_N)^2 with b = 1, tau_N = G/(3 b) = 1/3, tau = .9; kappa = .5.
    benefit = 3 / 8 * (0.9 - 1 / 3) ** 2
    assert benefit == pytest.approx(0.12041666666666667)
    assert myopic_exemption(benefit, 0.5) == pytest.approx(0.24083333333333334)
    assert myopic_exemption(-1.0, 0.5) == 0.0
    assert myopic_exemption(1.0, 0.5) == 1.0


def test_payoffs_are_values_less_the_cost_of_being_seen():
    found = choose_exemptions(
        contest(), earned, shares=GRID, stages=(0,), visibility=0.5, curvature=0.4
    )
    cost = 0.5 * 0.5 * 0.4 * np.array(GRID) ** 2
    assert found.game.payoffs[0] == pytest.approx(found.values[:, :, 0] - cost[:, None])
    assert found.game.payoffs[1] == pytest.approx(found.values[:, :, 1] - cost[None, :])
    assert all(equilibrium.regret < 1e-9 for equilibrium in found.equilibria.equilibria)


def test_a_side_that_mixes_gains_nothing_from_its_own_flow():
    found = choose_exemptions(
        contest(), earned, shares=GRID, stages=(0,), visibility=0.5, curvature=0.01
    )
    # At every cell one side concedes at the opening, and is held to its value of conceding.
    assert found.values.min(axis=2) == pytest.approx(np.full((3, 3), 0.2), abs=1e-12)
    assert found.myopic.min() > 0.0
    frame = found.to_frame()
    assert list(frame["kind"])[-1] == "myopic"
    assert found.expected_shares.shape == (len(frame) - 1, 2)


def test_exemptions_of_the_standoff():
    process = load_process(as_of="2025-05-02")
    flows = standoff_flows(as_of="2025-05-02")
    found = choose_exemptions(process, flows, shares=GRID, visibility=0.5, curvature=0.5)
    assert found.values.shape == (3, 3, 2)
    assert np.all(found.benefits > 0.0)
    nothing = standoff_flows(as_of="2025-05-02", sectors={"USA": [], "CHN": []})
    assert np.array_equal(nothing(0.0, 0.0), nothing(1.0, 1.0))
    assert np.array_equal(nothing(0.0, 0.0), flows(0.0, 0.0))


@pytest.mark.parametrize(
    ("options", "part"),
    [
        ({"shares": [0.5, 0.1]}, "ascend"),
        ({"shares": [0.0, 1.5]}, "shares"),
        ({"shares": {"USA": GRID}}, "grid a side"),
        ({"stages": (3,)}, "stage"),
        ({"visibility": 2.0}, "visibility"),
        ({"curvature": -1.0}, "curvature"),
    ],
)
def test_bad_input(options, part):
    given = {"shares": GRID, "stages": (0,), "visibility": 0.5, "curvature": 0.5, **options}
    with pytest.raises(InvalidInputError, match=part):
        choose_exemptions(contest(), earned, **given)
