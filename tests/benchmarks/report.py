"""What was measured, as a table for the terminal and for docs/benchmarks.md: misses are written down too."""

import os
import platform
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "benchmarks.md"
_RESULTS = "## Results"
_NOTES = "## "
_HEADS = ("", "---")


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One line: what, its target, what came out; `met` is None where there is no target, or no rival."""

    what: str
    target: str
    figure: str
    met: bool | None = None
    more: str = ""

    @property
    def verdict(self) -> str:
        return {True: "met", False: "missed", None: ""}[self.met]


def printed(figures: Sequence[Figure]) -> str:
    """The table, aligned."""
    rows = [("", "target", "figure", ""), *((f.what, f.target, f.figure, f.verdict) for f in figures)]
    widths = [max(len(row[i]) for row in rows) for i in range(4)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    return "\n".join(line.rstrip() for line in lines)


def machine() -> str:
    """Processor, cores and Python; nothing that names the machine."""
    cores = len(os.sched_getaffinity(0))
    return f"{_processor()}, {cores} cores, Python {platform.python_version()} on {sys.platform}"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")


def write(figures: Sequence[Figure], *, servers: str, load: str) -> None:
    """Bring the results in docs/benchmarks.md up to date; what was not measured now, and the text, stay."""
    text = PAGE.read_text(encoding="utf-8")
    before, _, rest = text.partition(_RESULTS)
    old, mark, after = rest.partition(f"\n{_NOTES}")
    PAGE.write_text(
        f"{before}{_RESULTS}\n\n{_results(figures, old, servers, load)}{mark}{after}", encoding="utf-8"
    )


def _results(figures: Sequence[Figure], old: str, servers: str, load: str) -> str:
    new = {f.what: f"| {f.what} | {f.target} | {f.figure} | {f.verdict} | {f.more} |" for f in figures}
    kept = {line.split(" | ")[0][2:]: line for line in old.splitlines() if line.startswith("| ")}
    head = f"{datetime.now(UTC):%Y-%m-%d}, {machine()}. {servers}. {load}\n\n"
    rows = ["| | target | figure | | details |", "| --- | --- | --- | --- | --- |"]
    rows += ({name: line for name, line in kept.items() if name not in _HEADS} | new).values()
    return head + "\n".join(rows) + "\n"
