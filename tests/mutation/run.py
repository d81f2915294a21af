"""Change the code a little, run the tests that mirror it, and say which changes no test saw.

`python -m tests.mutation.run [--count 40] [--seed 1] [MODULE ...]`; a module is a file: geo/residuals.py. It works
on a copy: the checkout stays as it is. Exits with 1 where a mutant survives.
"""

import argparse
import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.progress import track

from tests.mutation.mutants import Mutant, mutants

ROOT = Path(__file__).parents[2]
ROOMS = ("geo", "layers/method", "layers/publication", "layers/declarations", "services/persons")
TOO_LONG = 600
"""Seconds: a mutant under which the tests do not end is seen."""


def modules() -> list[Path]:
    """The modules that are mutated: with code, and with tests that mirror their room."""
    found = [file for room in ROOMS for file in sorted((ROOT / room).rglob("*.py")) if file.name != "__init__.py"]
    return [file.relative_to(ROOT) for file in found]


def tests_of(module: Path, root: Path) -> list[str]:
    """The test of the module and, where it has none of its name, all tests of its room."""
    room = Path("tests") / module.parent
    own = room / f"test_{module.stem}.py"
    while not (root / room).is_dir():
        room = room.parent
    return [str(own if (root / own).is_file() else room)]


def survives(mutant: Mutant, module: Path, root: Path) -> bool:
    """Whether the tests pass all the same: those of the module first, and if these pass those of its room."""
    original = (root / module).read_text(encoding="utf-8")
    (root / module).write_text(mutant.code, encoding="utf-8")
    try:
        room = str(Path("tests") / module.parent)
        return all(_passes([*where], root) for where in dict.fromkeys((tuple(tests_of(module, root)), (room,))))
    finally:
        (root / module).write_text(original, encoding="utf-8")


def _passes(where: list[str], root: Path) -> bool:
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "--no-header", *where]
    try:
        return subprocess.run(command, cwd=root, capture_output=True, timeout=TOO_LONG, check=False).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def main() -> int:
    parser = argparse.ArgumentParser(description="Change the code a little and see whether a test fails.")
    parser.add_argument("modules", nargs="*", type=Path, help="files to mutate; default: a sample of all")
    parser.add_argument("--count", type=int, default=40, help="how many mutants")
    parser.add_argument("--seed", type=int, default=1, help="which ones")
    wanted = parser.parse_args()
    every = [(file, one) for file in wanted.modules or modules() for one in mutants((ROOT / file).read_text("utf-8"))]
    chosen = random.Random(wanted.seed).sample(every, min(wanted.count, len(every)))  # noqa: S311  # no secret
    console, survivors = Console(), []
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "zicht"
        skip = shutil.ignore_patterns(".git", ".venv", ".tools", "output", "__pycache__", ".*_cache")
        shutil.copytree(ROOT, root, ignore=skip)
        for file, mutant in track(chosen, "mutants", console=console):
            if survives(mutant, file, root):
                survivors.append(f"{file}:{mutant}")
                console.print(f"survives: {file}:{mutant}", markup=False, highlight=False)
    console.print(f"{len(chosen) - len(survivors)} of {len(chosen)} mutants killed, of {len(every)} there are")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
