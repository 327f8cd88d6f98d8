"""How long disputes last and who concedes: data, laws, fits and scores."""

from negotiation.estimation.backtest import DisputeBacktest, backtest_disputes
from negotiation.estimation.disputes.durations import Disputes
from negotiation.estimation.disputes.load import load_disputes
from negotiation.estimation.disputes.ties import read_ties
from negotiation.estimation.fit import ConcessionFit, fit_concessions
from negotiation.estimation.laws import LAWS, Law
from negotiation.estimation.nonparametric import SurvivalCurve, kaplan_meier, turnbull
from negotiation.estimation.scores import ForecastScores, score_forecasts

__all__ = [
    "LAWS",
    "ConcessionFit",
    "DisputeBacktest",
    "Disputes",
    "ForecastScores",
    "Law",
    "SurvivalCurve",
    "backtest_disputes",
    "fit_concessions",
    "kaplan_meier",
    "load_disputes",
    "read_ties",
    "score_forecasts",
    "turnbull",
]
