"""How long disputes last and who concedes: data, laws, fits and scores.

Begin with `disputes` (the table, users' files) and `fit` (`fit_concessions`). `laws` are the
laws of duration, `exposure` and `deadlines` their clocks, `likelihood` what is maximised. Then
come `nonparametric`, `posterior`, `scores`, `backtest`, and `crisis`, the signalling game.
"""

from negotiation.estimation.backtest import DisputeBacktest, backtest_disputes
from negotiation.estimation.concession_fit import ConcessionFit
from negotiation.estimation.crisis.estimator import CrisisFit, fit_crisis_signalling
from negotiation.estimation.crisis.game import crisis_equilibria
from negotiation.estimation.disputes.durations import Disputes
from negotiation.estimation.disputes.load import load_disputes
from negotiation.estimation.disputes.ties import read_ties
from negotiation.estimation.fit import fit_concessions
from negotiation.estimation.laws import LAWS, Law
from negotiation.estimation.nonparametric import SurvivalCurve, kaplan_meier, turnbull
from negotiation.estimation.posterior import Posterior, laplace_posterior
from negotiation.estimation.scores import ForecastScores, score_forecasts

__all__ = [
    "LAWS",
    "ConcessionFit",
    "CrisisFit",
    "DisputeBacktest",
    "Disputes",
    "ForecastScores",
    "Law",
    "Posterior",
    "SurvivalCurve",
    "backtest_disputes",
    "crisis_equilibria",
    "fit_concessions",
    "fit_crisis_signalling",
    "kaplan_meier",
    "laplace_posterior",
    "load_disputes",
    "read_ties",
    "score_forecasts",
    "turnbull",
]
