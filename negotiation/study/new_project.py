"""A user's own project: trade data, a standoff, a study and a figure, ready to be rebuilt."""

from __future__ import annotations

from pathlib import Path

from negotiation.arguments import takes
from negotiation.errors import InvalidInputError
from negotiation.standoff.template import standoff_template
from negotiation.study.store.files import write_text
from negotiation.values import user_path

__all__ = ["new_project"]

_SIDES = ("NORTH", "SOUTH")
_GDP = {"NORTH": 2600.0, "SOUTH": 1800.0, "REST": 5200.0}

_TRADE = """\
sector,exporter,importer,value
goods,NORTH,NORTH,800
goods,NORTH,SOUTH,60
goods,NORTH,REST,110
goods,SOUTH,NORTH,75
goods,SOUTH,SOUTH,600
goods,SOUTH,REST,90
goods,REST,NORTH,120
goods,REST,SOUTH,80
goods,REST,REST,2100
services,NORTH,NORTH,1500
services,NORTH,SOUTH,15
services,NORTH,REST,40
services,SOUTH,NORTH,12
services,SOUTH,SOUTH,1000
services,SOUTH,REST,20
services,REST,NORTH,30
services,REST,SOUTH,25
services,REST,REST,2800
"""

_TARIFFS = """\
importer,exporter,sector,rate
NORTH,*,goods,3
SOUTH,*,goods,6
REST,*,goods,4
NORTH,*,services,0
SOUTH,*,services,0
REST,*,services,0
"""

_SPEC = """\
# A study is data: which function computes it, as of which day, from which files.
name = "dispute"
title = "What the sides lose without a deal, and what they could agree on"
analysis = "dispute:analyse"
as_of = 2026-02-15
files = ["../data/dispute.toml", "../data/trade.csv", "../data/tariffs.csv"]

# Arguments of the function.
[settings]
elasticity = 4.0
draws = 4
"""

_STUDY = '''\
"""The dispute in data/dispute.toml: its game, a bargain over its tariffs, and a dated forecast."""

import negotiation as ng


def analyse(study, rng, elasticity, draws):
    """Return what the text, the table and the figure show."""
    standoff = ng.load_standoff(study.file("dispute.toml"))
    game = standoff.game(study.as_of, elasticities=elasticity)
    found = ng.nash_equilibria(game)
    problem = standoff.bargaining(study.as_of, elasticities=elasticity)
    agreed = ng.nash_bargaining(problem)
    forecast = ng.forecast(standoff, as_of=study.as_of, draws=draws, rng=rng)
    deadline = standoff.next_deadline(study.as_of).date
    numbers, rows = {"over_by_deadline": ng.Number(forecast.cut_by(deadline), ".0f", 100)}, []
    for k, side in enumerate(standoff.sides):
        depends = standoff.dependence(study.as_of)[side].total.share_of_exports
        numbers[f"share_of_exports_{side.lower()}"] = ng.Number(depends, ".1f", 100)
        lost, left = (ng.Number(x[k], "+.3f") for x in (problem.disagreement, agreed.payoffs))
        numbers[f"without_deal_{side.lower()}"] = lost
        rows.append((side, lost, left))
    return ng.StudyResult(
        numbers=numbers,
        tables={"bargain": ng.StudyTable(("side", "without a deal", "Nash bargain"), tuple(rows))},
        objects={"game": game, "equilibria": found, "forecast": forecast},
        health={"largest regret": (max(item.regret for item in found.equilibria), 1e-9)},
    )
'''

_FIGURE = '''\
"""Payoffs of the dispute by the points that each side adds, best replies and equilibria."""

import matplotlib.pyplot as plt

import negotiation as ng
from negotiation.plotting.games import plot_payoff_matrix

exhibit = ng.Exhibit(__file__)
game = exhibit.load("../experiments/results/dispute/game")
equilibria = exhibit.load("../experiments/results/dispute/equilibria")
figure, ax = plt.subplots(figsize=(6.0, 4.5), layout="constrained")
plot_payoff_matrix(game, equilibria, payoff_label="percent of GDP a year", ax=ax)
exhibit.save(figure)
'''

_README = """\
# A dispute of our own

All numbers are placeholders. Put your own in their place:

- `data/trade.csv`: sales by sector, exporter and importer, billion USD; sales at home on
  the diagonal;
- `data/tariffs.csv`: tariffs before the dispute, percent; `*` stands for every exporter;
- `data/dispute.toml`: sides, tariffs, threats, stages of the talks, events; check it with
  `negotiation standoff check data/dispute.toml`;
- `experiments/dispute.toml` and `.py`: what is computed from them, as of which day;
- `figures/dispute.py`: a figure of stored results.

`negotiation standoff run data/dispute.toml --as-of 2026-02-15 --out run` writes everything that the
library says about the dispute, with a page to read.

`negotiation reproduce --project .` rebuilds what changed, in `experiments/results/dispute/` and
`figures/out/`. `summary.json` there holds numbers, tables, certificates, and the checksums of code,
data and files that they came from. The same files give the same bytes.
"""


def _holds_something(folder: Path) -> bool:
    try:
        return folder.exists() and (not folder.is_dir() or any(folder.iterdir()))
    except OSError:  # a name that no folder can have, or one that may not be read
        return True


@takes
def new_project(folder: str | Path) -> tuple[Path, ...]:
    """Write a small project that ``negotiation reproduce --project FOLDER`` rebuilds.

    Three made-up regions and two sectors, a standoff of two of them, a study of its game and
    bargain, and a figure: every file is short and commented, and is there to be changed.

    Parameters
    ----------
    folder
        A new folder, or an empty one.

    Returns
    -------
    tuple of Path
        The files, in the order in which a reader meets them.

    Raises
    ------
    InvalidInputError
        If the folder holds anything, or is a file.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     [path.name for path in new_project(folder)]
    ['README.md', 'trade.csv', 'tariffs.csv', 'dispute.toml', 'dispute.toml', 'dispute.py', ...]
    """
    root = user_path(folder, name="folder")
    if _holds_something(root):
        raise InvalidInputError(
            "nothing is overwritten, and there is something already",
            where="folder",
            seen=str(root),
            allowed="a new or an empty folder",
        )
    dispute = standoff_template(
        *_SIDES, file="dispute.toml", economy="trade.csv", gdp=_GDP, tariffs="tariffs.csv"
    )
    texts = {
        "README.md": _README,
        "data/trade.csv": _TRADE,
        "data/tariffs.csv": _TARIFFS,
        "data/dispute.toml": dispute,
        "experiments/dispute.toml": _SPEC,
        "experiments/dispute.py": _STUDY,
        "figures/dispute.py": _FIGURE,
    }
    try:
        for name, text in texts.items():
            write_text(root / name, text)
    except OSError as error:
        raise InvalidInputError(
            "cannot be written", where="folder", seen=f"{root}: {error.strerror}"
        ) from error
    return tuple(root / name for name in texts)
