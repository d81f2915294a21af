"""Small changes that must make a test fail: another constant, another sign, another comparison, another side.

Rejected: mutmut, which wraps every function and so breaks what numba compiles.
"""

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass

COMPARISONS = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq}
ARITHMETIC = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult}
CALLS = {"min": "max", "max": "min", "any": "all", "all": "any", "minimum": "maximum", "maximum": "minimum"}


@dataclass(frozen=True, slots=True)
class Mutant:
    """A module with one change: where, what stood there and what stands there now."""

    line: int
    before: str
    after: str
    code: str

    def __str__(self) -> str:
        return f"{self.line}: {self.before} -> {self.after}"


def mutants(code: str) -> Iterator[Mutant]:
    """All mutants of a module, in the order of its lines; annotations, docstrings and messages stay."""
    tree = ast.parse(code)
    for at, node in enumerate(ast.walk(tree)):
        if changed := _changed(node):
            other = copy.deepcopy(tree)
            place = next(one for nth, one in enumerate(ast.walk(other)) if nth == at)
            for name, value in changed.items():
                setattr(place, name, value)
            before, after = (ast.unparse(each)[:60] for each in (node, place))
            yield Mutant(getattr(node, "lineno", 0), before, after, ast.unparse(other))


def _changed(node: ast.AST) -> dict[str, object]:
    """What to set on a node to make it another; nothing for one that is left alone."""
    changed: dict[str, object] = {}
    match node:
        case ast.Constant(value=bool()):
            changed = {"value": not node.value}
        case ast.Constant(value=int() | float()):
            changed = {"value": node.value + 1 if isinstance(node.value, int) else node.value * 1.5}
        case ast.Compare(ops=[op]) if type(op) in COMPARISONS:
            changed = {"ops": [COMPARISONS[type(op)]()]}
        case ast.BinOp(op=op) if type(op) in ARITHMETIC and not isinstance(node.left, ast.Constant | ast.JoinedStr):
            changed = {"op": ARITHMETIC[type(op)]()}
        case ast.UnaryOp(op=ast.USub() | ast.Invert()):
            changed = {"op": ast.UAdd()}
        case ast.Call(func=ast.Name(id=name)) if name in CALLS:
            changed = {"func": ast.Name(CALLS[name])}
        case ast.Call(func=ast.Attribute(attr=name) as function) if name in CALLS:
            changed = {"func": ast.Attribute(function.value, CALLS[name])}
    return changed
