"""What a lock file pins, and how to read it."""

from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


@dataclass(frozen=True, kw_only=True)
class Pin:
    """One version of one package; `marker` says on which machines, if not on all."""

    name: str
    version: str
    marker: str
    hashes: tuple[str, ...]


def pins(lock: Path) -> list[Pin]:
    """A line that pins nothing to exactly one version is an error; options for pip are no pins."""
    text = lock.read_text(encoding="utf-8").replace("\\\n", " ")
    lines = (line.strip() for line in text.splitlines())
    return [_pin(line) for line in lines if line and not line.startswith(("#", "-"))]


def options(lock: Path) -> list[str]:
    lines = lock.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line.startswith("-")]


def _pin(line: str) -> Pin:
    wanted, *hashes = (part.strip() for part in line.split(" --hash="))
    requirement = Requirement(wanted)
    (exact,) = requirement.specifier
    if exact.operator != "==" or exact.version.endswith("*"):
        raise ValueError(f"{wanted} is a range, not a pin")
    marker = str(requirement.marker or "")
    name = canonicalize_name(requirement.name)
    return Pin(name=name, version=exact.version, marker=marker, hashes=tuple(hashes))
