"""A mutant differs in one place, and still is Python."""

import ast

from tests.mutation.mutants import mutants

CODE = '''"""Docstring 3."""
LIMIT = 4.0
def f(x: int) -> bool:
    """One."""
    return min(-x, 2) < LIMIT + 1 and not any([x == 1, True])
'''


def test_every_mutant_is_python_and_differs():
    found = list(mutants(CODE))
    assert len({one.code for one in found}) == len(found) == 11
    for one in found:
        ast.parse(one.code)
        assert one.before != one.after
    assert "LIMIT = 6.0" in {line for one in found for line in one.code.splitlines()}


def test_docstrings_and_annotations_stay():
    assert all('"""Docstring 3."""' in one.code and "x: int" in one.code for one in mutants(CODE))
