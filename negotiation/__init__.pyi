# Written by docs/lists.py from the table of public names.
__version__: str
_MODULE_OF: dict[str, str]
from negotiation.bargaining.offers.alternating_offers import rubinstein as rubinstein, rubinstein_limit as rubinstein_limit
from negotiation.bargaining.solutions.axiomatic import deal_me_out as deal_me_out, egalitarian as egalitarian, kalai_smorodinsky as kalai_smorodinsky, nash_bargaining as nash_bargaining, utilitarian as utilitarian
from negotiation.bargaining.solutions.fairness import equal_cuts as equal_cuts, inequity_averse as inequity_averse
from negotiation.bargaining.solutions.problem import BargainingProblem as BargainingProblem
from negotiation.bargaining.solutions.result import BargainingSolution as BargainingSolution
from negotiation.bargaining.solutions.stepwise import discrete_raiffa as discrete_raiffa, maschler_perles as maschler_perles
from negotiation.bargaining.solutions.variable_threats import variable_threats as variable_threats
from negotiation.data.catalog import show_codebook as show_codebook
from negotiation.data.customs import customs_trade as customs_trade
from negotiation.data.elasticity_estimates import load_elasticities as load_elasticities
from negotiation.data.embedded import economy_names as economy_names, load_economy as load_economy
from negotiation.data.parameters import parameter as parameter, parameters as parameters, regional_parameter as regional_parameter
from negotiation.data.published import CaliendoParro2015 as CaliendoParro2015, read_caliendo_parro2015 as read_caliendo_parro2015, read_ignatenko2025 as read_ignatenko2025, read_ignatenko2025_tariffs as read_ignatenko2025_tariffs, read_ossa2014 as read_ossa2014
from negotiation.data.readers.grouping import Concordance as Concordance, read_concordance as read_concordance
from negotiation.data.readers.icio import read_icio as read_icio
from negotiation.data.readers.tariff_tables import read_tariffs as read_tariffs
from negotiation.data.readers.text_files import FileLimits as FileLimits
from negotiation.data.readers.trade_tables import read_trade as read_trade
from negotiation.data.readers.wiod import read_wiod as read_wiod
from negotiation.data.sources import sources as sources
from negotiation.data.tables import load_table as load_table, table_names as table_names
from negotiation.data.tariffs import average_tariff as average_tariff, exempt_sectors as exempt_sectors, tariff_history as tariff_history
from negotiation.equilibrium.correlated.equilibria import correlated_equilibria as correlated_equilibria
from negotiation.equilibrium.dynamic.discounted_payoffs import discounted_payoffs as discounted_payoffs
from negotiation.equilibrium.dynamic.markov import markov_perfect_equilibrium as markov_perfect_equilibrium
from negotiation.equilibrium.dynamic.repeated import critical_discount_factors as critical_discount_factors, sustainable_payoffs as sustainable_payoffs
from negotiation.equilibrium.interop import from_nashpy as from_nashpy, from_pygambit as from_pygambit, from_quantecon as from_quantecon, to_nashpy as to_nashpy, to_pygambit as to_pygambit, to_quantecon as to_quantecon
from negotiation.equilibrium.normal_form.batch import BatchNashResult as BatchNashResult, nash_equilibria_batch as nash_equilibria_batch
from negotiation.equilibrium.normal_form.nash import Equilibrium as Equilibrium, NashResult as NashResult, nash_equilibria as nash_equilibria
from negotiation.equilibrium.normal_form.one_equilibrium import one_equilibrium as one_equilibrium
from negotiation.equilibrium.normal_form.stackelberg import stackelberg as stackelberg
from negotiation.equilibrium.normal_form.zero_sum import zero_sum_value as zero_sum_value
from negotiation.equilibrium.punishments import critical_discount as critical_discount
from negotiation.equilibrium.quantal.quantal_response import fit_quantal_response as fit_quantal_response, quantal_response as quantal_response
from negotiation.equilibrium.refinements.classification import read_game as read_game
from negotiation.equilibrium.refinements.dominance import best_responses as best_responses, iterated_elimination as iterated_elimination, pareto_frontier as pareto_frontier
from negotiation.equilibrium.refinements.perfection import is_perfect as is_perfect, is_proper as is_proper
from negotiation.equilibrium.refinements.selection import payoff_dominant as payoff_dominant, risk_dominance as risk_dominance
from negotiation.equilibrium.trees.bayesian import bayesian_equilibria as bayesian_equilibria
from negotiation.equilibrium.trees.sequence_form import sequence_form_equilibrium as sequence_form_equilibrium, tree_equilibria as tree_equilibria
from negotiation.equilibrium.trees.sequential import sequential_equilibrium as sequential_equilibrium
from negotiation.equilibrium.trees.subgame_perfect import subgame_perfect_equilibria as subgame_perfect_equilibria
from negotiation.errors import ConvergenceError as ConvergenceError, DataError as DataError, InformationDateError as InformationDateError, InvalidInputError as InvalidInputError, MissingDependencyError as MissingDependencyError, NegotiationError as NegotiationError, NonFiniteError as NonFiniteError
from negotiation.estimation.backtest import DisputeBacktest as DisputeBacktest, backtest_disputes as backtest_disputes
from negotiation.estimation.crisis.estimator import CrisisFit as CrisisFit, fit_crisis_signalling as fit_crisis_signalling
from negotiation.estimation.crisis.game import crisis_equilibria as crisis_equilibria
from negotiation.estimation.disputes.durations import Disputes as Disputes
from negotiation.estimation.disputes.load import load_disputes as load_disputes
from negotiation.estimation.disputes.ties import read_ties as read_ties
from negotiation.estimation.fit import ConcessionFit as ConcessionFit, fit_concessions as fit_concessions
from negotiation.estimation.nonparametric import SurvivalCurve as SurvivalCurve, kaplan_meier as kaplan_meier, turnbull as turnbull
from negotiation.estimation.posterior import Posterior as Posterior, laplace_posterior as laplace_posterior
from negotiation.estimation.scores import ForecastScores as ForecastScores, score_forecasts as score_forecasts
from negotiation.games.bayesian import BayesianGame as BayesianGame
from negotiation.games.extensive_form import ExtensiveFormGame as ExtensiveFormGame
from negotiation.games.formats import read_efg as read_efg, read_nfg as read_nfg, write_efg as write_efg, write_nfg as write_nfg
from negotiation.games.normal_form import NormalFormGame as NormalFormGame
from negotiation.games.stochastic import StochasticGame as StochasticGame
from negotiation.payoffs import TariffGame as TariffGame, best_response_curves as best_response_curves, tariff_game as tariff_game, tariff_payoffs as tariff_payoffs, tariff_plane as tariff_plane
from negotiation.payoffs.sustainable import SustainableCooperation as SustainableCooperation, sustainable_cooperation as sustainable_cooperation
from negotiation.policy.bargained import bargained_tariffs as bargained_tariffs
from negotiation.policy.closed_form import approximate_optimal_retaliation as approximate_optimal_retaliation, approximate_optimal_tariff as approximate_optimal_tariff
from negotiation.policy.cooperative import cooperative_tariffs as cooperative_tariffs
from negotiation.policy.noncooperative import nash_tariffs as nash_tariffs, optimal_tariffs as optimal_tariffs
from negotiation.policy.objectives.objective import JobLosses as JobLosses, Objective as Objective
from negotiation.policy.purchases import PurchaseEffects as PurchaseEffects, purchase_effects as purchase_effects
from negotiation.policy.results import PolicyResult as PolicyResult
from negotiation.process.analysis.break_even import break_even as break_even
from negotiation.process.analysis.forecast import outlook as outlook
from negotiation.process.analysis.identified_set import identified_set as identified_set
from negotiation.process.batch import solve_processes as solve_processes
from negotiation.process.beliefs.updating import filter_beliefs as filter_beliefs
from negotiation.process.game.history import ObservedEvent as ObservedEvent, ObservedHistory as ObservedHistory, weigh_by_history as weigh_by_history
from negotiation.process.game.paths import GamePaths as GamePaths
from negotiation.process.game.process_game import ProcessGame as ProcessGame
from negotiation.process.game.solution import GameSolution as GameSolution
from negotiation.process.multi_step.load import load_process as load_process
from negotiation.process.solve import ProcessSolution as ProcessSolution, solve_process as solve_process
from negotiation.process.stage import Stage as Stage
from negotiation.process.stages import MultiStepProcess as MultiStepProcess
from negotiation.process.tough_types.simulation import ProcessPaths as ProcessPaths, simulate_process as simulate_process
from negotiation.standoff.load import load_standoff as load_standoff, standoff_names as standoff_names
from negotiation.standoff.standoff import Standoff as Standoff
from negotiation.study.exhibit import Exhibit as Exhibit
from negotiation.study.results import Number as Number, StudyResult as StudyResult, StudyTable as StudyTable
from negotiation.study.run import StudyInputs as StudyInputs
from negotiation.study.spec import Settings as Settings, Study as Study, load_study as load_study
from negotiation.study.sweeps.design import ParameterRange as ParameterRange
from negotiation.study.sweeps.run import SweepResult as SweepResult, run_sweep as run_sweep
from negotiation.study.sweeps.specification import Sweep as Sweep, load_sweep as load_sweep
from negotiation.trade.analysis.decomposition import WelfareDecomposition as WelfareDecomposition, decompose_welfare as decompose_welfare
from negotiation.trade.analysis.dependence import CustomsTrade as CustomsTrade, ExportDependence as ExportDependence, export_dependence as export_dependence
from negotiation.trade.analysis.diversion import TradeDiversion as TradeDiversion, trade_diversion as trade_diversion
from negotiation.trade.analysis.elasticity_draws import ElasticityEstimates as ElasticityEstimates, counterfactual_draws as counterfactual_draws
from negotiation.trade.analysis.first_order_welfare import FirstOrderWelfare as FirstOrderWelfare, first_order_welfare as first_order_welfare
from negotiation.trade.economy import Economy as Economy, TariffSchedule as TariffSchedule
from negotiation.trade.elasticities.horizons import elasticities_at as elasticities_at
from negotiation.trade.equilibrium import counterfactual as counterfactual, counterfactuals as counterfactuals
from negotiation.trade.instruments.measures import Measure as Measure
from negotiation.trade.instruments.policy import Policy as Policy, Purchase as Purchase, Quota as Quota
from negotiation.trade.markets.linear_tariffs import LinearTariffModel as LinearTariffModel, linear_tariff_war as linear_tariff_war
from negotiation.trade.model import TradeModel as TradeModel
from negotiation.trade.purging import purge_imbalances as purge_imbalances
from negotiation.trade.results import TradeEquilibria as TradeEquilibria, TradeEquilibrium as TradeEquilibrium
