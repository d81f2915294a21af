"""What searches of single maps gave, kept in a file as they come: a calibration that is cut off loses nothing."""

import ast
import hashlib
from dataclasses import asdict, dataclass
from pathlib import Path

import orjson

ROOT = Path(__file__).parents[4]
SEARCHES = ("geo/statistics/places", "geo/residuals.py", "geo/rates.py", "tests/benchmarks/calibration/places/maps.py")
"""What an outcome comes from: after a change of one of these, maps are searched again."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a search did on one map: areas planted, those of them that are high by themselves, areas flagged, planted
    ones among these, and flagged ones that are not even next to a planted one; places planted, and those of which any
    area is flagged; whether anything is flagged at either level.
    """

    planted: int
    high: int
    flagged: int
    both: int
    far: int
    places: int
    found: int
    alarm: bool


class Kept:
    """The outcomes of maps that were searched before, of one state: the same seed and draws, and the same code."""

    def __init__(self, file: Path, state: str) -> None:
        self._file, self._state = file, state
        lines = file.read_bytes().splitlines() if file.exists() else []
        read = [one for line in lines if (one := _read(line)) is not None]
        self._outcomes = {key: outcome for of, key, outcome in read if of == state}

    def get(self, key: str) -> Outcome | None:
        """The outcome of a map, where it was searched."""
        return self._outcomes.get(key)

    def __getitem__(self, key: str) -> Outcome:
        """The outcome of a map that was searched."""
        return self._outcomes[key]

    def add(self, key: str, outcome: Outcome) -> None:
        """Keep an outcome. It begins on a line of its own: what stands before it may have been cut off."""
        self._outcomes[key] = outcome
        with self._file.open("ab") as file:
            file.write(b"\n" + orjson.dumps([self._state, key, asdict(outcome)]))


def _read(line: bytes) -> tuple[str, str, Outcome] | None:
    """State, key and outcome of a line; None where it was cut off."""
    try:
        state, key, figures = orjson.loads(line)
    except ValueError:
        return None
    return state, key, Outcome(**figures)


def state_of(*settings: object) -> str:
    """What tells apart the outcomes of other settings and of other code; what that says of itself makes no other."""
    content = hashlib.sha256(repr(settings).encode())
    for name in SEARCHES:
        path = ROOT / name
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            content.update(without_strings(file.read_text(encoding="utf-8")).encode())
    return content.hexdigest()[:16]


def without_strings(code: str) -> str:
    """Code without comments, docstrings and where it stands."""
    tree = ast.parse(code)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            node.body = [one for one in node.body if not _is_string(one)]
    return ast.dump(tree)


def _is_string(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
