"""How does a tariff standoff between two large economies end?

Trade equilibrium, games and bargaining in one library. Public names are loaded on first use,
so that ``import negotiation`` stays light.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

from negotiation.former_names import FormerPaths

__version__ = "0.1.0"

_HOME = {
    "negotiation.errors": (
        "ConvergenceError",
        "DataError",
        "InformationDateError",
        "InvalidInputError",
        "MissingDependencyError",
        "NegotiationError",
        "NonFiniteError",
    ),
    "negotiation.trade.economy": ("Economy", "TariffSchedule"),
    "negotiation.trade.analysis.dependence": (
        "CustomsTrade",
        "ExportDependence",
        "export_dependence",
    ),
    "negotiation.policy.objectives.objective": ("JobLosses", "Objective"),
    "negotiation.trade.markets.linear_tariffs": ("LinearTariffModel", "linear_tariff_war"),
    "negotiation.trade.instruments.policy": ("Policy", "Purchase", "Quota"),
    "negotiation.trade.elasticities.horizons": ("elasticities_at",),
    "negotiation.trade.instruments.measures": ("Measure",),
    "negotiation.trade.model": ("TradeModel",),
    "negotiation.trade.analysis.decomposition": ("WelfareDecomposition", "decompose_welfare"),
    "negotiation.trade.analysis.elasticity_draws": (
        "ElasticityEstimates",
        "counterfactual_draws",
    ),
    "negotiation.trade.analysis.first_order_welfare": ("FirstOrderWelfare", "first_order_welfare"),
    "negotiation.trade.analysis.diversion": ("TradeDiversion", "trade_diversion"),
    "negotiation.policy.purchases": ("PurchaseEffects", "purchase_effects"),
    "negotiation.trade.purging": ("purge_imbalances",),
    "negotiation.policy.closed_form": (
        "approximate_optimal_retaliation",
        "approximate_optimal_tariff",
    ),
    "negotiation.policy.noncooperative": ("nash_tariffs", "optimal_tariffs"),
    "negotiation.policy.cooperative": ("cooperative_tariffs",),
    "negotiation.policy.bargained": ("bargained_tariffs",),
    "negotiation.policy.results": ("PolicyResult",),
    "negotiation.trade.results": ("TradeEquilibria", "TradeEquilibrium"),
    "negotiation.trade.equilibrium": ("counterfactual", "counterfactuals"),
    "negotiation.games.normal_form": ("NormalFormGame",),
    "negotiation.data.catalog": ("show_codebook",),
    "negotiation.data.customs": ("customs_trade",),
    "negotiation.data.embedded": ("economy_names", "load_economy"),
    "negotiation.data.elasticity_estimates": ("load_elasticities",),
    "negotiation.data.parameters": ("parameter", "parameters", "regional_parameter"),
    "negotiation.standoff.load": ("load_standoff", "standoff_names"),
    "negotiation.standoff.standoff": ("Standoff",),
    "negotiation.data.sources": ("sources",),
    "negotiation.data.tables": ("load_table", "table_names"),
    "negotiation.data.tariffs": ("average_tariff", "exempt_sectors", "tariff_history"),
    "negotiation.equilibrium.normal_form.nash": ("Equilibrium", "NashResult", "nash_equilibria"),
    "negotiation.data.readers.icio": ("read_icio",),
    "negotiation.data.readers.trade_tables": ("read_trade",),
    "negotiation.data.readers.grouping": ("Concordance", "read_concordance"),
    "negotiation.data.readers.text_files": ("FileLimits",),
    "negotiation.data.readers.tariff_tables": ("read_tariffs",),
    "negotiation.data.readers.wiod": ("read_wiod",),
    "negotiation.data.published": (
        "CaliendoParro2015",
        "read_caliendo_parro2015",
        "read_ignatenko2025",
        "read_ignatenko2025_tariffs",
        "read_ossa2014",
    ),
    "negotiation.equilibrium.normal_form.batch": ("BatchNashResult", "nash_equilibria_batch"),
    "negotiation.equilibrium.normal_form.one_equilibrium": ("one_equilibrium",),
    "negotiation.equilibrium.interop": (
        "from_nashpy",
        "from_pygambit",
        "from_quantecon",
        "to_nashpy",
        "to_pygambit",
        "to_quantecon",
    ),
    "negotiation.equilibrium.refinements.dominance": (
        "best_responses",
        "iterated_elimination",
        "pareto_frontier",
    ),
    "negotiation.equilibrium.quantal.quantal_response": (
        "fit_quantal_response",
        "quantal_response",
    ),
    "negotiation.equilibrium.refinements.perfection": ("is_perfect", "is_proper"),
    "negotiation.equilibrium.refinements.selection": ("payoff_dominant", "risk_dominance"),
    "negotiation.equilibrium.punishments": ("critical_discount",),
    "negotiation.equilibrium.dynamic.discounted_payoffs": ("discounted_payoffs",),
    "negotiation.equilibrium.dynamic.repeated": (
        "critical_discount_factors",
        "sustainable_payoffs",
    ),
    "negotiation.payoffs.sustainable": ("SustainableCooperation", "sustainable_cooperation"),
    "negotiation.equilibrium.trees.bayesian": ("bayesian_equilibria",),
    "negotiation.equilibrium.trees.sequence_form": (
        "sequence_form_equilibrium",
        "tree_equilibria",
    ),
    "negotiation.equilibrium.trees.sequential": ("sequential_equilibrium",),
    "negotiation.equilibrium.normal_form.stackelberg": ("stackelberg",),
    "negotiation.equilibrium.trees.subgame_perfect": ("subgame_perfect_equilibria",),
    "negotiation.equilibrium.normal_form.zero_sum": ("zero_sum_value",),
    "negotiation.equilibrium.dynamic.markov": ("markov_perfect_equilibrium",),
    "negotiation.games.bayesian": ("BayesianGame",),
    "negotiation.games.extensive_form": ("ExtensiveFormGame",),
    "negotiation.games.stochastic": ("StochasticGame",),
    "negotiation.games.formats": ("read_efg", "read_nfg", "write_efg", "write_nfg"),
    "negotiation.equilibrium.correlated.equilibria": ("correlated_equilibria",),
    "negotiation.equilibrium.refinements.classification": ("read_game",),
    "negotiation.payoffs": (
        "TariffGame",
        "best_response_curves",
        "tariff_game",
        "tariff_payoffs",
        "tariff_plane",
    ),
    "negotiation.bargaining.solutions.problem": ("BargainingProblem",),
    "negotiation.bargaining.solutions.axiomatic": (
        "deal_me_out",
        "egalitarian",
        "kalai_smorodinsky",
        "nash_bargaining",
        "utilitarian",
    ),
    "negotiation.bargaining.solutions.stepwise": ("discrete_raiffa", "maschler_perles"),
    "negotiation.bargaining.solutions.result": ("BargainingSolution",),
    "negotiation.bargaining.offers.alternating_offers": ("rubinstein", "rubinstein_limit"),
    "negotiation.bargaining.solutions.fairness": ("equal_cuts", "inequity_averse"),
    "negotiation.bargaining.solutions.variable_threats": ("variable_threats",),
    "negotiation.process.stage": ("Stage",),
    "negotiation.process.stages": ("MultiStepProcess",),
    "negotiation.process.game.process_game": ("ProcessGame",),
    "negotiation.process.game.solution": ("GameSolution",),
    "negotiation.process.game.paths": ("GamePaths",),
    "negotiation.process.game.history": (
        "ObservedEvent",
        "ObservedHistory",
        "weigh_by_history",
    ),
    "negotiation.process.solve": ("ProcessSolution", "solve_process"),
    "negotiation.process.tough_types.simulation": ("ProcessPaths", "simulate_process"),
    "negotiation.process.multi_step.load": ("load_process",),
    "negotiation.process.beliefs.updating": ("filter_beliefs",),
    "negotiation.process.analysis.forecast": ("outlook",),
    "negotiation.process.batch": ("solve_processes",),
    "negotiation.process.analysis.break_even": ("break_even",),
    "negotiation.process.analysis.identified_set": ("identified_set",),
    "negotiation.estimation.disputes.durations": ("Disputes",),
    "negotiation.estimation.disputes.load": ("load_disputes",),
    "negotiation.estimation.crisis.estimator": ("CrisisFit", "fit_crisis_signalling"),
    "negotiation.estimation.crisis.game": ("crisis_equilibria",),
    "negotiation.estimation.fit": ("ConcessionFit", "fit_concessions"),
    "negotiation.estimation.disputes.ties": ("read_ties",),
    "negotiation.estimation.backtest": ("DisputeBacktest", "backtest_disputes"),
    "negotiation.estimation.nonparametric": ("SurvivalCurve", "kaplan_meier", "turnbull"),
    "negotiation.estimation.posterior": ("Posterior", "laplace_posterior"),
    "negotiation.estimation.scores": ("ForecastScores", "score_forecasts"),
    "negotiation.study.spec": ("Settings", "Study", "load_study"),
    "negotiation.study.run": ("StudyInputs",),
    "negotiation.study.results": ("Number", "StudyResult", "StudyTable"),
    "negotiation.study.exhibit": ("Exhibit",),
    "negotiation.study.sweeps.run": ("SweepResult", "run_sweep"),
    "negotiation.study.sweeps.specification": ("Sweep", "load_sweep"),
    "negotiation.study.sweeps.design": ("ParameterRange",),
}
_MODULE_OF = {name: module for module, names in _HOME.items() for name in names}

__all__ = ["__version__", *sorted(_MODULE_OF)]  # noqa: PLE0604  # strings all, which the rule cannot see


sys.meta_path.append(FormerPaths())


def __getattr__(name: str) -> Any:
    module = _MODULE_OF.get(name)
    if module is None:
        raise AttributeError(f"module 'negotiation' has no attribute {name!r}")
    value = getattr(import_module(module), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_MODULE_OF})
