"""A dispute of two sides, and the games, bargains and processes that follow from its file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from negotiation.bargaining.solutions.problem import BargainingProblem
from negotiation.data.customs import customs_trade
from negotiation.data.standoffs.facts import StandoffFacts
from negotiation.data.standoffs.parameters import all_parameters
from negotiation.data.tables import DateLike, as_date
from negotiation.errors import InformationDateError, InvalidInputError
from negotiation.payoffs.ensemble import PAYOFF_MODELS, PayoffModel
from negotiation.payoffs.game import TariffGame, tariff_game
from negotiation.payoffs.scenarios import MODELS
from negotiation.policy.objectives.objective import JobLosses, Objective
from negotiation.process.game.process_game import ProcessGame
from negotiation.process.multi_step.built_process import BuiltProcess
from negotiation.process.multi_step.case_process import EnsembleMember, build_case, case_ensemble
from negotiation.process.multi_step.dated_parameters import DatedParameters
from negotiation.process.multi_step.standoff_case import standoff_case
from negotiation.trade.analysis.dependence import CustomsTrade, ExportDependence, export_dependence
from negotiation.trade.elasticities.elasticity_sets import ElasticityChoice
from negotiation.trade.tariff_actions import FREE_TRADE

__all__ = ["Standoff"]


class Standoff(StandoffFacts):
    """A dispute of two sides: what its file says, and the games that follow.

    Attributes are those of `negotiation.data.standoffs.facts.StandoffFacts`: ``name``, ``title``,
    ``sides``, ``economy``, ``start``, the rows of each section, parameters and remarks.
    """

    def dependence(
        self, as_of: DateLike = None, *, elasticities: ElasticityChoice = 4.0
    ) -> dict[str, ExportDependence]:
        """Return how much each side depends on selling goods to the other, by the seller.

        Shares of the economy's tables, and beside them those of customs records, whose levels
        and totals are larger: see `negotiation.trade.analysis.dependence.CustomsTrade`.
        """
        return {
            side: export_dependence(
                self.economy,
                exporter=side,
                importer=self.other(side),
                elasticities=elasticities,
                sectors=self.goods,
                customs=self._customs(side, as_of),
            )
            for side in self.sides
        }

    def _customs(self, side: str, as_of: DateLike) -> tuple[CustomsTrade, ...]:
        """Customs records of what a side sells; none where none was known at the date."""
        try:
            return customs_trade(side, self.other(side), as_of=as_of)
        except InformationDateError:
            return ()

    def rates(self, as_of: DateLike = None) -> dict[str, tuple[float | str, ...]]:
        """Return each side's actions: free trade, and every rate in force, threatened or asked.

        Parameters
        ----------
        as_of
            Rates that became known later are left out.
        """
        known = self.as_known(as_of)
        out: dict[str, tuple[float | str, ...]] = {}
        for side in self.sides:
            pair = (side, self.other(side))
            seen = {0.0}
            seen |= {
                row.added
                for row in known.changes
                if (row.imposer, row.target) == pair and row.sectors is None
            }
            seen |= {row.added for row in known.threats if (row.imposer, row.target) == pair}
            seen |= {row.rates[side] for row in known.deadlines}
            for stage in known.stages:
                seen |= {d.rates[side] for d in stage.demands.values() if d.rates is not None}
            out[side] = (FREE_TRADE, *sorted(seen))
        return out

    def objectives(self, as_of: DateLike = None) -> dict[str, Objective]:
        """Return what each side wants: real income less the cost of lost jobs where sourced."""
        dated = self._dated(as_of)
        found = self._objectives(dated)
        dated.refuse_late()
        return found

    def _dated(self, as_of: DateLike) -> DatedParameters:
        """Parameters by name; those that became known later are refused together, once read."""
        day = as_date(as_of)
        return DatedParameters(all_parameters(self.own, self.sides, day), day, {})

    def _objectives(self, dated: DatedParameters) -> dict[str, Objective]:
        out = {}
        weight = dated("job_cost_weight")
        for side in self.sides:
            name = f"jobs_per_billion_exports_{side.lower()}"
            jobs = dated(name)
            if jobs == 0.0:
                out[side] = Objective()
                continue
            losses = JobLosses(
                jobs_per_billion=jobs,
                reemployment_share=dated("reemployment_share"),
                annual_wage=dated(f"annual_wage_{side.lower()}"),
                spell_years=dated("unemployment_spell"),
                source=dated.used[name].source,
            )
            out[side] = Objective(jobs=weight, job_losses=losses)
        return out

    def game(self, as_of: DateLike = None, **options: Any) -> TariffGame:
        """Return the game in which each side picks one of its rates, on all goods of the other.

        Exemptions of the file are not in it, since they leave points of their own: they are in
        :meth:`tariffs`.

        Parameters
        ----------
        as_of
            Rates and parameters that became known later are left out.
        options
            As in `negotiation.tariff_game`; ``rates`` and ``objectives`` take the place of the
            standoff's.
        """
        day, dated = as_date(as_of), self._dated(as_of)
        chosen: dict[str, Any] = {"rates": self.rates(day), **options}
        if not options.keys() & {"trade_model", "objectives"}:
            chosen["objectives"] = self._objectives(dated)
        if options.get("model", MODELS[0]) == MODELS[0] and "exporter_incidence" not in options:
            chosen["exporter_incidence"] = dated("exporter_incidence")
        dated.refuse_late()
        return tariff_game(self.economy, players=self.sides, as_of=day, **chosen)

    def bargaining(self, as_of: DateLike = None, **options: Any) -> BargainingProblem:
        """Return what the sides can agree on: pairs of their rates, against no deal.

        Without a deal hold the rates of the next deadline, or those in force where none is set
        (`without_deal`). The pairs stand in the problem's ``parameters`` as points added.

        Parameters
        ----------
        as_of, options
            As in :meth:`game`.

        Raises
        ------
        InvalidInputError
            If ``rates`` do not hold those without a deal.
        """
        game = self.game(as_of, **options)
        fallback = self.without_deal(as_of)
        places = []
        for side, added in zip(self.sides, game.added_rates, strict=True):
            gaps = np.abs(np.array(added) - fallback[side])
            if gaps.min() > 1e-9:
                raise InvalidInputError(
                    "the rates that hold without a deal are not among the actions",
                    where=f"rates[{side}]",
                    seen=", ".join(f"{rate:g}" for rate in added),
                    allowed=f"{fallback[side]:g} among them",
                )
            places.append(int(gaps.argmin()))
        pairs = np.stack(np.meshgrid(*map(np.array, game.added_rates), indexing="ij"), axis=-1)
        return BargainingProblem(
            frontier=game.payoffs.reshape(2, -1).T,
            disagreement=game.payoffs[:, places[0], places[1]],
            parameters=pairs.reshape(-1, 2),
            players=self.sides,
        )

    def build(
        self,
        as_of: DateLike = None,
        *,
        model: str | PayoffModel = "equilibrium",
        values: Mapping[str, float] | None = None,
        relapse: bool = False,
        linked: bool = False,
        from_opening: bool = False,
    ) -> BuiltProcess:
        """Return the process with its prizes, what demands reveal, and notes; see :meth:`process`.

        With ``from_opening`` play starts when the tariffs in force at the information date were
        put in force, in the stage that was open then: what has been seen since can be weighed.
        """
        return build_case(
            standoff_case(self, as_of, from_opening=from_opening),
            values=values,
            model=model,
            relapse=relapse,
            linked=linked,
        )

    def process(
        self,
        as_of: DateLike = None,
        *,
        model: str | PayoffModel = "equilibrium",
        values: Mapping[str, float] | None = None,
        relapse: bool = False,
        linked: bool = False,
    ) -> ProcessGame:
        """Return the process from an information date on.

        Parameters
        ----------
        as_of
            Information date: play starts then, in the stage that is open, at the tariffs in force;
            later facts are left out and a side without a known value has the documented default.
            None: the start of the standoff.
        model
            Payoff model, see `negotiation.payoffs.payoff_model`.
        values
            Parameters to put in place of the file's and the embedded ones, by name; one of a side
            is called ``name_side``, in small letters: ``{"audience_cost_eu27": 0.3}``.
        relapse
            Whether terms that lapse return play to the stage that is open now.
        linked
            Whether purchases, barriers and the comprehensive agreement are settled at once.

        Raises
        ------
        InvalidInputError
            If a name or value is unknown, or a value is of a parameter that moves nothing.
        InformationDateError
            If a parameter of the file became known after ``as_of``.

        Examples
        --------
        >>> from negotiation.standoff.load import load_standoff
        >>> game = load_standoff("us-eu-2025").process("2025-07-20", model="partial_25")
        >>> game.nodes[int(game.start_node)].stage
        'cut'
        """
        return self.build(
            as_of, model=model, values=values, relapse=relapse, linked=linked
        ).game.with_time_unit(self.time_unit)

    def ensemble(
        self,
        as_of: DateLike = None,
        *,
        models: tuple[PayoffModel, ...] = PAYOFF_MODELS,
        **options: Any,
    ) -> tuple[EnsembleMember, ...]:
        """Return the process under every payoff model; see `negotiation.process_ensemble`.

        Parameters
        ----------
        as_of, options
            As in :meth:`build`.
        models
            Payoff models with their weights.
        """
        return case_ensemble(lambda model: self.build(as_of, model=model, **options), models)
