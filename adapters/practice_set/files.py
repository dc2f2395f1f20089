"""Find the files of a practice set: one TOML file, or a folder with at most one, and CSV files named by their table."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from adapters.practice_set.csv_file import read_csv
from adapters.practice_set.key import Key
from adapters.practice_set.raw import Raw, UnreadableError
from adapters.practice_set.toml_file import read_toml

Tables = Mapping[str, Mapping[str, Key]]


@dataclass
class Files:
    """The entries of all files, in order, and the files and lines that are none."""

    entries: list[Raw] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def read_files(path: Path, tables: Tables) -> Files:
    """Read all of it; a file that cannot be read is a problem among others."""
    found = Files()
    try:
        files = _files(path)
    except UnreadableError as error:
        found.problems.append(str(error))
        return found
    for file in files:
        try:
            entries, problems = _csv(file, tables) if _is(file, ".csv") else read_toml(file)
        except UnreadableError as error:
            entries, problems = [], [str(error)]
        found.entries += entries
        found.problems += problems
    return found


def _files(path: Path) -> list[Path]:
    """What is to be read: the TOML file first, since everything else refers to what stands there."""
    if not path.is_dir():
        return [path]
    try:
        inside = sorted(file for file in path.iterdir() if not file.name.startswith("."))
    except OSError as error:
        raise UnreadableError(f"{path} cannot be read: {error.strerror}") from error
    toml, tables = ([file for file in inside if _is(file, end)] for end in (".toml", ".csv"))
    if not toml and not tables:
        raise UnreadableError(f"{path} has neither a TOML file nor a CSV file")
    if len(toml) > 1:
        names = ", ".join(file.name for file in toml)
        raise UnreadableError(f"{path} has more than one TOML file: {names}; keep one of them there")
    return toml + tables


def _is(file: Path, end: str) -> bool:
    return file.suffix.lower() == end


def _csv(file: Path, tables: Tables) -> tuple[list[Raw], list[str]]:
    keys = tables.get(file.stem)
    if keys is None:
        raise UnreadableError(f"{file.name}: not a table of a practice; allowed: {', '.join(_names(tables))}")
    required = [name for name, key in keys.items() if key.required]
    return read_csv(file, file.stem, required=required, allowed=list(keys))


def _names(tables: Tables) -> Iterator[str]:
    return (f"{table}.csv" for table in tables)
