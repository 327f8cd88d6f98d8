"""Disputes as durations: when each began, ended or was last seen open, and who conceded.

A dispute is unsettled at the day it was last seen open; it is not taken to have lasted long. What
was known at a date is what `load_disputes` returns for it: later ends become open cases, later
disputes vanish, and terms that became public later are withheld.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from negotiation.arguments import takes
from negotiation.data.tables import DateLike, as_date
from negotiation.errors import InformationDateError, InvalidInputError
from negotiation.presentation import Presented
from negotiation.values import FloatArray, decoding, float_array, one_of, read_only

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ENDINGS", "Disputes", "dyad_of"]

#: Who ended a dispute by conceding; "other" is a split, a court, an expiry or not known.
ENDINGS = ("sender", "target", "other")


def dyad_of(sender: str, target: str) -> str:
    """Return one name for a pair of sides, whoever sends.

    Examples
    --------
    >>> dyad_of("USA", "CHN") == dyad_of("CHN", "USA") == "CHN-USA"
    True
    """
    return "-".join(sorted((sender, target)))


@dataclass(frozen=True, eq=False, repr=False)
class Disputes(Presented):
    """Durations of disputes, in days, with what is known of each.

    Attributes
    ----------
    ids
        Names.
    dyads
        Pair of sides, whoever sends; disputes of one dyad are not independent.
    low, high
        The end lies in ``(low, high]``, days from the start; ``high`` is infinite for a case that
        was open when last seen, ``low == high`` for an end known exactly, ``low == 0`` for one that
        may have ended at its opening.
    deadline
        Days from the start to the deadline as last set; NaN where there is none.
    ending
        Who ended it: one of `ENDINGS`, empty where open.
    outcome
        The source's word for how it ended, or for why its end is not known.
    covariates
        Further numbers by name, NaN where missing.
    senders
        Who threatens or imposes, empty where not known.
    start
        First days, None where not known or not dated.
    public
        Days on which ends and terms were public, None where not known.
    title
        What the disputes are.
    as_of
        Information date, or None.
    left_out
        Disputes without a duration, and why.

    Examples
    --------
    >>> from negotiation.estimation.disputes.load import load_disputes
    >>> disputes = load_disputes(as_of="2025-05-02")
    >>> len(disputes), int(disputes.ended.sum())
    (59, 36)
    >>> disputes.take([disputes.ids.index("us_china_2025_spring")]).low
    array([90.])
    """

    ids: tuple[str, ...]
    dyads: tuple[str, ...]
    low: FloatArray
    high: FloatArray
    deadline: FloatArray
    ending: tuple[str, ...]
    outcome: tuple[str, ...]
    covariates: Mapping[str, FloatArray]
    senders: tuple[str, ...]
    start: tuple[date | None, ...]
    public: tuple[date | None, ...]
    title: str = "disputes"
    as_of: date | None = None
    left_out: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @classmethod
    @takes
    def from_intervals(
        cls,
        low: ArrayLike,
        high: ArrayLike,
        *,
        ids: Sequence[str] | None = None,
        dyads: Sequence[str] | None = None,
        senders: Sequence[str] | None = None,
        deadline: ArrayLike | None = None,
        ending: Sequence[str] | None = None,
        covariates: Mapping[str, ArrayLike] | None = None,
        title: str = "disputes",
    ) -> Disputes:
        """Return disputes from bounds of their durations.

        Parameters
        ----------
        low, high
            Days ``[dispute]``; infinity in ``high`` where open, equal bounds where exact.
        ids, dyads, senders
            Names; by default each dispute is a dyad of its own.
        deadline
            Days from the start to a deadline, NaN where none.
        ending
            Who conceded, from `ENDINGS`; "other" for all that ended by default.
        covariates
            Numbers by name ``[dispute]``, NaN where missing.

        Raises
        ------
        InvalidInputError
            If bounds are negative, out of order or not numbers, or lengths differ.

        Examples
        --------
        >>> Disputes.from_intervals([7, 9, 30], [7, 9, np.inf]).ended
        array([ True,  True, False])
        """
        lower = float_array(low, name="low", ndim=1, low=0.0)
        n = lower.size
        with decoding("high"):
            upper = np.asarray(high, dtype=np.float64)
        if upper.shape != lower.shape or np.isnan(upper).any() or (upper < lower).any():
            same = upper.shape == lower.shape
            wrong = np.flatnonzero(~(upper >= lower)) if same else np.zeros(0, dtype=np.int64)
            raise InvalidInputError(
                "upper bounds must be numbers not below the lower ones",
                where=f"high[{wrong[0]}]" if len(wrong) else "high",
                seen=upper[wrong[0]] if len(wrong) else f"shape {upper.shape}",
                allowed=f">= {lower[wrong[0]]:g}" if len(wrong) else f"shape {lower.shape}",
            )
        ended = np.isfinite(upper)
        names = tuple(ids) if ids is not None else tuple(str(k) for k in range(n))
        endings = (
            tuple(ending) if ending is not None else tuple("other" if e else "" for e in ended)
        )
        with decoding("deadline"):
            due = np.full(n, np.nan) if deadline is None else np.asarray(deadline, np.float64)
        columns = {}
        for name, values in (covariates or {}).items():
            with decoding(f"covariates[{name!r}]"):
                columns[name] = read_only(np.asarray(values, dtype=np.float64))
        pairs = tuple(dyads) if dyads is not None else names
        sent = tuple(senders) if senders is not None else ("",) * n
        sized: dict[str, int] = {"ids": len(names), "dyads": len(pairs), "ending": len(endings)}
        sized["senders"] = len(sent)
        sized |= {"deadline": due.size} | {name: column.size for name, column in columns.items()}
        for name, size in sized.items():
            if size != n:
                raise InvalidInputError("wrong length", where=name, seen=size, allowed=f"{n}")
        for k, (who, end) in enumerate(zip(endings, ended, strict=True)):
            one_of(who, ENDINGS if end else ("",), name=f"ending[{k}]")
        return cls(
            ids=names,
            dyads=pairs,
            low=lower,
            high=read_only(upper),
            deadline=read_only(due),
            ending=endings,
            outcome=tuple("ended" if e else "open" for e in ended),
            covariates=MappingProxyType(columns),
            senders=sent,
            start=(None,) * n,
            public=(None,) * n,
            title=title,
        )

    def __len__(self) -> int:
        return len(self.ids)

    def __repr__(self) -> str:
        ended = int(self.ended.sum())
        known = "" if self.as_of is None else f", as known on {self.as_of}"
        return (
            f"<{len(self)} {self.title}{known}: {ended} ended, {len(self) - ended} open, "
            f"{len(set(self.dyads))} dyads>"
        )

    @property
    def ended(self) -> NDArray[np.bool_]:
        """Whether each has ended."""
        return cast(NDArray[np.bool_], np.isfinite(self.high))

    @property
    def times(self) -> FloatArray:
        """Middle of each interval, or the last day seen open ``[dispute]``, days."""
        return np.where(
            self.ended, 0.5 * (self.low + np.where(self.ended, self.high, 0.0)), self.low
        )

    @property
    def clusters(self) -> NDArray[np.int64]:
        """Number of each dispute's dyad ``[dispute]``."""
        return np.unique(np.array(self.dyads, dtype=object).astype(str), return_inverse=True)[1]

    def take(self, places: ArrayLike) -> Disputes:
        """Return the disputes at the given places, or where a mask holds."""
        with decoding("places"):
            index = np.asarray(places)
            index = np.flatnonzero(index) if index.dtype == bool else index.astype(np.int64)
        if index.size == 0:
            raise InvalidInputError("no dispute is left", where=self.title, seen=0)

        def chosen(items: tuple[str, ...]) -> tuple[str, ...]:
            return tuple(items[k] for k in index)

        return replace(
            self,
            ids=chosen(self.ids),
            dyads=chosen(self.dyads),
            low=read_only(self.low[index]),
            high=read_only(self.high[index]),
            deadline=read_only(self.deadline[index]),
            ending=chosen(self.ending),
            outcome=chosen(self.outcome),
            covariates=MappingProxyType(
                {name: read_only(column[index]) for name, column in self.covariates.items()}
            ),
            senders=chosen(self.senders),
            start=tuple(self.start[k] for k in index),
            public=tuple(self.public[k] for k in index),
        )

    def ended_by(self, who: str | Iterable[str]) -> Disputes:
        """Return the same disputes, open where somebody else ended them first.

        For laws of one ending among competing ones (cause-specific hazards): a dispute that ended
        otherwise leaves at the middle of its interval.

        Examples
        --------
        >>> from negotiation.estimation.disputes.load import load_disputes
        >>> int(load_disputes().ended_by("target").ended.sum())
        27
        """
        wanted = {who} if isinstance(who, str) else set(who)
        for name in wanted:
            one_of(name, ENDINGS, name="ending")
        keep = np.array([e in wanted for e in self.ending])
        other = self.ended & ~keep
        return replace(
            self,
            low=read_only(np.where(other, self.times, self.low)),
            high=read_only(np.where(other, np.inf, self.high)),
            ending=tuple("" if gone else e for e, gone in zip(self.ending, other, strict=True)),
        )

    def known_at(self, as_of: DateLike) -> Disputes:
        """Return the disputes as they were known at a date.

        Disputes that began later are left out. Ends that came or became public later are not known:
        those disputes are open on that day, and their covariates and deadline, which may have been
        set later, are withheld (NaN), but for ``imposed_at_start``.

        Raises
        ------
        InformationDateError
            If no dispute had begun.
        InvalidInputError
            If a dispute has no first day.
        """
        day = as_date(as_of)
        if day is None:
            return self
        undated = [name for name, begun in zip(self.ids, self.start, strict=True) if begun is None]
        if undated:
            raise InvalidInputError("no first day", where=f"disputes, {undated[0]}", seen=None)
        starts = [cast(date, begun) for begun in self.start]
        begun = np.array([first <= day for first in starts])
        if not begun.any():
            raise InformationDateError(
                "no dispute had begun at the information date",
                where=self.title,
                seen=f"first begins on {min(starts)}",
                allowed=f"on or before {day}",
            )
        age = np.array([float((day - first).days) for first in starts])
        told = np.array([when is None or when <= day for when in self.public])
        over = self.ended & told & (self.high < age + 1.0)
        low = np.where(over, self.low, np.where(self.ended, age, np.minimum(self.low, age)))
        later = {name: "began later" for name, b in zip(self.ids, begun, strict=True) if not b}
        then = replace(
            self,
            low=read_only(low),
            high=read_only(np.where(over, self.high, np.inf)),
            deadline=read_only(np.where(told, self.deadline, np.nan)),
            ending=tuple(e if o else "" for e, o in zip(self.ending, over, strict=True)),
            outcome=tuple(w if o else "open" for w, o in zip(self.outcome, over, strict=True)),
            covariates=MappingProxyType(
                {
                    name: column
                    if name == "imposed_at_start"
                    else read_only(np.where(told, column, np.nan))
                    for name, column in self.covariates.items()
                }
            ),
            as_of=day,
            left_out=MappingProxyType({**self.left_out, **later}),
        )
        return then.take(begun)

    def with_covariates(self, **columns: ArrayLike) -> Disputes:
        """Return the same disputes with further covariates ``[dispute]``, NaN where missing."""
        found = {name: np.asarray(values, dtype=np.float64) for name, values in columns.items()}
        for name, column in found.items():
            if column.shape != (len(self),) or np.isinf(column).any():
                raise InvalidInputError(
                    "not one number a dispute",
                    where=name,
                    seen=f"shape {column.shape}",
                    allowed=f"{len(self)} numbers or NaN",
                )
        added = {name: read_only(column) for name, column in found.items()}
        return replace(self, covariates=MappingProxyType({**self.covariates, **added}))

    def to_frame(self) -> pd.DataFrame:
        """Return one row a dispute."""
        import pandas as pd

        columns: dict[str, object] = {
            "dispute": self.ids,
            "dyad": self.dyads,
            "sender": self.senders,
            "start": self.start,
            "days_low": self.low,
            "days_high": self.high,
            "deadline_days": self.deadline,
            "ending": self.ending,
            "outcome": self.outcome,
        }
        return pd.DataFrame({**columns, **self.covariates})
