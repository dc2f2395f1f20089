"""Switch off one rule after another, and see that a test notices: `make mutants`, or `python -m tests.mutants`.

Each worker has a copy of the project in a temporary folder; nothing is changed in this one. It fails where a
mutant survives, where a mutation no longer fits the code, and where a named test does not pass by itself.
"""

import argparse
import json
import os
import queue
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.mutants.mutations import ROOT, Mutation, listed

_NOT_COPIED = shutil.ignore_patterns(".*", "*.egg-info", "build", "dist", "*.sqlite*")
_FAILED = 1  # pytest: tests were run, and some failed


class Worker:
    """A copy of the project, and a process that runs tests in it."""

    def __init__(self, folder: Path) -> None:
        self._copy = folder
        shutil.copytree(ROOT, folder, ignore=_NOT_COPIED, dirs_exist_ok=True)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.mutants.worker"],
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def close(self) -> None:
        self._process.communicate()

    def fails(self, tests: Sequence[str]) -> str | None:
        """Run tests; "" where they pass, None where some fail, a sentence where they could not be run."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(tests) + "\n")
        self._process.stdin.flush()
        code = int(self._process.stdout.readline() or -1)
        if code in (0, _FAILED):
            return None if code else ""
        return f"the test could not be run (pytest: {code}): {self.said()}"

    def said(self) -> str:
        """The end of what pytest said last."""
        return (self._copy / "said").read_text(encoding="utf-8", errors="replace")[-2000:]

    def judge(self, mutation: Mutation) -> str:
        """What became of a mutant; "" where the test noticed."""
        path = self._copy / mutation.file
        before = path.read_text(encoding="utf-8")
        mutated = mutation.applied(before)
        if mutated is None:
            return f"stands {before.count(mutation.find)} times in {mutation.file}: {mutation.find!r}"
        times = path.stat()
        path.write_text(mutated, encoding="utf-8")
        try:
            found = self.fails([mutation.test])
        finally:
            path.write_text(before, encoding="utf-8")
            os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))  # its bytecode is good again
        return "" if found is None else found or f"survived {mutation.test}"


class Report:
    """What was found so far, one line each."""

    def __init__(self) -> None:
        self.caught, self.problems, self._lock = 0, 0, threading.Lock()

    def tell(self, what: str, problem: str) -> None:
        with self._lock:
            self.caught += not problem
            self.problems += bool(problem)
            say(f"FAILED {what} - {problem}" if problem else f"caught {what}")


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def work(worker: Worker, jobs: "queue.SimpleQueue[Mutation | list[str]]", report: Report) -> None:
    """Take jobs until there are none: a mutation, or tests that must pass as the code is."""
    while True:
        try:
            job = jobs.get_nowait()
        except queue.Empty:
            return
        if isinstance(job, Mutation):
            report.tell(f"{' '.join(job.rules)}: {job.off}", worker.judge(job))
        elif (found := worker.fails(job)) != "":
            report.tell("without a mutation", found or worker.said())


@contextmanager
def workers(number: int) -> Iterator[list[Worker]]:
    with tempfile.TemporaryDirectory(prefix="calendula-mutants-") as folder:
        made = [Worker(Path(folder) / str(n)) for n in range(number)]
        try:
            yield made
        finally:
            for worker in made:
                worker.close()


def main() -> int:
    """Try all mutants, or those of some rules."""
    asked = _arguments()
    first, parts = asked.part
    chosen = [m for m in listed() if not asked.rules or {*asked.rules} & {*m.rules}]
    mutations = chosen[first % parts :: parts]
    if not mutations:
        say(f"no mutation is listed for {' '.join(asked.rules)}")
        return 2
    jobs: queue.SimpleQueue[Mutation | list[str]] = queue.SimpleQueue()
    for job in (sorted({m.test for m in mutations}), *mutations):
        jobs.put(job)
    began, report = time.monotonic(), Report()
    with workers(asked.workers) as made:
        threads = [threading.Thread(target=work, args=(worker, jobs, report)) for worker in made]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    say(f"{report.caught} of {len(mutations)} mutants caught in {time.monotonic() - began:.0f} s")
    return 1 if report.problems or report.caught < len(mutations) else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("-n", dest="workers", type=int, default=min(os.cpu_count() or 1, 4))
    parser.add_argument(
        "--part",
        type=_part,
        default=(0, 1),
        metavar="N/M",
        help="only each M-th, from the N-th on: of several runs with another N each tries others",
    )
    parser.add_argument(
        "rules", nargs="*", metavar="RULE", help="only the mutations of these rules, as E5 or I4"
    )
    return parser.parse_args()


def _part(text: str) -> tuple[int, int]:
    first, _, parts = text.partition("/")
    return int(first), max(int(parts), 1)


if __name__ == "__main__":
    sys.exit(main())
