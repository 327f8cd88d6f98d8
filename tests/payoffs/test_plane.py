"""The plane of two tariffs against single payoffs."""

import numpy as np
import pytest

from negotiation.errors import InvalidInputError
from negotiation.payoffs import tariff_payoffs, tariff_plane
from tests.strategies_payoffs import economy_of


@pytest.fixture(scope="module")
def economy():
    flows = np.full((2, 3, 3), 10.0) + np.eye(3) * 90.0
    return economy_of(flows, 0.2 * np.ones((2, 3, 3)) * (1.0 - np.eye(3)))


def test_points_of_the_plane(economy):
    plane = tariff_plane(economy, rates=5, highest=1.0, exporter_incidence=0.2)
    np.testing.assert_allclose(plane.total_rates[0], np.linspace(0.0, 1.2, 5))
    one = tariff_payoffs(
        economy,
        (plane.added_rates[0][3], plane.added_rates[1][1]),
        exporter_incidence=0.2,
    )
    np.testing.assert_allclose(plane.payoffs[:, 3, 1], one.percent_of_gdp[0])
    frame = plane.to_frame()
    assert len(frame) == 25
    assert frame.loc[16, "payoff_CHN"] == plane.payoffs[1, 3, 1]
    assert frame.loc[16, "total_USA"] == pytest.approx(frame.loc[16, "added_USA"] + 0.2)
    assert plane.status_quo == (1.45, 1.25)
    assert "export_dependence" in plane.title


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ({"players": ("USA", "CHN", "ROW")}, "players"),
        ({"rates": {"USA": [0.0, 1.0]}}, "rates"),
        ({"rates": {"USA": [0.0, 1.0], "CHN": [1.0, 0.0]}}, "increasing"),
        ({"rates": {"USA": [], "CHN": [1.0, 0.0]}}, "empty"),
        ({"rates": 1}, "rates"),
        ({"highest": 0.0}, "highest"),
    ],
)
def test_bad_planes_are_refused(economy, arguments, word):
    with pytest.raises(InvalidInputError, match=word):
        tariff_plane(economy, **arguments)
