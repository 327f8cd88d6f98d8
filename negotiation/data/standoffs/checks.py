"""Reading a file's values so that every mistake of it is found at once."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from negotiation.errors import DataError
from negotiation.values import closest

__all__ = ["Mistakes", "Section"]

_LONGEST = 60


def _shown(value: object) -> str:
    text = value.isoformat() if isinstance(value, date) else repr(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


@dataclass
class Mistakes:
    """What is wrong with a file.

    Attributes
    ----------
    file
        How messages name it.
    lines
        One a mistake: key, what is wrong, what is seen, what would be allowed.
    """

    file: str
    lines: list[str] = field(default_factory=list)

    def add(
        self, key: str, what: str, *, seen: object = None, allowed: str = "", hint: str = ""
    ) -> None:
        """Note one mistake."""
        parts = [f"{key}: {what}"]
        if seen is not None:
            parts.append(f"seen {_shown(seen)}")
        if allowed:
            parts.append(f"allowed: {allowed}")
        line = "; ".join(parts)
        self.lines.append(f"{line}. {hint}" if hint else line)

    def raise_any(self) -> None:
        """Raise one error that lists them all, if there are any.

        Raises
        ------
        DataError
            Names the file and, for each mistake, key, what is seen and what is allowed.
        """
        if self.lines:
            count = len(self.lines)
            listed = "".join(f"\n- {line}" for line in self.lines)
            what = f"{count} mistake{'s' if count > 1 else ''}:{listed}"
            raise DataError(what, where=self.file)


class Section:
    """A table of a file, read key by key.

    A value that is not what its key allows is noted, and a placeholder comes back: nothing of the
    file is used once a mistake is noted.
    """

    def __init__(self, content: object, key: str, mistakes: Mistakes) -> None:
        self.key = key
        self.mistakes = mistakes
        self._content: Mapping[str, Any] = {}
        self._read: set[str] = set()
        if isinstance(content, Mapping):
            self._content = content
        else:
            mistakes.add(key or "file", "not a table", seen=content)

    def __contains__(self, name: str) -> bool:
        """Whether the table has a key."""
        return name in self._content

    def at(self, name: str) -> str:
        """Return how messages name a key of the table."""
        return f"{self.key}.{name}" if self.key else name

    def note(
        self, name: str, what: str, *, seen: object = None, allowed: str = "", hint: str = ""
    ) -> None:
        """Note a mistake at a key."""
        self.mistakes.add(self.at(name), what, seen=seen, allowed=allowed, hint=hint)

    def raw(self, name: str, *, required: bool = True, allowed: str = "") -> Any:
        """Return a value as it stands, None where it is missing."""
        self._read.add(name)
        if name not in self._content:
            if required:
                self.note(name, "missing", allowed=allowed)
            return None
        return self._content[name]

    def text(self, name: str, *, required: bool = True) -> str:
        """Return a text that is not empty, ``""`` where it may be missing."""
        value = self.raw(name, required=required, allowed="a text")
        if value is None:
            return ""
        if not isinstance(value, str) or not value.strip():
            self.note(name, "not a text", seen=value, allowed="a text that is not empty")
            return ""
        return value

    def choice(self, name: str, allowed: Iterable[str], *, default: str | None = None) -> str:
        """Return one of the allowed texts."""
        labels = tuple(allowed)
        value = self.raw(name, required=default is None, allowed=", ".join(labels))
        if value is None:
            return default or ""
        if value not in labels:
            hint = closest(value, labels) if isinstance(value, str) else ""
            self.note(name, "unknown", seen=value, allowed=", ".join(labels), hint=hint)
            return ""
        return str(value)

    def number(
        self,
        name: str,
        *,
        low: float = -math.inf,
        high: float = math.inf,
        default: float | None = None,
    ) -> float:
        """Return a finite number within bounds."""
        bounds = f"a number from {low:g} to {high:g}"
        value = self.raw(name, required=default is None, allowed=bounds)
        if value is None:
            return 0.0 if default is None else default
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.note(name, "not a number", seen=value, allowed=bounds)
            return 0.0
        if not math.isfinite(value) or not low <= value <= high:
            self.note(name, "out of range", seen=value, allowed=bounds)
            return 0.0
        return float(value)

    def flag(self, name: str, *, default: bool | None = None) -> bool:
        """Return true or false."""
        value = self.raw(name, required=default is None, allowed="true or false")
        if value is None:
            return bool(default)
        if not isinstance(value, bool):
            self.note(name, "neither true nor false", seen=value, allowed="true or false")
            return False
        return value

    def day(self, name: str, *, required: bool = True) -> date | None:
        """Return a date, None where it is missing."""
        value = self.raw(name, required=required, allowed="a date such as 2025-05-02")
        if value is None:
            return None
        if isinstance(value, datetime) or not isinstance(value, date):
            self.note(
                name, "not a date", seen=value, allowed="a date such as 2025-05-02, without quotes"
            )
            return None
        return value

    def tables(self, name: str) -> list[Section]:
        """Return the tables of an array of tables; none where it is missing."""
        value = self.raw(name, required=False)
        if value is None:
            return []
        if not isinstance(value, list):
            self.note(name, "not a list of tables", seen=value, allowed=f"[[{self.at(name)}]]")
            return []
        return [
            Section(item, f"{self.at(name)}[{k}]", self.mistakes)
            for k, item in enumerate(value, start=1)
        ]

    def table(self, name: str) -> Section:
        """Return a table; an empty one where it is missing."""
        value = self.raw(name, required=False)
        return Section({} if value is None else value, self.at(name), self.mistakes)

    def holds_table(self, name: str) -> bool:
        """Whether the value of a key is a table."""
        return isinstance(self._content.get(name), Mapping)

    def keys(self) -> tuple[str, ...]:
        """Return the keys of the table."""
        return tuple(self._content)

    def finish(self) -> None:
        """Note every key that nothing has read."""
        for name in self._content:
            if name not in self._read:
                hint = closest(name, tuple(self._read))
                self.note(name, "unknown key", allowed=", ".join(sorted(self._read)), hint=hint)
