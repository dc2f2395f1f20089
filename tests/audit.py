"""Ask a public database whether something that is locked has a known vulnerability: `make audit`.

pip-audit asks OSV, from an environment of its own. "Nothing found" counts only where every pin was asked about: a
database that cannot be reached, or that knows nothing of a package's index, has found nothing either. With
`--where-reachable` the first of these is said and is no failure. Other arguments are pip-audit's, such as
`--ignore-vuln ID` for one that has no mend and does not concern us.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from adapters.demo.radicale import ServerStartError
from tests.locked import pins
from tests.servers import LOCKS, installed, locked

ROOT = Path(__file__).parents[1]
OURS = ROOT / "requirements.lock"
RUNTIME = ROOT / "runtime.lock"
_ASK = (
    "--vulnerability-service",
    "osv",
    "--disable-pip",
    "--require-hashes",
    "--format",
    "json",
    "--progress-spinner",
    "off",
)


class UnreachableError(Exception):
    """No database could be asked; nothing is known."""


class AuditError(Exception):
    """It answered, but not what was asked."""


def locks() -> list[Path]:
    """What we run and work with, and what the demo and the tests start beside it."""
    return [OURS, RUNTIME, locked("radicale"), *sorted(LOCKS.glob("*.lock"))]


def audit(program: Path, lock: Path, more: Sequence[str] = ()) -> list[str]:
    """A sentence for each vulnerability that is known of what a lock file pins for this machine."""
    done = subprocess.run(
        [str(program), *_ASK, *more, "--requirement", str(lock)], capture_output=True, text=True, check=False
    )
    if not done.stdout.startswith("{"):
        raise _failure(done.stderr)
    answers = [one for one in json.loads(done.stdout)["dependencies"] if "skip_reason" not in one]
    everywhere = {pin.name for pin in pins(lock) if not pin.marker}
    unasked = everywhere - {one["name"] for one in answers}
    if unasked:
        raise AuditError(f"{lock.name}: nothing was learned of {', '.join(sorted(unasked))}")
    return [sentence for one in answers for sentence in _sentences(one)]


def _failure(said: str) -> Exception:
    last = (said.strip().splitlines() or ["no reason given"])[-1]
    if last.startswith("requests.exceptions.") or "ConnectionError" in last:
        return UnreachableError("no database of vulnerabilities can be reached from here; nothing was asked")
    return AuditError(f"pip-audit failed: {last}")


def _sentences(answer: dict[str, Any]) -> Iterator[str]:
    for known in answer["vulns"]:
        mended = ", ".join(known["fix_versions"]) or "no version"
        yield f"{answer['name']} {answer['version']}: {known['id']}, mended in {mended}"


def main() -> int:
    """Ask about every lock file; end with 1 for what has to be looked at."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--where-reachable", action="store_true")
    asked, more = parser.parse_known_args()
    try:
        program = installed("pip-audit").with_name("pip-audit")
        found = {lock.name: audit(program, lock, more) for lock in locks()}
    except UnreachableError as error:
        sys.stderr.write(f"audit: {error}\n")
        return 0 if asked.where_reachable else 1
    except (AuditError, ServerStartError) as error:
        sys.stderr.write(f"audit: {error}\n")
        return 1
    for name, sentences in found.items():
        sys.stdout.write("\n".join([f"{name}: {len(sentences)} known", *sentences, ""]))
    return 1 if any(found.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
