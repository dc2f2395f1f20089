"""The mutations of tests/mutations.toml: which rule, where it is switched off, and the test that must then fail."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
LIST = ROOT / "tests" / "mutations.toml"


@dataclass(frozen=True, kw_only=True)
class Mutation:
    """One rule switched off. `rules` are its ids; `find` stands exactly once in `file`."""

    rules: tuple[str, ...]
    off: str
    file: str
    find: str
    replace: str
    test: str

    def applied(self, text: str) -> str | None:
        """The file without the rule; None where the list no longer fits the code."""
        return text.replace(self.find, self.replace) if text.count(self.find) == 1 else None


def listed() -> list[Mutation]:
    """All of them, in the order of the list."""
    rows = tomllib.loads(LIST.read_text(encoding="utf-8"))["mutation"]
    return [Mutation(**{**row, "rules": tuple(row["rules"])}) for row in rows]
