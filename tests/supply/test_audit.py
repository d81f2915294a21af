"""What could not be looked up never passes for safe, and what is known to be unsafe fails."""

import json

import pytest

from tests.supply.audit import verdict

SAFE = {"name": "numpy", "version": "2.1", "vulns": []}
UNSAFE = {"name": "pillow", "version": "9.0", "vulns": [{"id": "PYSEC-2023-1", "fix_versions": ["10.0"]}]}
SKIPPED = {"name": "affine", "skip_reason": "Dependency not found on PyPI and could not be audited: affine (3.0.1)"}


@pytest.mark.parametrize("answer", ["", "Traceback", "{}"])
def test_no_answer_is_said_to_be_no_check(answer: str):
    lines, known = verdict(answer)
    assert lines == ["vulnerabilities: NOT CHECKED: the data of pypi.org could not be reached"]
    assert not known


def test_packages_that_were_not_in_the_data_are_counted():
    assert verdict(json.dumps({"dependencies": [SKIPPED, SKIPPED]})) == (
        ["vulnerabilities: NOT CHECKED: 2 of 2 packages are not in the data"], False,
    )  # fmt: skip
    lines, _ = verdict(json.dumps({"dependencies": [SKIPPED, SAFE]}))
    assert lines == [
        "vulnerabilities: NOT CHECKED: 1 of 2 packages are not in the data",
        "vulnerabilities: 1 packages were looked up",
    ]  # fmt: skip


def test_what_is_known_to_be_unsafe_fails_with_what_mends_it():
    lines, known = verdict(json.dumps({"dependencies": [SAFE, UNSAFE]}))
    assert known
    assert lines[0] == "vulnerabilities: pillow 9.0: PYSEC-2023-1, mended in ['10.0']"
