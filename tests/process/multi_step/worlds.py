"""A small world and a plan on it, quick enough to be solved many times."""

from dataclasses import replace

import numpy as np

from negotiation.payoffs.ensemble import PayoffModel
from negotiation.process.game.solve import solve_games
from negotiation.process.multi_step.graph import build_process
from negotiation.process.multi_step.plan import PlannedStage, ProcessNumbers, ProcessPlan
from negotiation.process.multi_step.state_flows import Instrument, StateFlows
from negotiation.trade.economy import Economy, TariffSchedule
from negotiation.trade.instruments.measures import Measure

SIDES = ("A", "B")
CUT = "cut"


def world(exports=(1.6, 1.2), third=0.8):
    """Three regions and two goods; A sells ``exports[0]`` of a good to B, B ``exports[1]``."""
    flows = np.full((2, 3, 3), third)
    flows[:, [0, 1, 2], [0, 1, 2]] = [[90.0, 60.0, 120.0], [80.0, 70.0, 130.0]]
    flows[:, 0, 1], flows[:, 1, 0] = exports
    rates = np.full((2, 3, 3), 0.05)
    rates[:, [0, 1, 2], [0, 1, 2]] = 0.0
    regions, sectors = ("A", "B", "C"), ("cars", "grain")
    schedule = TariffSchedule(regions, sectors, rates)
    gdp = flows.sum(axis=(0, 2))
    return Economy("three", regions, sectors, flows, schedule, gdp=gdp)


def model(name="equilibrium", horizons=("short_run", "long_run")):
    """A payoff model whose elasticities need no table."""
    if name == "equilibrium":
        return PayoffModel("equilibrium", horizons=horizons)
    return PayoffModel("partial", "export_dependence", horizons, exporter_incidence=0.2)


def flows_of(economy=None, payoffs=None, **options):
    """Flows of a small world; elasticities are flat numbers."""
    return StateFlows(
        world() if economy is None else economy,
        SIDES,
        payoffs or model(),
        elasticities={"short_run": 1.5, "long_run": 4.0},
        **options,
    )


def stages(*kinds):
    """Stages of these kinds, named after them."""
    return tuple(PlannedStage(kind, kind) for kind in kinds)


def plan(*kinds, numbers=None, **changes):
    """A plan over stages of some kinds; the whole agenda if none is named."""
    given = numbers or {}
    base = {
        "discount_rates": np.full(2, 0.05),
        "shock_scales": np.full(2, 0.1),
        "audience_costs": np.full(2, 0.3),
    }
    tariffs = Measure("import_tariff", -0.05)
    settings = {
        "sides": SIDES,
        "stages": stages(*(kinds or ("contact", CUT, "purchases", "barriers", "comprehensive"))),
        "in_force": (0.5, 0.4),
        "lapse_to": (0.2, 0.1),
        "demands": np.array([[0.15, 0.02], [0.05, 0.05]]),
        "numbers": ProcessNumbers(**{**base, **given}),
        "instruments": {
            "purchases": (Instrument("B", Measure("purchase", 0.4), 0.5),),
            "barriers A": (Instrument("A", tariffs, 0.5),),
            "barriers B": (Instrument("B", tariffs, 0.5),),
        },
    }
    return ProcessPlan(**{**settings, **changes})


def built(flows=None, *kinds, **changes):
    """A process of the small world."""
    return build_process(plan(*kinds, **changes), flows or flows_of())


def solved(flows=None, *kinds, **changes):
    """Solution of a process of the small world."""
    return solve_games([built(flows, *kinds, **changes).game])[0]


def start_of(game):
    """Node in which play starts."""
    return game.nodes[int(game.start_node)]


def with_exports(factor):
    """The world in which A sells more to B, everything else as it is."""
    economy = world()
    flows = np.array(economy.flows)
    flows[:, 0, 1] *= factor
    return replace(economy, flows=flows)
