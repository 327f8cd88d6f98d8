"""Small economies for tests of dependence and payoffs."""

import numpy as np
from hypothesis import strategies as st

from negotiation.policy.objectives.objective import JobLosses
from negotiation.trade.economy import Economy, TariffSchedule

REGIONS = ("USA", "CHN", "ROW")
LOSSES = JobLosses(
    jobs_per_billion=10_000.0,
    reemployment_share=0.5,
    annual_wage=20_000.0,
    spell_years=0.5,
    source="a bank, 2025",
)


def economy_of(flows, tariffs=None, gdp=None, elasticities=None):
    """Economy with flows [sector, exporter, importer] of up to three regions."""
    flows = np.asarray(flows, dtype=float)
    regions = REGIONS[: flows.shape[1]]
    sectors = tuple(f"s{k}" for k in range(flows.shape[0]))
    rates = np.zeros_like(flows) if tariffs is None else np.asarray(tariffs, dtype=float)
    schedule = TariffSchedule(regions, sectors, rates)
    size = flows.sum(axis=(0, 2)) * 0.5 if gdp is None else np.asarray(gdp, dtype=float)
    return Economy(
        "toy", regions, sectors, flows, schedule, gdp=size, elasticities=elasticities or {}
    )


@st.composite
def economies(draw, sectors=3):
    """Economies of three regions with tariffs up to 40 % and one set of elasticities."""
    seed = draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    flows = rng.gamma(2.0, 20.0, size=(sectors, 3, 3)) + np.eye(3) * 400.0
    tariffs = rng.uniform(0.0, 0.4, size=flows.shape) * (1.0 - np.eye(3))
    return economy_of(flows, tariffs, elasticities={"measured": rng.uniform(0.3, 12.0, sectors)})
