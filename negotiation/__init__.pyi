# Written by docs/lists.py from the table of public names.
__version__: str
_MODULE_OF: dict[str, str]
from negotiation.bargaining.agreements.flexibility import EscapeClause as EscapeClause, QuietExemption as QuietExemption, Reassurance as Reassurance, escape_clause as escape_clause, quiet_exemption as quiet_exemption, reassurance as reassurance
from negotiation.bargaining.agreements.monitoring import CooperationThresholds as CooperationThresholds, TriggerPhase as TriggerPhase, cooperation_thresholds as cooperation_thresholds, detection_lag_discounts as detection_lag_discounts, trigger_phase as trigger_phase
from negotiation.bargaining.agreements.purchases import PurchaseCompliance as PurchaseCompliance, SelfEnforcingPurchases as SelfEnforcingPurchases, phase_one_compliance as phase_one_compliance, purchase_compliance as purchase_compliance, self_enforcing_purchases as self_enforcing_purchases
from negotiation.bargaining.agreements.repeated_strategies import LongRunPlay as LongRunPlay, RepeatedMatch as RepeatedMatch, ZeroDeterminant as ZeroDeterminant, extortionate_strategy as extortionate_strategy, long_run_play as long_run_play, play_match as play_match, zero_determinant as zero_determinant
from negotiation.bargaining.agreements.self_enforcing import CooperativeTariff as CooperativeTariff, FreeTradeDiscounts as FreeTradeDiscounts, GradualCuts as GradualCuts, ManagedTrade as ManagedTrade, critical_discounts as critical_discounts, gradual_cuts as gradual_cuts, managed_trade as managed_trade, most_cooperative_tariff as most_cooperative_tariff
from negotiation.bargaining.agreements.staged_exchange import StageChain as StageChain, StagedExchange as StagedExchange, stage_chain as stage_chain, staged_exchange as staged_exchange
from negotiation.bargaining.attrition.audience_costs import AudienceCostCrisis as AudienceCostCrisis, audience_cost_crisis as audience_cost_crisis, audience_cost_crisis_uniform as audience_cost_crisis_uniform
from negotiation.bargaining.attrition.hazard import AttritionSide as AttritionSide, ConcessionHazard as ConcessionHazard, ConcessionPath as ConcessionPath, concession_hazard as concession_hazard, concession_path as concession_path
from negotiation.bargaining.attrition.reputation import ReputationEquilibrium as ReputationEquilibrium, StubbornnessLimit as StubbornnessLimit, abreu_gul as abreu_gul, reputational_bargaining as reputational_bargaining, stubbornness_limit as stubbornness_limit, survival_of_reputation as survival_of_reputation
from negotiation.bargaining.attrition.reputation_types import DemandEquilibrium as DemandEquilibrium, StubbornTypes as StubbornTypes, abreu_gul_demands as abreu_gul_demands
from negotiation.bargaining.attrition.war_of_attrition import AttritionEquilibrium as AttritionEquilibrium, PrivateValueAttrition as PrivateValueAttrition, ShadowOfTheFuture as ShadowOfTheFuture, private_value_attrition as private_value_attrition, shadow_of_the_future as shadow_of_the_future, war_of_attrition as war_of_attrition
from negotiation.bargaining.conditions import Distribution as Distribution
from negotiation.bargaining.offers.alternating_offers import alternating_offers_breakdown as alternating_offers_breakdown, alternating_offers_commitment as alternating_offers_commitment, alternating_offers_fixed_costs as alternating_offers_fixed_costs, alternating_offers_flows as alternating_offers_flows, alternating_offers_outside_options as alternating_offers_outside_options, rubinstein as rubinstein, rubinstein_limit as rubinstein_limit
from negotiation.bargaining.offers.bilateral_trade import MechanismBound as MechanismBound, SecondBestTrade as SecondBestTrade, mechanism_bound as mechanism_bound, second_best_trade as second_best_trade
from negotiation.bargaining.offers.commitment import RevocableCommitment as RevocableCommitment, UncertainCommitment as UncertainCommitment, revocable_commitment as revocable_commitment, uncertain_commitment as uncertain_commitment
from negotiation.bargaining.offers.finite_horizon import FiniteHorizonOffers as FiniteHorizonOffers, stahl_finite_horizon as stahl_finite_horizon
from negotiation.bargaining.offers.outcome import AlternatingOffers as AlternatingOffers
from negotiation.bargaining.offers.private_information import DoubleAuction as DoubleAuction, ScreeningOffers as ScreeningOffers, TwoTypeScreening as TwoTypeScreening, double_auction as double_auction, screening_offers as screening_offers, two_type_screening as two_type_screening
from negotiation.bargaining.offers.random_proposer import OptimismDelay as OptimismDelay, RandomProposer as RandomProposer, StochasticSurplus as StochasticSurplus, optimism_deadline as optimism_deadline, random_proposer as random_proposer, stochastic_surplus as stochastic_surplus
from negotiation.bargaining.offers.ratification import DomesticConstraint as DomesticConstraint, RatificationOffer as RatificationOffer, WinSets as WinSets, domestic_constraints as domestic_constraints, ratification_offer as ratification_offer, win_sets as win_sets, win_sets_from_ratifiers as win_sets_from_ratifiers
from negotiation.bargaining.signals.cheap_talk import CheapTalkPartition as CheapTalkPartition, TwoAudiences as TwoAudiences, cheap_talk_partition as cheap_talk_partition, two_audiences as two_audiences
from negotiation.bargaining.signals.crisis_signals import CrisisSignalling as CrisisSignalling, SunkCostSignal as SunkCostSignal, TiedHands as TiedHands, crisis_signalling as crisis_signalling, sunk_cost_signal as sunk_cost_signal, tying_hands as tying_hands
from negotiation.bargaining.signals.persuasion import Persuasion as Persuasion, PersuasionValue as PersuasionValue, bayesian_persuasion as bayesian_persuasion, persuasion_value as persuasion_value
from negotiation.bargaining.signals.sources import ElectronicMail as ElectronicMail, SourcePosterior as SourcePosterior, SourceReliability as SourceReliability, StrategicSource as StrategicSource, electronic_mail as electronic_mail, source_posterior as source_posterior, source_reliability as source_reliability, strategic_source as strategic_source
from negotiation.bargaining.solutions.agenda import AgendaOrder as AgendaOrder, IssueLinkage as IssueLinkage, SequentialAgenda as SequentialAgenda, agenda_orders as agenda_orders, issue_linkage as issue_linkage, sequential_agenda as sequential_agenda
from negotiation.bargaining.solutions.axiomatic import deal_me_out as deal_me_out, egalitarian as egalitarian, kalai_smorodinsky as kalai_smorodinsky, nash_bargaining as nash_bargaining, split_the_difference as split_the_difference, utilitarian as utilitarian
from negotiation.bargaining.solutions.fairness import InequityAverseSolution as InequityAverseSolution, UltimatumOffer as UltimatumOffer, equal_cuts as equal_cuts, inequity_averse as inequity_averse, inequity_averse_ultimatum as inequity_averse_ultimatum
from negotiation.bargaining.solutions.problem import BargainingProblem as BargainingProblem
from negotiation.bargaining.solutions.result import BargainingSolution as BargainingSolution
from negotiation.bargaining.solutions.stepwise import discrete_raiffa as discrete_raiffa, maschler_perles as maschler_perles
from negotiation.bargaining.solutions.tariff_war_settlement import EquivalentWithdrawal as EquivalentWithdrawal, WarSettlement as WarSettlement, equivalent_withdrawal as equivalent_withdrawal, settle_tariff_war as settle_tariff_war, tariff_frontier as tariff_frontier
from negotiation.bargaining.solutions.transferable import TransferableSolution as TransferableSolution, nash_risk_averse as nash_risk_averse, nash_transferable as nash_transferable
from negotiation.bargaining.solutions.variable_threats import VariableThreatSolution as VariableThreatSolution, variable_threats as variable_threats
from negotiation.data.catalog import Listing as Listing, list_data as list_data, list_sources as list_sources, show_codebook as show_codebook, show_data as show_data
from negotiation.data.customs import customs_trade as customs_trade
from negotiation.data.elasticity_estimates import elasticity_names as elasticity_names, load_elasticities as load_elasticities
from negotiation.data.embedded import economy_names as economy_names, load_economy as load_economy
from negotiation.data.parameters import Parameter as Parameter, parameter as parameter, parameters as parameters, regional_parameter as regional_parameter
from negotiation.data.published import CaliendoParro2015 as CaliendoParro2015, read_caliendo_parro2015 as read_caliendo_parro2015, read_ignatenko2025 as read_ignatenko2025, read_ignatenko2025_tariffs as read_ignatenko2025_tariffs, read_ossa2014 as read_ossa2014
from negotiation.data.published.caliendo_parro2015 import consistent_base_year as consistent_base_year
from negotiation.data.readers.grouping import Concordance as Concordance, concordance_of as concordance_of, read_concordance as read_concordance
from negotiation.data.readers.icio import read_icio as read_icio
from negotiation.data.readers.tariff_tables import read_tariffs as read_tariffs
from negotiation.data.readers.text_files import FileLimits as FileLimits
from negotiation.data.readers.trade_tables import read_trade as read_trade
from negotiation.data.readers.wiod import read_wiod as read_wiod
from negotiation.data.sources import Source as Source, sources as sources
from negotiation.data.standoffs.read import standoff_names as standoff_names
from negotiation.data.tables import Table as Table, load_table as load_table, read_table as read_table, table_names as table_names
from negotiation.data.tariffs import Exemption as Exemption, TariffStep as TariffStep, average_tariff as average_tariff, default_rates as default_rates, exempt_sectors as exempt_sectors, tariff_history as tariff_history
from negotiation.equilibrium.certificate import exact_regret as exact_regret, regret as regret
from negotiation.equilibrium.correlated.certificate import CorrelatedResult as CorrelatedResult, incentive_to_disobey as incentive_to_disobey
from negotiation.equilibrium.correlated.equilibria import correlated_equilibria as correlated_equilibria
from negotiation.equilibrium.correlated.payoff_set import CorrelatedPayoffSet as CorrelatedPayoffSet, correlated_payoff_set as correlated_payoff_set
from negotiation.equilibrium.dynamic.discounted_payoffs import DiscountedPayoffs as DiscountedPayoffs, discounted_payoffs as discounted_payoffs
from negotiation.equilibrium.dynamic.learning import LearningPath as LearningPath, fictitious_play as fictitious_play, replicator_dynamics as replicator_dynamics
from negotiation.equilibrium.dynamic.markov import MarkovEquilibrium as MarkovEquilibrium, markov_perfect_equilibrium as markov_perfect_equilibrium
from negotiation.equilibrium.dynamic.markov_certificate import markov_regret as markov_regret
from negotiation.equilibrium.dynamic.repeated import CriticalDiscounts as CriticalDiscounts, SustainablePayoffs as SustainablePayoffs, critical_discount_factors as critical_discount_factors, is_sustainable as is_sustainable, minmax_payoffs as minmax_payoffs, sustainable_payoffs as sustainable_payoffs
from negotiation.equilibrium.interop import from_nashpy as from_nashpy, from_pygambit as from_pygambit, from_quantecon as from_quantecon, to_nashpy as to_nashpy, to_pygambit as to_pygambit, to_quantecon as to_quantecon
from negotiation.equilibrium.normal_form.batch import BatchNashResult as BatchNashResult, nash_equilibria_batch as nash_equilibria_batch
from negotiation.equilibrium.normal_form.components import Component as Component
from negotiation.equilibrium.normal_form.nash import Equilibrium as Equilibrium, NashResult as NashResult, nash_equilibria as nash_equilibria
from negotiation.equilibrium.normal_form.one_equilibrium import one_equilibrium as one_equilibrium
from negotiation.equilibrium.normal_form.results import certified_equilibrium as certified_equilibrium, pure_equilibria as pure_equilibria
from negotiation.equilibrium.normal_form.stackelberg import StackelbergResult as StackelbergResult, stackelberg as stackelberg
from negotiation.equilibrium.normal_form.zero_sum import ZeroSumResult as ZeroSumResult, zero_sum_value as zero_sum_value
from negotiation.equilibrium.profiles import deviation_payoffs as deviation_payoffs, expected_payoffs as expected_payoffs
from negotiation.equilibrium.punishments import critical_discount as critical_discount
from negotiation.equilibrium.quantal.estimation import QuantalResponseFit as QuantalResponseFit, fit_quantal_response as fit_quantal_response
from negotiation.equilibrium.quantal.logit_branch import QuantalResponse as QuantalResponse
from negotiation.equilibrium.quantal.quantal_response import QuantalResponseResult as QuantalResponseResult, quantal_response as quantal_response, quantal_response_branch as quantal_response_branch
from negotiation.equilibrium.refinements.classification import GameReading as GameReading, read_game as read_game
from negotiation.equilibrium.refinements.dominance import Elimination as Elimination, EliminationResult as EliminationResult, best_responses as best_responses, dominant_actions as dominant_actions, dominated_actions as dominated_actions, iterated_elimination as iterated_elimination, pareto_frontier as pareto_frontier, pure_best_responses as pure_best_responses
from negotiation.equilibrium.refinements.perfection import PerfectionCheck as PerfectionCheck, PropernessCheck as PropernessCheck, is_perfect as is_perfect, is_proper as is_proper
from negotiation.equilibrium.refinements.selection import RiskDominance as RiskDominance, payoff_dominant as payoff_dominant, risk_dominance as risk_dominance
from negotiation.equilibrium.refinements.trembling import TremblingEquilibrium as TremblingEquilibrium, perfect_equilibrium as perfect_equilibrium, proper_equilibrium as proper_equilibrium
from negotiation.equilibrium.trees.bayesian import BayesianEquilibrium as BayesianEquilibrium, BayesianResult as BayesianResult, bayesian_equilibria as bayesian_equilibria
from negotiation.equilibrium.trees.certificate import TreeEquilibrium as TreeEquilibrium, tree_regret as tree_regret
from negotiation.equilibrium.trees.perfect_bayesian import AssessmentCheck as AssessmentCheck, check_assessment as check_assessment
from negotiation.equilibrium.trees.reduced_form import tree_equilibria as tree_equilibria
from negotiation.equilibrium.trees.sequence_form import TreeSolution as TreeSolution, sequence_form_equilibrium as sequence_form_equilibrium
from negotiation.equilibrium.trees.sequential import SequentialEquilibrium as SequentialEquilibrium, consistency_gap as consistency_gap, sequential_equilibrium as sequential_equilibrium
from negotiation.equilibrium.trees.subgame_perfect import subgame_perfect_equilibria as subgame_perfect_equilibria, subgame_regret as subgame_regret
from negotiation.errors import ConvergenceError as ConvergenceError, DataError as DataError, InformationDateError as InformationDateError, InvalidInputError as InvalidInputError, MissingDependencyError as MissingDependencyError, NegotiationError as NegotiationError, NonFiniteError as NonFiniteError
from negotiation.estimation.backtest import DisputeBacktest as DisputeBacktest, backtest_disputes as backtest_disputes
from negotiation.estimation.concession_fit import ConcessionFit as ConcessionFit
from negotiation.estimation.crisis.estimator import CrisisFit as CrisisFit, fit_crisis_signalling as fit_crisis_signalling
from negotiation.estimation.crisis.game import SignallingGame as SignallingGame, crisis_equilibria as crisis_equilibria
from negotiation.estimation.deadlines import DeadlineRates as DeadlineRates, deadline_rates as deadline_rates
from negotiation.estimation.disputes.durations import Disputes as Disputes
from negotiation.estimation.disputes.load import load_disputes as load_disputes
from negotiation.estimation.disputes.ties import read_ties as read_ties
from negotiation.estimation.fit import fit_concessions as fit_concessions
from negotiation.estimation.laws import Law as Law, law_named as law_named
from negotiation.estimation.nonparametric import SurvivalCurve as SurvivalCurve, kaplan_meier as kaplan_meier, turnbull as turnbull
from negotiation.estimation.posterior import Posterior as Posterior, laplace_posterior as laplace_posterior
from negotiation.estimation.process_law.economy_payoffs import dispute_payoffs as dispute_payoffs
from negotiation.estimation.process_law.law import ProcessLaw as ProcessLaw, Resolve as Resolve
from negotiation.estimation.process_law.payoffs import DisputePayoffs as DisputePayoffs
from negotiation.estimation.process_law.terms import FixedTerms as FixedTerms, concession_node as concession_node
from negotiation.estimation.scores import Forecast as Forecast, ForecastScores as ForecastScores, score_forecasts as score_forecasts
from negotiation.forecasting.dated_forecast import forecast as forecast, forecast_process as forecast_process, outlook as outlook
from negotiation.forecasting.log import log_forecast as log_forecast, read_forecast_log as read_forecast_log
from negotiation.forecasting.resolve_prior import ResolvePrior as ResolvePrior, prior_for as prior_for
from negotiation.games.bayesian import BayesianGame as BayesianGame
from negotiation.games.extensive_form import ExtensiveFormGame as ExtensiveFormGame, InformationSet as InformationSet
from negotiation.games.formats import read_efg as read_efg, read_nfg as read_nfg, write_efg as write_efg, write_nfg as write_nfg
from negotiation.games.normal_form import NormalFormGame as NormalFormGame
from negotiation.games.stochastic import StochasticGame as StochasticGame
from negotiation.games.strategies import TreeStrategies as TreeStrategies, agent_form as agent_form, behavior_of_mixed as behavior_of_mixed, to_normal_form as to_normal_form
from negotiation.games.tree import Branch as Branch, ChanceNode as ChanceNode, DecisionNode as DecisionNode, TerminalNode as TerminalNode, chance as chance, decision as decision, terminal as terminal
from negotiation.payoffs import TariffGame as TariffGame, best_response_curves as best_response_curves, tariff_game as tariff_game, tariff_payoffs as tariff_payoffs, tariff_plane as tariff_plane
from negotiation.payoffs.defaults import horizon_elasticities as horizon_elasticities, sourced_job_losses as sourced_job_losses
from negotiation.payoffs.ensemble import PAYOFF_MODELS as PAYOFF_MODELS, PayoffModel as PayoffModel, RevealedWeight as RevealedWeight, payoff_model as payoff_model, revealed_weight as revealed_weight
from negotiation.payoffs.plane import TariffPlane as TariffPlane
from negotiation.payoffs.scenarios import PayoffOptions as PayoffOptions
from negotiation.payoffs.sustainable import SustainableCooperation as SustainableCooperation, sustainable_cooperation as sustainable_cooperation
from negotiation.plotting.bargaining import plot_bargaining_set as plot_bargaining_set, plot_compliance_posterior as plot_compliance_posterior, plot_gradual_cuts as plot_gradual_cuts, plot_offers as plot_offers, plot_ratification_offer as plot_ratification_offer, plot_win_sets as plot_win_sets
from negotiation.plotting.conflict import plot_audience_cost_horizon as plot_audience_cost_horizon, plot_cheap_talk_partition as plot_cheap_talk_partition, plot_concession_hazards as plot_concession_hazards, plot_concession_survival as plot_concession_survival, plot_source_posterior as plot_source_posterior
from negotiation.plotting.dependence import plot_export_dependence as plot_export_dependence
from negotiation.plotting.disputes import plot_coefficients as plot_coefficients, plot_deadline_rates as plot_deadline_rates, plot_durations as plot_durations, plot_reliability as plot_reliability, plot_transforms as plot_transforms
from negotiation.plotting.forecasts import plot_cut_levels as plot_cut_levels, plot_dated_forecasts as plot_dated_forecasts, plot_forecast_bands as plot_forecast_bands, plot_timeline as plot_timeline
from negotiation.plotting.game_trees import plot_game_tree as plot_game_tree
from negotiation.plotting.games import plot_payoff_matrix as plot_payoff_matrix
from negotiation.plotting.payoffs import plot_best_responses as plot_best_responses, plot_tariff_plane as plot_tariff_plane
from negotiation.plotting.process import plot_readings as plot_readings, plot_stage_ends as plot_stage_ends, plot_tariff_fan as plot_tariff_fan, plot_time_to_deal as plot_time_to_deal
from negotiation.plotting.process_sensitivity import plot_exemption_regions as plot_exemption_regions, plot_first_concession_map as plot_first_concession_map, plot_sobol_indices as plot_sobol_indices, plot_tornado as plot_tornado
from negotiation.plotting.solution_sets import plot_correlated_payoffs as plot_correlated_payoffs, plot_quantal_response as plot_quantal_response
from negotiation.plotting.trade import plot_model_map as plot_model_map, plot_optimal_tariffs as plot_optimal_tariffs, plot_validation as plot_validation, plot_war_gains as plot_war_gains, plot_welfare_parts as plot_welfare_parts
from negotiation.policy.bargained import bargained_tariffs as bargained_tariffs
from negotiation.policy.best_responses import BestResponseCurves as BestResponseCurves, NashPoint as NashPoint
from negotiation.policy.closed_form import approximate_optimal_retaliation as approximate_optimal_retaliation, approximate_optimal_tariff as approximate_optimal_tariff
from negotiation.policy.cooperative import cooperative_tariffs as cooperative_tariffs
from negotiation.policy.noncooperative import nash_tariffs as nash_tariffs, optimal_tariffs as optimal_tariffs
from negotiation.policy.objectives.objective import JobLosses as JobLosses, Objective as Objective
from negotiation.policy.objectives.partial_equilibrium_payoffs import TariffPayoffs as TariffPayoffs
from negotiation.policy.purchases import PurchaseEffects as PurchaseEffects, purchase_effects as purchase_effects
from negotiation.policy.results import PolicyCertificate as PolicyCertificate, PolicyObjective as PolicyObjective, PolicyResult as PolicyResult, SectorTariffs as SectorTariffs, WarGains as WarGains
from negotiation.process.analysis.break_even import BreakEven as BreakEven, BreakEvens as BreakEvens, break_even as break_even
from negotiation.process.analysis.conclusions import Conclusion as Conclusion
from negotiation.process.analysis.forecast import ProcessForecast as ProcessForecast
from negotiation.process.analysis.identified_set import IdentifiedSet as IdentifiedSet, Moment as Moment, dated_moments as dated_moments, identified_set as identified_set
from negotiation.process.analysis.other_models import compare_models as compare_models, open_stage_with_tough_types as open_stage_with_tough_types
from negotiation.process.analysis.readings import Readings as Readings
from negotiation.process.analysis.scores import ConstantHazard as ConstantHazard, DatedForecasts as DatedForecasts, brier as brier, constant_hazard as constant_hazard, log_score as log_score
from negotiation.process.analysis.sensitivity import ExemptionRegions as ExemptionRegions, FirstConcessionMap as FirstConcessionMap, SweptOutcome as SweptOutcome, Tornado as Tornado
from negotiation.process.analysis.stage_ends import StageEnds as StageEnds, stage_ends as stage_ends
from negotiation.process.analysis.tariffs import TariffFan as TariffFan, tariff_fan as tariff_fan
from negotiation.process.batch import solve_processes as solve_processes
from negotiation.process.beliefs.draws import BeliefDraws as BeliefDraws, filter_draws as filter_draws
from negotiation.process.beliefs.events import ContactClaim as ContactClaim, DatedEvent as DatedEvent, contact_posterior as contact_posterior, event_ratios as event_ratios, learned_reliability as learned_reliability, read_events as read_events
from negotiation.process.beliefs.updating import BeliefPath as BeliefPath, filter_beliefs as filter_beliefs
from negotiation.process.game.branches import Multiplicity as Multiplicity, multiplicity as multiplicity
from negotiation.process.game.history import HistoryWeights as HistoryWeights, ObservedEvent as ObservedEvent, ObservedHistory as ObservedHistory, weigh_by_history as weigh_by_history
from negotiation.process.game.paths import GamePaths as GamePaths
from negotiation.process.game.persistent_types.solution import TypedSolution as TypedSolution
from negotiation.process.game.persistent_types.solve import belief_grid_error as belief_grid_error
from negotiation.process.game.persistent_types.typed_game import TypedGame as TypedGame
from negotiation.process.game.process_game import ProcessGame as ProcessGame
from negotiation.process.game.solution import GameSolution as GameSolution
from negotiation.process.multi_step.built_process import BuiltProcess as BuiltProcess
from negotiation.process.multi_step.case_process import EnsembleMember as EnsembleMember
from negotiation.process.multi_step.demands import TariffBox as TariffBox, ideal_demands as ideal_demands
from negotiation.process.multi_step.graph import build_process as build_process
from negotiation.process.multi_step.load import load_process as load_process, process_ensemble as process_ensemble, process_names as process_names
from negotiation.process.multi_step.plan import DatedChange as DatedChange, PlannedStage as PlannedStage, ProcessNumbers as ProcessNumbers, ProcessPlan as ProcessPlan, StandingMeasure as StandingMeasure
from negotiation.process.multi_step.state_flows import Instrument as Instrument, State as State, StateFlows as StateFlows
from negotiation.process.solve import ProcessSolution as ProcessSolution, solve_process as solve_process
from negotiation.process.stage import Stage as Stage
from negotiation.process.stages import MultiStepProcess as MultiStepProcess
from negotiation.process.tough_types.announced_demands import DemandSolution as DemandSolution, solve_demands as solve_demands
from negotiation.process.tough_types.continuation import process_from as process_from
from negotiation.process.tough_types.deviations import StrategyCheck as StrategyCheck, check_strategies as check_strategies
from negotiation.process.tough_types.simulation import ProcessPaths as ProcessPaths, simulate_process as simulate_process
from negotiation.report.run import run_standoff as run_standoff
from negotiation.report.standoff_run import StandoffRun as StandoffRun
from negotiation.standoff.load import load_standoff as load_standoff
from negotiation.standoff.standoff import Standoff as Standoff
from negotiation.study.comparisons.model_map import ModelMap as ModelMap, model_map as model_map
from negotiation.study.comparisons.sensitivity import exemption_regions as exemption_regions, first_concession_map as first_concession_map, swept_outcomes as swept_outcomes, tornado as tornado
from negotiation.study.exhibit import Exhibit as Exhibit
from negotiation.study.new_project import new_project as new_project
from negotiation.study.results import Number as Number, StudyResult as StudyResult, StudyTable as StudyTable
from negotiation.study.run import StudyInputs as StudyInputs, run_study as run_study, run_study_file as run_study_file
from negotiation.study.spec import Settings as Settings, Study as Study, load_study as load_study
from negotiation.study.sweeps.design import ParameterRange as ParameterRange, SobolIndices as SobolIndices, sobol_indices_of as sobol_indices_of
from negotiation.study.sweeps.run import SweepResult as SweepResult, run_sweep as run_sweep
from negotiation.study.sweeps.specification import Sweep as Sweep, load_sweep as load_sweep
from negotiation.trade.analysis.decomposition import WelfareDecomposition as WelfareDecomposition, decompose_welfare as decompose_welfare
from negotiation.trade.analysis.dependence import CustomsTrade as CustomsTrade, DependenceRow as DependenceRow, ExportDependence as ExportDependence, export_dependence as export_dependence
from negotiation.trade.analysis.diversion import TradeDiversion as TradeDiversion, trade_diversion as trade_diversion
from negotiation.trade.analysis.elasticity_draws import CounterfactualDraws as CounterfactualDraws, ElasticityEstimates as ElasticityEstimates, Probability as Probability, counterfactual_draws as counterfactual_draws
from negotiation.trade.analysis.first_order_welfare import FirstOrderWelfare as FirstOrderWelfare, first_order_welfare as first_order_welfare
from negotiation.trade.economy import Economy as Economy, TariffSchedule as TariffSchedule
from negotiation.trade.elasticities.elasticity_sets import TradeElasticities as TradeElasticities
from negotiation.trade.elasticities.horizons import elasticities_at as elasticities_at
from negotiation.trade.equilibrium import counterfactual as counterfactual, counterfactuals as counterfactuals
from negotiation.trade.instruments.measures import Measure as Measure
from negotiation.trade.instruments.policy import Policy as Policy, Purchase as Purchase, Quota as Quota
from negotiation.trade.markets.linear_tariffs import LinearTariffEffects as LinearTariffEffects, LinearTariffModel as LinearTariffModel, LinearTariffWar as LinearTariffWar, linear_tariff_war as linear_tariff_war
from negotiation.trade.markets.partial_equilibrium import MarketEffects as MarketEffects, market_effects as market_effects
from negotiation.trade.model import TradeModel as TradeModel
from negotiation.trade.purging import purge_imbalances as purge_imbalances
from negotiation.trade.results import TradeEquilibria as TradeEquilibria, TradeEquilibrium as TradeEquilibrium
from negotiation.trade.tariff_scenarios import TariffScenarios as TariffScenarios, baseline_averages as baseline_averages, tariff_scenarios as tariff_scenarios
from negotiation.trade.verification import EquilibriumCertificate as EquilibriumCertificate, verify_equilibrium as verify_equilibrium
