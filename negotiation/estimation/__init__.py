"""How long disputes last and who concedes: data, laws, fits and scores."""

from negotiation.estimation.disputes import Disputes, load_disputes
from negotiation.estimation.fit import ConcessionFit, fit_concessions
from negotiation.estimation.laws import LAWS, Law
from negotiation.estimation.ties import read_ties

__all__ = [
    "LAWS",
    "ConcessionFit",
    "Disputes",
    "Law",
    "fit_concessions",
    "load_disputes",
    "read_ties",
]
