"""Run a command as a process of its own, and read from the kernel what it cost."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
CALENDULA = str(Path(sys.executable).with_name("calendula"))


@dataclass(frozen=True, kw_only=True)
class Spent:
    """Seconds on the clock, seconds of CPU, and the most memory that was held at once."""

    wall: float
    cpu: float
    peak_kib: int


# A process begins with the peak of the one that started it: a small one in between keeps ours out of the figure.
_BETWEEN = """
import json, resource, subprocess, sys, time
begun = time.perf_counter()
done = subprocess.run(sys.argv[1:], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
wall, used = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
sys.stderr.buffer.write(done.stderr)
print(json.dumps({"wall": wall, "cpu": used.ru_utime + used.ru_stime, "peak_kib": used.ru_maxrss}))
sys.exit(done.returncode)
"""


def spent(*command: str) -> Spent:
    """Run it to its end; it has to go well. Bytecode is kept, as it is of any installed program."""
    quiet = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    between = [sys.executable, "-I", "-S", "-c", _BETWEEN]
    done = subprocess.run(
        [*between, *command], stdin=subprocess.DEVNULL, capture_output=True, env=quiet, cwd=ROOT, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{command[0]} ended with {done.returncode}: {done.stderr.decode()[-400:]}")
    return Spent(**json.loads(done.stdout))


def calendula(*words: str, config: Path | None = None) -> Spent:
    """The installed command."""
    return spent(CALENDULA, *(["--config", str(config)] if config else []), *words)
