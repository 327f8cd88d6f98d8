"""The multi-step process as data: stages, payoffs by history, types, clocks and relapse.

Two sides go through a list of stages. A stage ends when one of them concedes; which side did is
remembered, so that payoffs of later stages may depend on the history. While a stage lasts, flows
are paid; it breaks down at a constant hazard.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from negotiation.arguments import takes
from negotiation.data.parameters import Parameter
from negotiation.errors import InvalidInputError
from negotiation.process.mapping import process_from_mapping
from negotiation.process.stage import DAYS_IN, PLAYERS, Stage
from negotiation.process.validation import process_mistakes, raise_mistakes
from negotiation.values import (
    FloatArray,
    compact_repr,
    decoding,
    float_array,
    instances,
    quantity,
    user_path,
)

__all__ = ["MultiStepProcess"]


@dataclass(frozen=True, eq=False)
class MultiStepProcess:
    """Reputational bargaining over a staged agenda.

    Players: two sides, in the order of ``players``. Timing: stage after stage, in continuous
    time; in each, a side concedes when it chooses to, and the stage may break down. Information:
    each side knows whether it is of the tough type, which never concedes in that stage; types are
    drawn anew in every stage; who conceded when is public. For types that last see `TypedGame`.

    The model nests the war of attrition of Hendricks, Weiss and Wilson (1988), the reputational
    bargaining of Abreu and Gul (2000), the audience costs of Fearon (1994) and the breakdown risk
    of Binmore, Rubinstein and Wolinsky (1986).

    Attributes
    ----------
    stages
        In the order of play.
    discount_rates
        Of each side, per unit of time.
    type_persistence
        Probability that a type survives into the next stage: 0, which is checked.
    time_unit
        "day", "month" or "year": unit of every rate and time above.
    players
        Names of the sides.
    rates_after
        Tariffs in force once the last stage has ended, ``[history, side]``.
    start
        Date on which the first stage opens.
    as_of
        Information date: parameters with a later ``known_on`` are refused.
    parameters
        Where the numbers come from.

    Raises
    ------
    InvalidInputError
        Once, with every mistake in one list.

    Examples
    --------
    >>> process = MultiStepProcess.from_payoffs(
    ...     flows=[[-0.05, -0.08]],
    ...     terms=[[[0.3, 0.6], [0.7, 0.4]]],
    ...     discount_rates=[0.05, 0.05],
    ...     stubbornness=[0.1, 0.1],
    ... )
    >>> process.stages[0].concede
    array([[0.3, 0.4]])
    """

    stages: tuple[Stage, ...]
    discount_rates: FloatArray = quantity("r", "1/time", "discount rate")
    type_persistence: float = quantity("psi", "probability", "persistence of types", default=0.0)
    time_unit: str = "month"
    players: tuple[str, str] = PLAYERS
    rates_after: FloatArray | None = None
    start: date | None = None
    as_of: date | None = None
    parameters: tuple[Parameter, ...] = ()

    __repr__ = compact_repr

    def __post_init__(self) -> None:
        """Turn every number into an array and report all mistakes at once."""
        instances(self.stages, Stage, name="stages")
        with decoding("process"):
            mistakes, fixed = process_mistakes(vars(self))
        raise_mistakes(mistakes)
        for name, value in fixed.items():
            object.__setattr__(self, name, value)

    @property
    def depends_on_history(self) -> bool:
        """Whether any payoff depends on who conceded before."""
        return any(
            array is not None and len(array) > 1
            for stage in self.stages
            for array in (stage.flows, stage.concede, stage.win, stage.breakdown, stage.opens)
        ) or (self.rates_after is not None and len(self.rates_after) > 1)

    @property
    def remembered(self) -> tuple[bool, ...]:
        """Stages of which later payoffs depend on who conceded there; none if no payoff does."""
        depends = self.depends_on_history
        return tuple(depends and stage.remembered for stage in self.stages)

    @property
    def has_relapse(self) -> bool:
        """Whether a breakdown may return play to an earlier stage."""
        return any(stage.relapse_to is not None for stage in self.stages)

    def in_time(self, days: ArrayLike) -> FloatArray:
        """Turn days into units of the process's clock."""
        with decoding("days"):
            counted = np.asarray(days, dtype=np.float64)
        return counted / DAYS_IN[self.time_unit]

    def with_time_unit(self, time_unit: str) -> MultiStepProcess:
        """Return the same process told in another unit of time; values do not change."""
        if time_unit not in DAYS_IN:
            raise_mistakes([f"time_unit: seen {time_unit!r}; allowed: {', '.join(DAYS_IN)}"])
        scale = DAYS_IN[time_unit] / DAYS_IN[self.time_unit]
        stages = tuple(
            replace(
                stage,
                flows=stage.flows * scale,
                breakdown_hazard=stage.breakdown_hazard * scale,
                audience_growth=stage.audience_growth * scale,
                deadline=None if stage.deadline is None else float(stage.deadline) / scale,
            )
            for stage in self.stages
        )
        return replace(
            self, stages=stages, discount_rates=self.discount_rates * scale, time_unit=time_unit
        )

    @classmethod
    @takes
    def from_payoffs(
        cls,
        flows: Sequence[ArrayLike],
        terms: Sequence[ArrayLike],
        *,
        discount_rates: ArrayLike,
        stubbornness: ArrayLike,
        type_persistence: float = 0.0,
        breakdown: ArrayLike = (0.0, 0.0),
        breakdown_hazard: ArrayLike = 0.0,
        relapse_to: Sequence[int | None] | None = None,
        relapse_lump: ArrayLike = (0.0, 0.0),
        audience_cost: ArrayLike = (0.0, 0.0),
        audience_growth: ArrayLike = (0.0, 0.0),
        deadlines: Sequence[float | str | None] | None = None,
        names: Sequence[str] | None = None,
        **options: Any,
    ) -> MultiStepProcess:
        """Build a process from bare payoffs, without an economy.

        Parameters
        ----------
        flows
            One entry a stage, ``[side]`` or ``[history, side]``: payoff per unit of time.
        terms
            One entry a stage, ``[conceder, side]`` or ``[history, conceder, side]``: what each
            side gets at once when the conceder gives in.
        discount_rates
            ``[side]``, per unit of time.
        stubbornness
            ``[side]`` or ``[stage, side]``: prior of the tough type.
        type_persistence
            As in `MultiStepProcess`.
        breakdown, relapse_lump, audience_cost, audience_growth
            ``[side]`` or ``[stage, side]``.
        breakdown_hazard
            A number or one a stage.
        relapse_to, deadlines, names
            One entry a stage.
        **options
            Other fields of `MultiStepProcess`: time_unit, players, start, as_of, ...
        """
        lists = {
            "flows": flows,
            "terms": terms,
            "relapse_to": relapse_to,
            "deadlines": deadlines,
            "names": names,
        }
        raise_mistakes(
            [
                f"{name}: seen {values!r}; allowed: a list with one entry a stage"
                for name, values in lists.items()
                if not isinstance(values, list | tuple | np.ndarray)
                and (values is not None or name in {"flows", "terms"})
            ]
        )
        count = len(flows)
        raise_mistakes(
            [
                f"{name}: seen {len(values)} entries; allowed: one a stage, {count}"
                for name, values in lists.items()
                if values is not None and len(values) != count
            ]
        )
        by_stage = {
            name: _by_stage(values, count, name)
            for name, values in (
                ("stubbornness", stubbornness),
                ("breakdown", breakdown),
                ("relapse_lump", relapse_lump),
                ("audience_cost", audience_cost),
                ("audience_growth", audience_growth),
            )
        }
        hazards = np.asarray(float_array(breakdown_hazard, name="breakdown_hazard"))
        if hazards.shape not in {(), (1,), (count,)}:
            raise_mistakes(
                [f"breakdown_hazard: seen shape {hazards.shape}; allowed: 1, or 1 a stage"]
            )
        hazards = np.broadcast_to(hazards, (count,))
        stages = []
        for k in range(count):
            pair = float_array(terms[k], name=f"terms[{k}]")
            if pair.shape[-2:] != (2, 2):
                raise_mistakes([f"terms[{k}]: seen shape {pair.shape}; allowed: [.., 2, 2]"])
            stages.append(
                Stage(
                    name=names[k] if names else f"stage {k + 1}",
                    flows=float_array(flows[k], name=f"flows[{k}]"),
                    concede=np.stack([pair[..., 0, 0], pair[..., 1, 1]], axis=-1),
                    win=np.stack([pair[..., 1, 0], pair[..., 0, 1]], axis=-1),
                    breakdown_hazard=float(hazards[k]),
                    relapse_to=relapse_to[k] if relapse_to else None,
                    deadline=deadlines[k] if deadlines else None,
                    **{name: values[k] for name, values in by_stage.items()},
                )
            )
        return cls(
            stages=tuple(stages),
            discount_rates=float_array(discount_rates, name="discount_rates"),
            type_persistence=type_persistence,
            **options,
        )

    @classmethod
    @takes
    def from_dict(cls, data: Mapping[str, Any]) -> Any:
        """Build a process from a mapping.

        A mapping with ``nodes`` is a graph and gives a `ProcessGame`, or with ``types`` beside them
        a `TypedGame`, see `game_from_mapping`; one with ``stages`` gives a `MultiStepProcess`.

        Parameters
        ----------
        data
            ``stages``: list of mappings with ``g``, ``l``, ``f`` (``[side]`` or
            ``[history, side]``) and optionally ``B``, ``beta``, ``z``, ``a``, ``deadline``,
            ``relapse_to``, ``relapse_lump``, ``rates``, ``opens``, ``name``; ``r`` and ``z``
            ``[side]``; optionally ``psi``, ``names``, ``players``, ``time_unit``, ``start``,
            ``as_of``, ``rates_after``.
        """
        if "nodes" in data:
            from negotiation.process.game.reading import game_from_mapping

            with decoding("data"):
                return game_from_mapping(data)
        with decoding("data"):
            return process_from_mapping(cls, data)

    @classmethod
    @takes
    def from_toml(cls, path: str | Path) -> Any:
        """Build a process from a TOML file with the keys of `from_dict`."""
        import tomllib

        try:
            text = user_path(path).read_text(encoding="utf-8")
            data = tomllib.loads(text)
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise InvalidInputError(f"cannot be read: {error}", where=str(path)) from error
        return cls.from_dict(data)


def _by_stage(values: ArrayLike, count: int, name: str) -> FloatArray:
    """Repeat one pair for every stage, or check that there is one a stage."""
    array = float_array(values, name=name)
    if array.ndim == 2 and len(array) == count:
        return array
    return np.broadcast_to(array, (count, *array.shape))
