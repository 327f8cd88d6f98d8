"""A small run of the case, for tests of its page."""

from datetime import date
from types import SimpleNamespace

import negotiation as ng
from negotiation.process.multi_step.load import built_process, process_ensemble

DAY = date(2025, 5, 2)


def small_run(draws=2):
    standoff = ng.load_standoff("us-china-2025-spring")
    problem, game = standoff.bargaining(DAY), standoff.game(DAY)
    solve = (ng.nash_bargaining, ng.kalai_smorodinsky, ng.egalitarian)
    dates = ["2025-05-31", "2025-06-30", "2025-12-31"]
    return SimpleNamespace(
        standoff=standoff,
        as_of=DAY,
        build=lambda model, values: built_process(as_of=DAY, model=model, values=values),
        built={m.model.name: m.built for m in process_ensemble(as_of=DAY)},
        forecast=ng.forecast_process(as_of=DAY, dates=dates, draws=draws),
        game=game,
        equilibria=ng.nash_equilibria(game),
        bargaining_problem=problem,
        bargains=[solution(problem) for solution in solve],
        dependence=standoff.dependence(DAY),
        notes=standoff.notes,
    )
