"""A multi-step process before it is valued: stages, demands, tariffs in force, dates, numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from negotiation.data.tables import DateLike
from negotiation.errors import InvalidInputError
from negotiation.process.game.nodes import Steps
from negotiation.process.multi_step.state_flows import Instrument
from negotiation.values import FloatArray, closest, instance, quantity

__all__ = [
    "LATER_KINDS",
    "STAGE_KINDS",
    "DatedChange",
    "PlannedStage",
    "ProcessNumbers",
    "ProcessPlan",
    "StandingMeasure",
]

#: Contact; a cut of tariffs; a second cut where the first leaves a tariff above the threshold;
#: an extension of what is in force; purchases; barriers; tariffs over everything; the last three
#: settled at once; and one of its own demands.
STAGE_KINDS = (
    "contact",
    "cut",
    "cut_below_threshold",
    "extension",
    "purchases",
    "barriers",
    "comprehensive",
    "package",
    "own",
)
#: Those that are settled at once where issues are linked.
LATER_KINDS = ("purchases", "barriers", "comprehensive")


@dataclass(frozen=True)
class PlannedStage:
    """A stage of the agenda: its name and what it is about, one of `STAGE_KINDS`."""

    name: str
    kind: str

    def __post_init__(self) -> None:
        """Check the kind."""
        instance(self.name, str, name="name")
        if instance(self.kind, str, name="kind") not in STAGE_KINDS:
            raise InvalidInputError(
                "unknown kind of stage",
                where=self.name,
                seen=self.kind,
                allowed=", ".join(STAGE_KINDS),
                hint=closest(self.kind, STAGE_KINDS),
            )


@dataclass(frozen=True)
class DatedChange:
    """Something that nobody chooses, in stages named, after which other tariffs are in force.

    Attributes
    ----------
    stages
        Names of the stages in which it may happen.
    rates
        Added tariffs in force after it ``[side]``.
    goes_to
        Name of the stage that is open then.
    at
        Date of a deadline, None for an ending.
    rate
        Hazard a year of an ending, or steps of the date; see `negotiation.process.game.Ending`.
    kind
        Of an ending.
    """

    stages: tuple[str, ...]
    rates: tuple[float, float]
    goes_to: str
    at: DateLike = None
    rate: Steps = 0.0
    kind: str = "court"


@dataclass(frozen=True)
class StandingMeasure:
    """An instrument that is in force where play starts.

    It stays in force, or until the side that uses it concedes a stage named; where terms lapse or
    others end the tariffs, it is in force again.

    Attributes
    ----------
    name
        What it is.
    instrument
        Who uses it, and what it is.
    lifted_in
        Name of a stage: the other side asks there for its end. Empty: it is not talked about.
    """

    name: str
    instrument: Instrument
    lifted_in: str = ""


@dataclass(frozen=True, eq=False)
class ProcessNumbers:
    """Numbers of a multi-step process; rates are a year, payoffs percent of GDP.

    Attributes
    ----------
    discount_rates, shock_scales, audience_costs
        By side.
    window_rate, base_rate
        Windows a year, and the rate at which an indifferent side acts.
    terms_duration
        Mean life of terms, years.
    later_cost_share
        Audience cost of a concession after the first cut, over that of the first cut.
    contact_stake
        What the side that calls first loses, and the other gains.
    elasticity_years
        Mean years after which flows are those of the long-run elasticities.
    threshold
        Added tariff above which the stages after the cut cannot open.
    moderation
        Share of the way from ideal demands to the point of equal gains.
    visibility, curvature
        Probability that an exemption is seen, and curvature of its audience cost in the share.
    shortfall_hazard
        Rate at which terms end for each unit of the share of purchases that is not made.
    compliance
        Purchases made over purchases committed.
    job_costs
        Cost of a billion USD of lost exports to each side, percent of GDP.
    """

    discount_rates: FloatArray = quantity("r", "1/year", "discount rate")
    shock_scales: FloatArray = quantity("s", "percent of GDP", "scale of the private shocks")
    audience_costs: FloatArray = quantity(
        "mu_1", "percent of GDP", "audience cost of conceding the first cut"
    )
    window_rate: float = quantity("eta", "1/year", "rate of windows", default=52.0)
    base_rate: float = quantity(
        "lambda0", "1/year", "rate at which an indifferent side acts", default=1.0
    )
    terms_duration: float = quantity("D", "year", "mean life of terms", default=1.7)
    later_cost_share: float = quantity(
        "nu",
        "fraction",
        "audience cost of a later concession over that of the first cut",
        default=0.5,
    )
    contact_stake: float = quantity(
        "e_0",
        "percent of GDP",
        "what the side that calls first loses, and the other gains",
        default=0.01,
    )
    elasticity_years: float = quantity("", "year", "mean time to the long run", default=4.2)
    threshold: float = quantity("tbar", "fraction", "threshold tariff", default=0.6)
    moderation: float = quantity(
        "m_D", "fraction", "share of the way from ideal demands to equal gains", default=0.2
    )
    visibility: float = quantity("rho", "probability", "an exemption is seen", default=0.5)
    curvature: float = quantity("kappa_A", "percent of GDP", "cost of exemptions", default=0.5)
    shortfall_hazard: float = quantity(
        "theta",
        "1/year",
        "rate at which terms end for each unit of the share of purchases not made",
        default=0.5,
    )
    compliance: float = quantity("chi", "fraction", "compliance with purchases", default=1.0)
    job_costs: FloatArray = field(
        default_factory=lambda: np.zeros(2),
        metadata={
            "symbol": "c_J",
            "unit": "percent of GDP/billion USD",
            "meaning": "cost of lost exports",
        },
    )


@dataclass(frozen=True, eq=False)
class ProcessPlan:
    """Everything that makes a multi-step process but the economy that values it.

    Attributes
    ----------
    sides
        The two sides.
    stages
        What is left of the agenda; the first is open.
    in_force
        Added tariffs now ``[side]``.
    lapse_to
        Added tariffs once terms have lapsed ``[side]``.
    demands
        Added tariffs that each side asks for in the first cut ``[side that asks, tariff]``; a row
        that is not a number: the side asks for nothing, so that the other has nothing to concede.
    numbers
        See `ProcessNumbers`.
    ideal
        Whether a side asks, in the first cut, for the best point for it that the other prefers to
        the tariffs in force, in place of its row of ``demands``.
    demand_points
        Points a side of the grid of tariffs on which the search for ideal demands begins.
    purchases_asked_by
        Side, 0 or 1, that asks for purchases.
    relapse
        Whether lapsed terms return play to the first stage, rather than to a lasting lapse.
    waits_for_exemptions
        By side: kinds of act that it takes only after the other side has exempted something.
    exempt
        Whether each side has exempted what it could list.
    can_exempt
        Whether each side has sectors that it could list.
    endings, deadlines
        What may happen besides.
    own_demands
        By name of a stage: added tariffs that each side asks for there ``[side that asks, tariff]``
        in place of its ideal; a row that is not a number: its ideal.
    instruments
        What is agreed on in the stages of purchases and barriers, by name: ``purchases``, and
        ``barriers <side>`` by the side that opens its market.
    standing
        Instruments other than tariffs that are in force now; their names differ.
    start, as_of
        Date on which play starts, and the information date.
    """

    sides: tuple[str, str]
    stages: tuple[PlannedStage, ...]
    in_force: tuple[float, float]
    lapse_to: tuple[float, float]
    demands: FloatArray
    numbers: ProcessNumbers
    ideal: tuple[bool, bool] = (False, False)
    demand_points: int = 41
    purchases_asked_by: int = 0
    relapse: bool = False
    waits_for_exemptions: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    exempt: tuple[bool, bool] = (False, False)
    can_exempt: tuple[bool, bool] = (False, False)
    endings: tuple[DatedChange, ...] = ()
    deadlines: tuple[DatedChange, ...] = ()
    own_demands: Mapping[str, FloatArray] = field(default_factory=dict)
    instruments: Mapping[str, tuple[Instrument, ...]] = field(default_factory=dict)
    standing: tuple[StandingMeasure, ...] = ()
    start: date | None = None
    as_of: date | None = None
