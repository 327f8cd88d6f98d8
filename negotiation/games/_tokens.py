"""Tokens of Gambit's text formats, and how their texts and numbers are printed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import NoReturn

from negotiation.errors import InvalidInputError
from negotiation.games.exact_numbers import exact_number
from negotiation.games.names import distinct_names
from negotiation.values import user_path

__all__ = ["Reader", "Token", "open_source", "quote", "rational_text"]

#: Largest file, in bytes, and most tokens in it.
_LARGEST_FILE, _MOST_TOKENS = 64_000_000, 4_000_000
#: Bits of the denominator of a sum.
_MOST_BITS = 100_000
#: Arrays have one axis a player, and no more axes than NumPy allows.
_MOST_PLAYERS = 31
_TOKEN = re.compile(r'\s+|,|(?P<text>"(?:\\.|[^"\\])*")|(?P<brace>[{}])|(?P<word>[^\s{},"]+)')


@dataclass(frozen=True)
class Token:
    """A text in quotation marks, a brace or a word, and its line."""

    kind: str
    value: str
    line: int


class Reader:
    """Tokens of one file, consumed from the left; errors name file, line and token."""

    def __init__(self, content: str, name: str) -> None:
        self._name = name
        self._tokens: list[Token] = []
        self._next = 0
        position, line = 0, 1
        while position < len(content):
            match = _TOKEN.match(content, position)
            if match is None:
                raise InvalidInputError(
                    "quotation mark without its end", where=f"{name}, line {line}", seen='"'
                )
            if match.lastgroup is not None:
                value = match.group()
                if match.lastgroup == "text":
                    value = re.sub(r"\\(.)", r"\1", value[1:-1], flags=re.DOTALL)
                self._tokens.append(Token(match.lastgroup, value, line))
                if len(self._tokens) > _MOST_TOKENS:
                    self.fail("the file is too long", None, f"{_MOST_TOKENS} words or fewer")
            line += match.group().count("\n")
            position = match.end()

    def fail(self, what: str, token: Token | None, allowed: str = "") -> NoReturn:
        """Raise InvalidInputError at a token, or at the end of the file."""
        last = self._tokens[-1].line if self._tokens else 1
        raise InvalidInputError(
            what,
            where=f"{self._name}, line {token.line if token else last}",
            seen=repr(token.value) if token else "end of file",
            allowed=allowed,
        )

    @property
    def left(self) -> int:
        """Number of tokens that are not consumed: no file holds more numbers than that."""
        return len(self._tokens) - self._next

    def peek(self) -> Token | None:
        """Return the next token without consuming it."""
        return self._tokens[self._next] if self._next < len(self._tokens) else None

    def take(self, kind: str, allowed: str, value: str | None = None) -> Token:
        """Consume a token of one kind, or fail."""
        token = self.peek()
        if token is None or token.kind != kind or (value is not None and token.value != value):
            self.fail("unexpected token", token, allowed)
        self._next += 1
        return token

    def at(self, kind: str, value: str | None = None) -> bool:
        """Say whether the next token is of one kind and value."""
        token = self.peek()
        return token is not None and token.kind == kind and value in (None, token.value)

    def text(self, allowed: str) -> str:
        """Consume a text in quotation marks."""
        return self.take("text", allowed).value

    def open(self, allowed: str) -> None:
        """Consume an opening brace."""
        self.take("brace", f"{{ before {allowed}", "{")

    def close(self, allowed: str) -> None:
        """Consume a closing brace."""
        self.take("brace", f"}} after {allowed}", "}")

    def whole(self, allowed: str, low: int = 0, high: int | None = None) -> int:
        """Consume a whole number within bounds."""
        token = self.take("word", allowed)
        if not re.fullmatch(r"[+-]?\d{1,18}", token.value):
            self.fail("not a whole number", token, allowed)
        out = int(token.value)
        if out < low or (high is not None and out > high):
            self.fail("number out of range", token, allowed)
        return out

    def rational(self, allowed: str) -> Fraction:
        """Consume a number, exactly."""
        token = self.take("word", allowed)
        try:
            return exact_number(token.value, name=allowed)
        except InvalidInputError:
            self.fail("not a number", token, allowed)

    def sum(self, numbers: Iterable[Fraction], what: str) -> Fraction:
        """Add numbers, or fail where their common denominator grows out of bounds."""
        total = Fraction(0)
        for number in numbers:
            total += number
            if total.denominator.bit_length() > _MOST_BITS:
                self.fail(f"{what} have no common denominator of sensible size", self.peek())
        return total

    def header(self, magic: str, versions: Sequence[str]) -> tuple[str, list[str]]:
        """Consume magic word, version, number type, title and players, made distinct."""
        self.take("word", magic, magic)
        token = self.take("word", "file version")
        if token.value not in versions:
            self.fail("unknown version", token, ", ".join(versions))
        kind = self.take("word", "R or D")
        if kind.value not in {"R", "D"}:
            self.fail("unknown number type", kind, "R, D")
        title = self.text("title in quotation marks")
        self.open("the players")
        players = []
        while self.at("text"):
            players.append(self.text("player"))
        self.close("the players")
        if not 1 <= len(players) <= _MOST_PLAYERS:
            self.fail("no or too many players", self.peek(), f"1 to {_MOST_PLAYERS}")
        return title, list(distinct_names(players, "player "))

    def payoffs(self, count: int) -> tuple[Fraction, ...]:
        """Consume payoffs in braces."""
        self.open("payoffs")
        out = tuple(self.rational(f"{count} payoffs") for _ in range(count))
        self.close(f"{count} payoffs")
        return out

    def end(self) -> None:
        """Fail unless everything is consumed."""
        if self.peek() is not None:
            self.fail("something follows the end of the game", self.peek(), "end of file")


def open_source(source: str | Path) -> Reader:
    """Read a path, or a string that is itself the text of a file."""
    if isinstance(source, str) and source.lstrip("\ufeff \t\r\n").startswith(("NFG", "EFG")):
        return Reader(source.removeprefix("\ufeff"), "text")
    path = user_path(source, name="source")
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST_FILE + 1)
        if len(content) > _LARGEST_FILE:
            raise InvalidInputError(
                "the file is too large", where=path.name, allowed=f"{_LARGEST_FILE} bytes"
            )
        return Reader(content.decode("utf-8-sig"), path.name)
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInputError(
            "file cannot be read", where=path.name, seen=type(error).__name__
        ) from error


def quote(text: str) -> str:
    """Return a text in quotation marks."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def rational_text(value: float | Fraction) -> str:
    """Return a fraction as it is, and of a float the simplest rational that is the same one."""
    if isinstance(value, Fraction):
        return str(value)
    value = float(value)
    if abs(value) >= 1e16:
        return repr(value)
    exact = Fraction(value)
    for digits in (1, 10, 10**3, 10**6, 10**9):
        simple = exact.limit_denominator(digits)
        if float(simple) == value:
            return str(simple)
    return repr(value)
