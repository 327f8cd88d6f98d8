"""How does a tariff standoff between two large economies end?

Trade equilibrium, games and bargaining in one library. Public names are loaded on first use,
so that ``import negotiation`` stays light.
"""

from __future__ import annotations

import sys
from importlib import import_module

from negotiation.former_names import FormerPaths

TYPE_CHECKING = False  # importing typing would take longer than everything else here
if TYPE_CHECKING:
    from typing import Any

__version__ = "0.2.0"

#: Module, below ``negotiation``, to the public names it defines.
_HOME = {
    "bargaining.agreements.flexibility": (
        "EscapeClause QuietExemption Reassurance escape_clause quiet_exemption reassurance"
    ),
    "bargaining.agreements.monitoring": (
        "CooperationThresholds TriggerPhase cooperation_thresholds detection_lag_discounts "
        "trigger_phase"
    ),
    "bargaining.agreements.purchases": (
        "PurchaseCompliance SelfEnforcingPurchases phase_one_compliance purchase_compliance "
        "self_enforcing_purchases"
    ),
    "bargaining.agreements.repeated_strategies": (
        "LongRunPlay RepeatedMatch ZeroDeterminant extortionate_strategy long_run_play play_match "
        "zero_determinant"
    ),
    "bargaining.agreements.self_enforcing": (
        "CooperativeTariff FreeTradeDiscounts GradualCuts ManagedTrade critical_discounts "
        "gradual_cuts managed_trade most_cooperative_tariff"
    ),
    "bargaining.agreements.staged_exchange": (
        "StageChain StagedExchange stage_chain staged_exchange"
    ),
    "bargaining.attrition.audience_costs": (
        "AudienceCostCrisis audience_cost_crisis audience_cost_crisis_uniform"
    ),
    "bargaining.attrition.hazard": (
        "AttritionSide ConcessionHazard ConcessionPath concession_hazard concession_path"
    ),
    "bargaining.attrition.reputation": (
        "ReputationEquilibrium StubbornnessLimit abreu_gul reputational_bargaining "
        "stubbornness_limit survival_of_reputation"
    ),
    "bargaining.attrition.reputation_types": "DemandEquilibrium StubbornTypes abreu_gul_demands",
    "bargaining.attrition.war_of_attrition": (
        "AttritionEquilibrium PrivateValueAttrition ShadowOfTheFuture private_value_attrition "
        "shadow_of_the_future war_of_attrition"
    ),
    "bargaining.conditions": "Distribution",
    "bargaining.offers.alternating_offers": (
        "alternating_offers_breakdown alternating_offers_commitment alternating_offers_fixed_costs "
        "alternating_offers_flows alternating_offers_outside_options rubinstein rubinstein_limit"
    ),
    "bargaining.offers.bilateral_trade": (
        "MechanismBound SecondBestTrade mechanism_bound second_best_trade"
    ),
    "bargaining.offers.commitment": (
        "RevocableCommitment UncertainCommitment revocable_commitment uncertain_commitment"
    ),
    "bargaining.offers.finite_horizon": "FiniteHorizonOffers stahl_finite_horizon",
    "bargaining.offers.outcome": "AlternatingOffers",
    "bargaining.offers.private_information": (
        "DoubleAuction ScreeningOffers TwoTypeScreening double_auction screening_offers "
        "two_type_screening"
    ),
    "bargaining.offers.random_proposer": (
        "OptimismDelay RandomProposer StochasticSurplus optimism_deadline random_proposer "
        "stochastic_surplus"
    ),
    "bargaining.offers.ratification": (
        "DomesticConstraint RatificationOffer WinSets domestic_constraints ratification_offer "
        "win_sets win_sets_from_ratifiers"
    ),
    "bargaining.signals.cheap_talk": (
        "CheapTalkPartition TwoAudiences cheap_talk_partition two_audiences"
    ),
    "bargaining.signals.crisis_signals": (
        "CrisisSignalling SunkCostSignal TiedHands crisis_signalling sunk_cost_signal tying_hands"
    ),
    "bargaining.signals.persuasion": (
        "Persuasion PersuasionValue bayesian_persuasion persuasion_value"
    ),
    "bargaining.signals.sources": (
        "ElectronicMail SourcePosterior SourceReliability StrategicSource electronic_mail "
        "source_posterior source_reliability strategic_source"
    ),
    "bargaining.solutions.agenda": (
        "AgendaOrder IssueLinkage SequentialAgenda agenda_orders issue_linkage sequential_agenda"
    ),
    "bargaining.solutions.axiomatic": (
        "deal_me_out egalitarian kalai_smorodinsky nash_bargaining split_the_difference utilitarian"
    ),
    "bargaining.solutions.fairness": (
        "InequityAverseSolution UltimatumOffer equal_cuts inequity_averse inequity_averse_ultimatum"
    ),
    "bargaining.solutions.problem": "BargainingProblem",
    "bargaining.solutions.result": "BargainingSolution",
    "bargaining.solutions.stepwise": "discrete_raiffa maschler_perles",
    "bargaining.solutions.tariff_war_settlement": (
        "EquivalentWithdrawal WarSettlement equivalent_withdrawal settle_tariff_war tariff_frontier"
    ),
    "bargaining.solutions.transferable": "TransferableSolution nash_risk_averse nash_transferable",
    "bargaining.solutions.variable_threats": "VariableThreatSolution variable_threats",
    "data.catalog": "Listing list_data list_sources show_codebook show_data",
    "data.customs": "customs_trade",
    "data.elasticity_estimates": "elasticity_names load_elasticities",
    "data.embedded": "economy_names load_economy",
    "data.parameters": "Parameter parameter parameters regional_parameter",
    "data.published": (
        "CaliendoParro2015 read_caliendo_parro2015 read_ignatenko2025 read_ignatenko2025_tariffs "
        "read_ossa2014"
    ),
    "data.published.caliendo_parro2015": "consistent_base_year",
    "data.readers.grouping": "Concordance concordance_of read_concordance",
    "data.readers.icio": "read_icio",
    "data.readers.tariff_tables": "read_tariffs",
    "data.readers.text_files": "FileLimits",
    "data.readers.trade_tables": "read_trade",
    "data.readers.wiod": "read_wiod",
    "data.sources": "Source sources",
    "data.standoffs.read": "standoff_names",
    "data.tables": "Table load_table read_table table_names",
    "data.tariffs": (
        "Exemption TariffStep average_tariff default_rates exempt_sectors tariff_history"
    ),
    "equilibrium.certificate": "exact_regret regret",
    "equilibrium.correlated.certificate": "CorrelatedResult incentive_to_disobey",
    "equilibrium.correlated.equilibria": "correlated_equilibria",
    "equilibrium.correlated.payoff_set": "CorrelatedPayoffSet correlated_payoff_set",
    "equilibrium.dynamic.discounted_payoffs": "DiscountedPayoffs discounted_payoffs",
    "equilibrium.dynamic.learning": "LearningPath fictitious_play replicator_dynamics",
    "equilibrium.dynamic.markov": "MarkovEquilibrium markov_perfect_equilibrium",
    "equilibrium.dynamic.markov_certificate": "markov_regret",
    "equilibrium.dynamic.repeated": (
        "CriticalDiscounts SustainablePayoffs critical_discount_factors is_sustainable "
        "minmax_payoffs sustainable_payoffs"
    ),
    "equilibrium.interop": (
        "from_nashpy from_pygambit from_quantecon to_nashpy to_pygambit to_quantecon"
    ),
    "equilibrium.normal_form.batch": "BatchNashResult nash_equilibria_batch",
    "equilibrium.normal_form.components": "Component",
    "equilibrium.normal_form.nash": "Equilibrium NashResult nash_equilibria",
    "equilibrium.normal_form.one_equilibrium": "one_equilibrium",
    "equilibrium.normal_form.results": "certified_equilibrium pure_equilibria",
    "equilibrium.normal_form.stackelberg": "StackelbergResult stackelberg",
    "equilibrium.normal_form.zero_sum": "ZeroSumResult zero_sum_value",
    "equilibrium.profiles": "deviation_payoffs expected_payoffs",
    "equilibrium.punishments": "critical_discount",
    "equilibrium.quantal.estimation": "QuantalResponseFit fit_quantal_response",
    "equilibrium.quantal.logit_branch": "QuantalResponse",
    "equilibrium.quantal.quantal_response": (
        "QuantalResponseResult quantal_response quantal_response_branch"
    ),
    "equilibrium.refinements.classification": "GameReading read_game",
    "equilibrium.refinements.dominance": (
        "Elimination EliminationResult best_responses dominant_actions dominated_actions "
        "iterated_elimination pareto_frontier pure_best_responses"
    ),
    "equilibrium.refinements.perfection": "PerfectionCheck PropernessCheck is_perfect is_proper",
    "equilibrium.refinements.selection": "RiskDominance payoff_dominant risk_dominance",
    "equilibrium.refinements.trembling": (
        "TremblingEquilibrium perfect_equilibrium proper_equilibrium"
    ),
    "equilibrium.trees.bayesian": "BayesianEquilibrium BayesianResult bayesian_equilibria",
    "equilibrium.trees.certificate": "TreeEquilibrium tree_regret",
    "equilibrium.trees.perfect_bayesian": "AssessmentCheck check_assessment",
    "equilibrium.trees.reduced_form": "tree_equilibria",
    "equilibrium.trees.sequence_form": "TreeSolution sequence_form_equilibrium",
    "equilibrium.trees.sequential": "SequentialEquilibrium consistency_gap sequential_equilibrium",
    "equilibrium.trees.subgame_perfect": "subgame_perfect_equilibria subgame_regret",
    "errors": (
        "ConvergenceError DataError InformationDateError InvalidInputError MissingDependencyError "
        "NegotiationError NonFiniteError"
    ),
    "estimation.backtest": "DisputeBacktest backtest_disputes",
    "estimation.crisis.estimator": "CrisisFit fit_crisis_signalling",
    "estimation.crisis.game": "SignallingGame crisis_equilibria",
    "estimation.deadlines": "DeadlineRates deadline_rates",
    "estimation.disputes.durations": "Disputes",
    "estimation.disputes.load": "load_disputes",
    "estimation.disputes.ties": "read_ties",
    "estimation.concession_fit": "ConcessionFit",
    "estimation.fit": "fit_concessions",
    "estimation.laws": "Law law_named",
    "estimation.nonparametric": "SurvivalCurve kaplan_meier turnbull",
    "estimation.posterior": "Posterior laplace_posterior",
    "estimation.process_law.economy_payoffs": "dispute_payoffs",
    "estimation.process_law.law": "ProcessLaw Resolve",
    "estimation.process_law.payoffs": "DisputePayoffs",
    "estimation.process_law.terms": "FixedTerms concession_node",
    "estimation.scores": "Forecast ForecastScores score_forecasts",
    "games.bayesian": "BayesianGame",
    "games.extensive_form": "ExtensiveFormGame InformationSet",
    "games.formats": "read_efg read_nfg write_efg write_nfg",
    "games.normal_form": "NormalFormGame",
    "games.stochastic": "StochasticGame",
    "games.strategies": "TreeStrategies agent_form behavior_of_mixed to_normal_form",
    "games.tree": "Branch ChanceNode DecisionNode TerminalNode chance decision terminal",
    "payoffs": "TariffGame best_response_curves tariff_game tariff_payoffs tariff_plane",
    "payoffs.ensemble": "PAYOFF_MODELS PayoffModel RevealedWeight payoff_model revealed_weight",
    "payoffs.defaults": "horizon_elasticities sourced_job_losses",
    "payoffs.plane": "TariffPlane",
    "payoffs.scenarios": "PayoffOptions",
    "payoffs.sustainable": "SustainableCooperation sustainable_cooperation",
    "plotting.bargaining": (
        "plot_bargaining_set plot_compliance_posterior plot_gradual_cuts plot_offers "
        "plot_ratification_offer plot_win_sets"
    ),
    "plotting.conflict": (
        "plot_audience_cost_horizon plot_cheap_talk_partition plot_concession_hazards "
        "plot_concession_survival plot_source_posterior"
    ),
    "plotting.dependence": "plot_export_dependence",
    "plotting.disputes": (
        "plot_coefficients plot_deadline_rates plot_durations plot_reliability plot_transforms"
    ),
    "plotting.forecasts": "plot_cut_levels plot_dated_forecasts plot_forecast_bands plot_timeline",
    "plotting.game_trees": "plot_game_tree",
    "plotting.games": "plot_payoff_matrix",
    "plotting.payoffs": "plot_best_responses plot_tariff_plane",
    "plotting.process": "plot_readings plot_stage_ends plot_tariff_fan plot_time_to_deal",
    "plotting.process_sensitivity": (
        "plot_exemption_regions plot_first_concession_map plot_sobol_indices plot_tornado"
    ),
    "plotting.solution_sets": "plot_correlated_payoffs plot_quantal_response",
    "plotting.trade": (
        "plot_model_map plot_optimal_tariffs plot_validation plot_war_gains plot_welfare_parts"
    ),
    "policy.bargained": "bargained_tariffs",
    "policy.best_responses": "BestResponseCurves NashPoint",
    "policy.closed_form": "approximate_optimal_retaliation approximate_optimal_tariff",
    "policy.cooperative": "cooperative_tariffs",
    "policy.noncooperative": "nash_tariffs optimal_tariffs",
    "policy.objectives.objective": "JobLosses Objective",
    "policy.objectives.partial_equilibrium_payoffs": "TariffPayoffs",
    "policy.purchases": "PurchaseEffects purchase_effects",
    "policy.results": "PolicyCertificate PolicyObjective PolicyResult SectorTariffs WarGains",
    "process.analysis.break_even": "BreakEven BreakEvens break_even",
    "process.analysis.conclusions": "Conclusion",
    "forecasting.dated_forecast": "forecast forecast_process outlook",
    "forecasting.log": "log_forecast read_forecast_log",
    "forecasting.resolve_prior": "ResolvePrior prior_for",
    "process.analysis.forecast": "ProcessForecast",
    "process.analysis.identified_set": "IdentifiedSet Moment dated_moments identified_set",
    "process.analysis.other_models": "compare_models open_stage_with_tough_types",
    "process.analysis.readings": "Readings",
    "process.analysis.scores": ("ConstantHazard DatedForecasts brier constant_hazard log_score"),
    "process.analysis.sensitivity": ("ExemptionRegions FirstConcessionMap SweptOutcome Tornado"),
    "process.analysis.stage_ends": "StageEnds stage_ends",
    "process.analysis.tariffs": "TariffFan tariff_fan",
    "process.batch": "solve_processes",
    "process.beliefs.draws": "BeliefDraws filter_draws",
    "process.beliefs.events": (
        "ContactClaim DatedEvent contact_posterior event_ratios learned_reliability read_events"
    ),
    "process.beliefs.updating": "BeliefPath filter_beliefs",
    "process.game.branches": "Multiplicity multiplicity",
    "process.game.history": "HistoryWeights ObservedEvent ObservedHistory weigh_by_history",
    "process.game.paths": "GamePaths",
    "process.game.persistent_types.solution": "TypedSolution",
    "process.game.persistent_types.solve": "belief_grid_error",
    "process.game.persistent_types.typed_game": "TypedGame",
    "process.game.process_game": "ProcessGame",
    "process.game.solution": "GameSolution",
    "process.multi_step.demands": "TariffBox ideal_demands",
    "process.multi_step.built_process": "BuiltProcess",
    "process.multi_step.graph": "build_process",
    "process.multi_step.plan": (
        "DatedChange PlannedStage ProcessNumbers ProcessPlan StandingMeasure"
    ),
    "process.multi_step.state_flows": "Instrument State StateFlows",
    "process.multi_step.case_process": "EnsembleMember",
    "process.multi_step.load": "load_process process_ensemble process_names",
    "process.solve": "ProcessSolution solve_process",
    "process.stage": "Stage",
    "process.stages": "MultiStepProcess",
    "process.tough_types.announced_demands": "DemandSolution solve_demands",
    "process.tough_types.continuation": "process_from",
    "process.tough_types.deviations": "StrategyCheck check_strategies",
    "process.tough_types.simulation": "ProcessPaths simulate_process",
    "report.run": "run_standoff",
    "report.standoff_run": "StandoffRun",
    "standoff.load": "load_standoff",
    "standoff.standoff": "Standoff",
    "study.comparisons.model_map": "ModelMap model_map",
    "study.comparisons.sensitivity": (
        "exemption_regions first_concession_map swept_outcomes tornado"
    ),
    "study.exhibit": "Exhibit",
    "study.new_project": "new_project",
    "study.results": "Number StudyResult StudyTable",
    "study.run": "StudyInputs run_study run_study_file",
    "study.spec": "Settings Study load_study",
    "study.sweeps.design": "ParameterRange SobolIndices sobol_indices_of",
    "study.sweeps.run": "SweepResult run_sweep",
    "study.sweeps.specification": "Sweep load_sweep",
    "trade.analysis.decomposition": "WelfareDecomposition decompose_welfare",
    "trade.analysis.dependence": "CustomsTrade DependenceRow ExportDependence export_dependence",
    "trade.analysis.diversion": "TradeDiversion trade_diversion",
    "trade.analysis.elasticity_draws": (
        "CounterfactualDraws ElasticityEstimates Probability counterfactual_draws"
    ),
    "trade.analysis.first_order_welfare": "FirstOrderWelfare first_order_welfare",
    "trade.economy": "Economy TariffSchedule",
    "trade.elasticities.elasticity_sets": "TradeElasticities",
    "trade.elasticities.horizons": "elasticities_at",
    "trade.equilibrium": "counterfactual counterfactuals",
    "trade.instruments.measures": "Measure",
    "trade.instruments.policy": "Policy Purchase Quota",
    "trade.markets.linear_tariffs": (
        "LinearTariffEffects LinearTariffModel LinearTariffWar linear_tariff_war"
    ),
    "trade.markets.partial_equilibrium": "MarketEffects market_effects",
    "trade.model": "TradeModel",
    "trade.purging": "purge_imbalances",
    "trade.results": "TradeEquilibria TradeEquilibrium",
    "trade.tariff_scenarios": "TariffScenarios baseline_averages tariff_scenarios",
    "trade.verification": "EquilibriumCertificate verify_equilibrium",
}
_MODULE_OF = {
    name: f"negotiation.{room}" for room, names in _HOME.items() for name in names.split()
}

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
