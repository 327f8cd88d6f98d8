"""The graph of a multi-step process: from a plan and the flows of an economy to a Markov game.

A node is a stage, what is in force, the horizon of the elasticities, and the last deadline that has
passed. Conceding puts the other
side's demand in force until a later node changes it or it lapses, at rate 1/D, to the tariffs of
the lapse. A change of tariffs starts the horizon anew; it moves on at the rate of adjustment.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from negotiation.arguments import takes
from negotiation.data.parameters import Parameter
from negotiation.errors import InvalidInputError
from negotiation.process.game.nodes import Action, Deadline, Ending, Node
from negotiation.process.game.process_game import ProcessGame
from negotiation.process.multi_step.built_process import BuiltProcess, nothing_at_stake
from negotiation.process.multi_step.demands import StageDemands, weighed
from negotiation.process.multi_step.plan import DatedChange, ProcessPlan
from negotiation.process.multi_step.revealed_weights import revealed_weights
from negotiation.process.multi_step.state_flows import State, StateFlows
from negotiation.values import FloatArray, points_of

__all__ = ["build_process"]

#: Stages that no plan names: terms that have lapsed, and the end of the agenda.
LAPSED, AGREED = "lapsed", "agreed"
#: Stage, what is in force, horizon, and the last deadline that has passed ("" for none).
_Key = tuple[str, State, int, str]


@takes
def build_process(
    plan: ProcessPlan, flows: StateFlows, *, parameters: tuple[Parameter, ...] = ()
) -> BuiltProcess:
    """Return the game of a plan, valued by an economy.

    Parameters
    ----------
    plan
        Stages, demands, dates and numbers.
    flows
        What each side earns in a state; its sides are those of the plan.
    parameters
        Where the numbers come from, kept with the game.

    Raises
    ------
    InvalidInputError
        If the sides differ, or a change goes to a stage that the plan does not have.
    """
    if tuple(flows.sides) != tuple(plan.sides):
        raise InvalidInputError(
            "not the sides of the plan",
            where="flows.sides",
            seen=flows.sides,
            allowed=" against ".join(plan.sides),
        )
    return _Builder(plan, flows).built(parameters)


class _Builder:
    """Nodes by what is in force, made as they are reached."""

    def __init__(self, plan: ProcessPlan, flows: StateFlows) -> None:
        self.plan, self.flows, self.numbers = plan, flows, plan.numbers
        self.names = [stage.name for stage in plan.stages]
        for change in (*plan.endings, *plan.deadlines):
            if change.goes_to not in (*self.names, LAPSED, AGREED):
                raise InvalidInputError(
                    "a change goes to a stage that is not there",
                    where="endings and deadlines",
                    seen=change.goes_to,
                    allowed=", ".join((*self.names, LAPSED, AGREED)),
                )
        self.standing = tuple(item.name for item in plan.standing)
        self.instruments = {
            **plan.instruments,
            **{item.name: (item.instrument,) for item in plan.standing},
        }
        self.waiting: list[_Key] = []
        self.nodes: dict[str, Node] = {}
        self.states: dict[str, State] = {}
        #: Both states after a concession, by stage and history.
        self.conceded: dict[tuple[str, str], list[State]] = {}
        self.labels: dict[_Key, str] = {}
        #: Flows ``[side]`` a year by state and horizon.
        self.known: dict[tuple[State, int], FloatArray] = {}
        rate = self.numbers.discount_rates + 1.0 / self.numbers.terms_duration
        moving = 1.0 / self.numbers.elasticity_years
        #: Share of the discounted life of terms spent at each horizon, ``[step, side]``.
        self.life = (
            np.ones((1, 2))
            if flows.steps == 1
            else np.array([rate / (rate + moving), moving / (rate + moving)])
        )
        self.weights = revealed_weights(plan, flows, self.life)
        self.demands = StageDemands(plan, flows, self.life, self.weights)

    # What sides earn ---------------------------------------------------------------------------

    def earned(self, states: list[State], step: int) -> FloatArray:
        """Flows ``[state, side]`` a year at one horizon."""
        new = [state for state in dict.fromkeys(states) if (state, step) not in self.known]
        if new:
            parts = self.flows.parts(new, step, self.instruments)
            found = weighed(parts, self.weights, self.numbers.job_costs)
            self.known.update(zip(((state, step) for state in new), found, strict=True))
        return np.array([self.known[state, step] for state in states])

    def terms(self, states: list[State]) -> FloatArray:
        """Flows ``[state, side]`` a year, over the discounted life of terms."""
        return np.asarray(
            sum(self.life[step] * self.earned(states, step) for step in range(self.flows.steps))
        )

    # Nodes -------------------------------------------------------------------------------------

    def label(self, key: _Key) -> str:
        """Name of a node, the same for the same stage, state and horizon."""
        if key in self.labels:
            return self.labels[key]
        stage, state, step, passed = key
        words = [stage, "/".join(f"{points_of(rate):.6g}" for rate in state.rates)]
        words += [
            f"{side} exempts" for side, on in zip(self.plan.sides, state.exempt, strict=True) if on
        ]
        words += (*state.instruments, *state.standing)
        if passed:
            words.append(f"after {passed}")
        if self.flows.steps > 1:
            words.append("later" if step else "first years")
        self.labels[key] = ", ".join(words)
        return self.labels[key]

    def history(self, state: State) -> str:
        """What is in force, in words."""
        return self.label(("", state, 0, "")).removeprefix(", ").removesuffix(", first years")

    def reach(self, stage: str, state: State, step: int = 0, passed: str = "") -> str:
        """Label of a node, which is made if it is new."""
        key = (stage, state, step, "" if stage in (LAPSED, AGREED) else passed)
        label = self.label(key)
        if label not in self.nodes:
            self.nodes[label] = Node(label, np.zeros(2))
            self.states[label] = state
            self.waiting.append(key)
        return label

    def after(self, stage: str, state: State) -> tuple[str, State]:
        """Stage that is open once one is over, passing a second cut that is not needed."""
        k = self.names.index(stage) + 1
        while k < len(self.names):
            if self.plan.stages[k].kind != "cut_below_threshold":
                break
            if max(state.rates) > self.numbers.threshold + 1e-12:
                break
            k += 1
        return (self.names[k] if k < len(self.names) else AGREED), state

    def built(self, parameters: tuple[Parameter, ...]) -> BuiltProcess:
        plan = self.plan
        start = self.reach(plan.stages[0].name, self._first_state())
        while self.waiting:
            batch, self.waiting = self.waiting, []
            for step in range(self.flows.steps):
                keys = [key for key in batch if key[2] == step]
                if keys:
                    earned = self.earned([key[1] for key in keys], step)
                    for key, flow in zip(keys, earned, strict=True):
                        self.nodes[self.label(key)] = self.node(key, flow)
        numbers = self.numbers
        order = [*self.names, AGREED, LAPSED]
        game = ProcessGame(
            tuple(sorted(self.nodes.values(), key=lambda node: order.index(node.stage))),
            discount_rates=numbers.discount_rates,
            shock_scales=numbers.shock_scales,
            window_rates=np.full(2, numbers.window_rate),
            base_rate=np.full(2, numbers.base_rate),
            start_node=start,
            time_unit="year",
            players=plan.sides,
            start=plan.start,
            as_of=plan.as_of,
            parameters=parameters,
        )
        rates = np.array([self.states[label].rates for label in game.labels])
        stakes, prizes = self._nothing_at_stake(), self._prizes()
        return BuiltProcess(game, plan, self.weights, prizes, rates, self.flows, stakes)

    def node(self, key: _Key, flow: FloatArray) -> Node:
        """The node of a stage in a state."""
        stage, state, step, passed = key
        kinds = {planned.name: planned.kind for planned in self.plan.stages}
        kind = kinds.get(stage, stage)
        actions = self._actions(key, kind)
        endings = self._endings(stage, passed)
        if kind not in {"contact", "cut", LAPSED}:
            endings.append(self._lapse(state))
        if step + 1 < self.flows.steps:
            later = self.reach(stage, state, step + 1, passed)
            endings.append(Ending(1.0 / self.numbers.elasticity_years, later, kind="outside"))
        return Node(
            self.label(key),
            flow,
            actions,
            tuple(endings),
            self._deadline(key),
            stage=stage,
            history=self.history(state),
            deal=kind == AGREED,
        )

    def _lapse(self, state: State) -> Ending:
        plan, numbers = self.plan, self.numbers
        rate = 1.0 / numbers.terms_duration
        if "purchases" in state.instruments:
            rate += numbers.shortfall_hazard * max(1.0 - numbers.compliance, 0.0)
        if plan.relapse:
            first = self.reach(plan.stages[0].name, self._first_state())
            return Ending(rate, first, kind="relapse")
        return Ending(
            rate, self.reach(LAPSED, State(plan.lapse_to, standing=self.standing)), kind="lapse"
        )

    def _endings(self, stage: str, passed: str) -> list[Ending]:
        return [
            Ending(change.rate, self._changed(change, passed), kind=change.kind)
            for change in self.plan.endings
            if stage in change.stages
        ]

    def _changed(self, change: DatedChange, passed: str) -> str:
        state = State(change.rates, standing=self.standing)
        return self.reach(change.goes_to, state, passed=passed)

    def _first_state(self) -> State:
        """What is in force where play starts."""
        return State(self.plan.in_force, self.plan.exempt, standing=self.standing)

    def _deadline(self, key: _Key) -> Deadline | None:
        stage, state, _, passed = key
        found = [
            change
            for change in self.plan.deadlines
            if stage in change.stages and change.rates != state.rates and str(change.at) > passed
        ]
        if not found:
            return None
        first = min(found, key=lambda change: str(change.at))
        assert first.at is not None
        return Deadline(first.at, self._changed(first, str(first.at)))

    # Actions -----------------------------------------------------------------------------------

    def _actions(self, key: _Key, kind: str) -> tuple[Action, ...]:
        stage, state, step, passed = key
        if kind == "contact":
            return (*self._calls(key), *self._exemptions(key))
        if kind in {LAPSED, AGREED}:
            return ()
        after = self._conceded(stage, kind, state)
        both = [reached for reached in after if reached is not None]
        if len(both) == len(after):
            self.conceded.setdefault((stage, self.history(state)), both)
        first_cut = kind == "cut"
        share = 1.0 if first_cut else self.numbers.later_cost_share
        actions = []
        for side, reached in enumerate(after):
            if reached is None or (first_cut and self._waits(side, "concede", state)):
                continue
            changed = reached.rates != state.rates
            kept = 0 if changed else step
            to = self.reach(*self.after(stage, reached), kept, passed)
            cost = share * float(self.numbers.audience_costs[side])
            actions.append(Action(side, np.zeros(2), cost, to))
        if first_cut:
            actions += self._exemptions(key)
        return tuple(sorted(actions, key=lambda action: action.side))

    def _waits(self, side: int, act: str, state: State) -> bool:
        return act in self.plan.waits_for_exemptions.get(side, ()) and not state.exempt[1 - side]

    def _calls(self, key: _Key) -> list[Action]:
        stage, state, step, passed = key
        stake = self.numbers.contact_stake
        to, reached = self.after(stage, state)
        out = []
        for side in range(2):
            if self._waits(side, "call", state):
                continue
            payoff = np.zeros(2)
            payoff[1 - side] = stake
            out.append(Action(side, payoff, stake, self.reach(to, reached, step, passed), "call"))
        return out

    def _exemptions(self, key: _Key) -> list[Action]:
        stage, state, step, passed = key
        out = []
        cost = self.numbers.visibility * self.numbers.curvature / 2.0
        for side in range(2):
            if state.exempt[side] or not self.plan.can_exempt[side]:
                continue
            both = tuple(on or i == side for i, on in enumerate(state.exempt))
            to = self.reach(stage, replace(state, exempt=(both[0], both[1])), step, passed)
            out.append(Action(side, np.zeros(2), cost, to, "exempt"))
        return out

    def _conceded(self, stage: str, kind: str, state: State) -> list[State | None]:
        """State after each side concedes, with the instruments that stay in force."""
        return [
            None if reached is None else replace(reached, standing=self._kept(stage, side, state))
            for side, reached in enumerate(self._concessions(stage, kind, state))
        ]

    def _concessions(self, stage: str, kind: str, state: State) -> list[State | None]:
        """State after each side concedes; None where the other asks for nothing."""
        plan = self.plan
        if kind in {"cut", "cut_below_threshold"}:
            demands = self.demands.first()
            if kind == "cut_below_threshold":
                demands = np.minimum(np.minimum(demands, self.numbers.threshold), state.rates)
            return [
                State((float(row[0]), float(row[1]))) if np.isfinite(row).all() else None
                for row in demands[::-1]
            ]
        if kind == "extension":
            return [state, state]
        if kind == "purchases":
            asks = plan.purchases_asked_by
            agreed = self._with(state, "purchases")
            return [state if side == asks else agreed for side in range(2)]
        if kind == "barriers":
            return [self._with(state, f"barriers {side}") for side in plan.sides]
        demands = self.demands.of(stage, state)
        out: list[State | None] = []
        for side in range(2):
            rates = demands[1 - side]
            reached = state
            if kind == "package":
                if side != plan.purchases_asked_by:
                    reached = self._with(reached, "purchases")
                reached = self._with(reached, f"barriers {plan.sides[side]}")
            out.append(
                replace(
                    reached,
                    rates=(float(rates[0]), float(rates[1])),
                    agreed_at=(reached.agreed_at or state.rates) if reached.instruments else None,
                )
            )
        return out

    def _kept(self, stage: str, side: int, state: State) -> tuple[str, ...]:
        """Standing instruments that are in force after a side concedes a stage."""
        lifted = {
            item.name
            for item in self.plan.standing
            if item.lifted_in == stage and item.instrument.side == self.plan.sides[side]
        }
        return tuple(name for name in state.standing if name not in lifted)

    def _with(self, state: State, name: str) -> State:
        if name not in self.plan.instruments:
            return state
        return replace(
            state,
            instruments=(*state.instruments, name),
            agreed_at=state.agreed_at or state.rates,
        )

    def _nothing_at_stake(self) -> str:
        stage, state = self.plan.stages[0], self._first_state()
        if stage.kind == "contact":
            return ""
        after = self._conceded(stage.name, stage.kind, state)
        flows = self.terms([state, *(reached for reached in after if reached is not None)])
        return nothing_at_stake(stage.name, flows / self.numbers.shock_scales)

    def _prizes(self) -> tuple[tuple[str, str, FloatArray], ...]:
        """What each side gains a year where the other concedes, by stage and history."""
        if not self.conceded:
            return ()
        flows = self.terms([state for pair in self.conceded.values() for state in pair])
        return tuple(
            (stage, history, np.array([other[0] - own[0], own[1] - other[1]]))
            for (stage, history), own, other in zip(
                self.conceded, flows[::2], flows[1::2], strict=True
            )
        )
