import numpy as np
import pytest

from negotiation.errors import ConvergenceError, InvalidInputError
from negotiation.process.solve import solve_process
from negotiation.process.stages import MultiStepProcess
from negotiation.process.tough_types.announced_demands import solve_demands
from negotiation.process.tough_types.continuation import process_from

ASKS = (0.6, 0.75, 0.9)


def division(a, b, beliefs, asks=ASKS):
    """A pie of one; each side's demand is what it keeps when the other concedes."""
    first, second = asks[a], asks[b]
    return MultiStepProcess.from_payoffs(
        flows=[[0.0, 0.0]],
        terms=[[[1 - second, second], [first, 1 - first]]],
        discount_rates=[0.1, 0.1],
        stubbornness=beliefs,
    )


def test_one_demand_a_side_is_the_plain_process():
    found = solve_demands(division, demands=(("60",), ("60",)), stubbornness=[0.05, 0.1])
    plain = solve_process(division(0, 0, [0.05, 0.1]))
    assert found.values == pytest.approx(plain.values)
    assert found.deal_by(30) == pytest.approx(plain.deal_by(30))
    assert found.deal_probability == pytest.approx(plain.deal_probability)


def test_no_other_announcement_pays():
    names = (tuple(str(x) for x in ASKS),) * 2
    found = solve_demands(division, demands=names, stubbornness=[0.1, 0.1], tol=1e-5)
    assert found.converged
    # Payoffs are computed again, pair by pair, from the beliefs that were found.
    for i in range(2):
        worth = np.zeros(3)
        for a in range(3):
            for b in range(3):
                pair = (a, b) if i == 0 else (b, a)
                beliefs = [found.beliefs[0][pair[0]], found.beliefs[1][pair[1]]]
                value = solve_process(division(*pair, beliefs)).values[i]
                worth[a] += found.announced[1 - i][b] * value
        used = found.imitation[i] > 1e-9
        assert worth[used].min() >= worth.max() - 1e-4
        assert found.values[i] == pytest.approx(worth[used].max(), abs=1e-4)
    assert found.imitation[0] == pytest.approx(found.imitation[1], abs=1e-3)
    assert sum(p.sum() for p in found.announced) == pytest.approx(2.0)
    assert found.deal_by([10.0, 100.0]).shape == (2,)


def test_bayes_rule():
    tough = ([0.7, 0.3], [0.5, 0.5])
    found = solve_demands(
        division,
        demands=(("60", "75"), ("60", "75")),
        stubbornness=[0.1, 0.2],
        tough=tough,
        tol=1e-5,
    )
    for i, z in enumerate([0.1, 0.2]):
        mean = found.announced[i] @ found.beliefs[i]
        assert mean == pytest.approx(z)


def test_the_first_cut_is_a_mixture():
    levels = (0.5, 0.65)

    def build(a, b, beliefs):
        asked = (levels[a], (0.0, 0.2)[b])
        whole = MultiStepProcess.from_dict(
            {
                "stages": [
                    {
                        "g": [-0.05, -0.08],
                        "l": [0.2 - asked[0] / 5, 0.3 - asked[0] / 5],
                        "f": [0.5 - asked[1] / 5, 0.6 - asked[1] / 5],
                        "rates": [1.45, 1.25],
                    }
                ],
                "r": [0.05, 0.05],
                "z": [0.1, 0.1],
                "rates_after": [[asked[1], 0.1], [asked[0], 0.1]],
            }
        )
        return process_from(whole, 0, beliefs=beliefs)

    found = solve_demands(
        build,
        demands=(("50", "65"), ("0", "20")),
        stubbornness=[0.1, 0.1],
        tol=1e-3,
        max_iter=60,
        raise_on_failure=False,
    )
    frame = found.to_frame()
    assert frame["probability"].sum() == pytest.approx(
        sum(
            found.announced[0][a] * found.announced[1][b] * found.solutions[a][b].success[0].sum()
            for a in range(2)
            for b in range(2)
        )
    )
    assert set(frame.loc[frame["concedes"] == "player 2", "tariff_player 1"]) == set(levels)
    assert set(frame.loc[frame["concedes"] == "player 1", "tariff_player 1"]) == {0.0, 0.2}


@pytest.mark.parametrize(
    ("options", "part"),
    [
        ({"demands": ((), ("60",))}, "demands"),
        ({"stubbornness": [0.0, 0.1]}, "stubbornness"),
        ({"tough": ([0.5, 0.4], [0.5, 0.5])}, "distribution"),
        ({"tough": ([1.0, 0.0], [0.5, 0.5])}, "distribution"),
    ],
)
def test_bad_input(options, part):
    given = {"demands": (("60", "75"), ("60", "75")), "stubbornness": [0.1, 0.1], **options}
    with pytest.raises(InvalidInputError, match=part):
        solve_demands(division, **given)


def test_too_few_rounds_are_reported():
    with pytest.raises(ConvergenceError) as caught:
        solve_demands(
            division,
            demands=(("60", "90"), ("60", "75")),
            stubbornness=[0.05, 0.1],
            tol=1e-12,
            max_iter=1,
        )
    assert not caught.value.partial.converged
