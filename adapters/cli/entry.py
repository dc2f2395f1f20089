"""Where the command `calendula` begins: answer the cheapest question first, then load what is needed.

Errors become one plain sentence here; exit codes are 0 (done), 1 (failed) and 2 (asked wrongly). The clock
and the source of ids come in as arguments: the product has no switch for them, tests have their own entry.
"""

import atexit
import gc
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from uuid import UUID, uuid4


def main(
    argv: Sequence[str] | None = None,
    *,
    clock: Callable[[], datetime] | None = None,
    new_id: Callable[[], UUID] = uuid4,
) -> None:
    """Run one command and exit."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments == ["--version"]:
        _print_version()
        return
    look_rarely()
    atexit.register(gc.freeze)  # nor is there any use in looking once more at the end
    from adapters.cli.app import hoisted, run
    from adapters.cli.failures import explain

    arguments = hoisted(arguments)
    try:
        run(arguments, clock=clock or _now, new_id=new_id)
    except Exception as error:  # noqa: BLE001 - the last place where an error can become a sentence
        sys.exit(explain(error, debug="--debug" in arguments))


def look_rarely() -> None:
    """For garbage: loading makes 250,000 objects and none of it, and so do answers of thousands of rows."""
    gc.set_threshold(400_000)


def _print_version() -> None:
    from importlib.metadata import version

    sys.stdout.write(f"calendula {version('calendula')}\n")


def _now() -> datetime:
    return datetime.now(UTC)


if __name__ == "__main__":
    main()
