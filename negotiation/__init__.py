"""How does a tariff standoff between two large economies end?

Trade equilibrium, games and bargaining in one library. Public names are loaded on first use,
so that ``import negotiation`` stays light.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

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
    "negotiation.trade.dependence": ("ExportDependence", "export_dependence"),
    "negotiation.trade.objective": ("JobLosses", "Objective"),
    "negotiation.trade.linear_tariffs": ("LinearTariffModel", "linear_tariff_war"),
    "negotiation.trade.model": ("TradeModel",),
    "negotiation.trade.decomposition": ("WelfareDecomposition", "decompose_welfare"),
    "negotiation.trade.diversion": ("TradeDiversion", "trade_diversion"),
    "negotiation.trade.purging": ("purge_imbalances",),
    "negotiation.trade.closed_form": (
        "approximate_optimal_retaliation",
        "approximate_optimal_tariff",
    ),
    "negotiation.trade.policy": ("nash_tariffs", "optimal_tariffs"),
    "negotiation.trade.cooperation": ("cooperative_tariffs",),
    "negotiation.trade.bargained": ("bargained_tariffs",),
    "negotiation.trade.policy_results": ("PolicyResult",),
    "negotiation.trade.results": ("TradeEquilibria", "TradeEquilibrium"),
    "negotiation.trade.equilibrium": ("counterfactual", "counterfactuals"),
    "negotiation.games.normal_form": ("NormalFormGame",),
    "negotiation.data.catalog": ("show_codebook",),
    "negotiation.data.embedded": ("load_economy",),
    "negotiation.data.parameters": ("parameter", "parameters"),
    "negotiation.data.sources": ("sources",),
    "negotiation.data.tables": ("load_table", "table_names"),
    "negotiation.data.tariffs": ("average_tariff", "exempt_sectors", "tariff_history"),
    "negotiation.equilibrium.nash": ("Equilibrium", "NashResult", "nash_equilibria"),
    "negotiation.data.icio": ("read_icio",),
    "negotiation.data.readers": (
        "read_ignatenko2025",
        "read_ignatenko2025_tariffs",
        "read_ossa2014",
    ),
    "negotiation.equilibrium.batch": ("BatchNashResult", "nash_equilibria_batch"),
    "negotiation.equilibrium.large": ("one_equilibrium",),
    "negotiation.equilibrium.interop": (
        "from_nashpy",
        "from_pygambit",
        "from_quantecon",
        "to_nashpy",
        "to_pygambit",
        "to_quantecon",
    ),
    "negotiation.equilibrium.dominance": (
        "best_responses",
        "iterated_elimination",
        "pareto_frontier",
    ),
    "negotiation.equilibrium.quantal_response": ("fit_quantal_response", "quantal_response"),
    "negotiation.equilibrium.refinement": ("is_perfect", "is_proper"),
    "negotiation.equilibrium.selection": ("payoff_dominant", "risk_dominance"),
    "negotiation.equilibrium.repeated": ("critical_discount_factors", "sustainable_payoffs"),
    "negotiation.equilibrium.sequence_form": ("sequence_form_equilibrium",),
    "negotiation.equilibrium.stackelberg": ("stackelberg",),
    "negotiation.equilibrium.subgame_perfect": ("subgame_perfect_equilibria",),
    "negotiation.equilibrium.zero_sum": ("zero_sum_value",),
    "negotiation.equilibrium.markov": ("markov_perfect_equilibrium",),
    "negotiation.games.bayesian": ("BayesianGame",),
    "negotiation.games.extensive_form": ("ExtensiveFormGame",),
    "negotiation.games.stochastic": ("StochasticGame",),
    "negotiation.games.formats": ("read_efg", "read_nfg", "write_efg", "write_nfg"),
    "negotiation.equilibrium.correlated": ("correlated_equilibria",),
    "negotiation.equilibrium.reading": ("read_game",),
    "negotiation.payoffs": (
        "TariffGame",
        "best_response_curves",
        "tariff_game",
        "tariff_payoffs",
        "tariff_plane",
    ),
    "negotiation.bargaining.problem": ("BargainingProblem",),
    "negotiation.bargaining.solutions": (
        "deal_me_out",
        "egalitarian",
        "kalai_smorodinsky",
        "nash_bargaining",
        "utilitarian",
    ),
    "negotiation.bargaining.stepwise_solutions": ("discrete_raiffa", "maschler_perles"),
    "negotiation.bargaining.solution": ("BargainingSolution",),
    "negotiation.bargaining.alternating_offers": ("rubinstein", "rubinstein_limit"),
    "negotiation.bargaining.fairness": ("equal_cuts", "inequity_averse"),
    "negotiation.bargaining.threats": ("variable_threats",),
    "negotiation.process.stages": ("MultiStepProcess", "Stage"),
    "negotiation.process.solve": ("ProcessSolution", "solve_process"),
    "negotiation.process.simulate": ("ProcessPaths", "simulate_process"),
    "negotiation.process.load": ("load_process",),
    "negotiation.process.beliefs": ("filter_beliefs",),
    "negotiation.process.forecast": ("outlook",),
    "negotiation.process.batch": ("solve_processes",),
    "negotiation.process.break_even": ("break_even",),
    "negotiation.process.identified": ("identified_set",),
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
    "negotiation.study.spec": ("Study", "load_study"),
    "negotiation.study.sweep": ("Sweep", "SweepResult", "load_sweep", "run_sweep"),
    "negotiation.study.design": ("ParameterRange",),
}
_MODULE_OF = {name: module for module, names in _HOME.items() for name in names}

__all__ = ["__version__", *sorted(_MODULE_OF)]  # noqa: PLE0604  # strings all, which the rule cannot see


def __getattr__(name: str) -> Any:
    module = _MODULE_OF.get(name)
    if module is None:
        raise AttributeError(f"module 'negotiation' has no attribute {name!r}")
    value = getattr(import_module(module), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_MODULE_OF})
