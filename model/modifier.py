"""Modifiers of a billed service: at most four, and 95 where the place of service says telehealth (004-07, R70)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from model.errors import DomainError

TELEHEALTH_POS = frozenset({"02", "10"})  # not at home, at home
TELEHEALTH = "95"
_MOST = 4
_CODE = re.compile(r"[0-9A-Z]{2}")
_BY_ITSELF = "*"


@dataclass(frozen=True)
class Modifier:
    """One modifier; `automatic` ones follow the place of service, typed ones stay."""

    code: str
    automatic: bool = False

    def __str__(self) -> str:
        return f"{self.code}{_BY_ITSELF}" if self.automatic else self.code


Modifiers = tuple[Modifier, ...]


def typed(codes: Iterable[str]) -> Modifiers:
    """What somebody typed, each once; five are one too many (E_MODIFIERS)."""
    found = tuple(dict.fromkeys(code.strip().upper() for code in codes))
    if not all(_CODE.fullmatch(code) for code in found):
        raise DomainError("E_MODIFIERS", "A modifier is two letters or digits, like 95 or GT")
    return _checked(tuple(Modifier(code) for code in found))


def at_place(modifiers: Modifiers, pos: str | None) -> Modifiers:
    """R70: telehealth adds 95 if absent, marked automatic; any other place removes it only if automatic."""
    if pos not in TELEHEALTH_POS:
        return tuple(one for one in modifiers if not one.automatic)
    if any(one.code == TELEHEALTH for one in modifiers):
        return modifiers
    return _checked((*modifiers, Modifier(TELEHEALTH, automatic=True)))


def to_text(modifiers: Modifiers) -> str:
    return " ".join(map(str, modifiers))


def from_text(text: str) -> Modifiers:
    return tuple(
        Modifier(word.removesuffix(_BY_ITSELF), automatic=word.endswith(_BY_ITSELF)) for word in text.split()
    )


def _checked(modifiers: Modifiers) -> Modifiers:
    if len(modifiers) > _MOST:
        raise DomainError(
            "E_MODIFIERS", f"A service has at most {_MOST} modifiers; telehealth adds {TELEHEALTH} by itself"
        )
    return modifiers
