"""Known vulnerabilities of what runs zicht: `python -m tests.supply.audit`, by pip-audit and the data of PyPI.

pip-audit says that none are known where it could look up none; here what was not looked up is said, and never passes
for safe. That is no failure of the check: a machine without internet has other checks to run.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
COMMAND = ("pip-audit", "--requirement", "requirements.lock", "--require-hashes", "--disable-pip", "--format", "json",
           "--progress-spinner", "off")  # fmt: skip


def verdict(answer: str) -> tuple[list[str], bool]:
    """What to say of pip-audit's answer, and whether a vulnerability is known. No answer is one without data."""
    try:
        packages: list[Mapping[str, Any]] = json.loads(answer)["dependencies"]
    except (ValueError, KeyError):
        return ["vulnerabilities: NOT CHECKED: the data of pypi.org could not be reached"], False
    skipped = [one["name"] for one in packages if "skip_reason" in one]
    lines = [
        f"vulnerabilities: {one['name']} {one['version']}: {fault['id']}, mended in {fault['fix_versions'] or 'none'}"
        for one in packages
        for fault in one.get("vulns", ())
    ]
    known = bool(lines)
    if skipped:
        lines.append(f"vulnerabilities: NOT CHECKED: {len(skipped)} of {len(packages)} packages are not in the data")
    if len(skipped) < len(packages):
        lines.append(f"vulnerabilities: {len(packages) - len(skipped)} packages were looked up")
    return lines, known


def main() -> None:
    """Look up all that is locked, and say what was found."""
    program = Path(sys.executable).parent / COMMAND[0]
    done = subprocess.run([program, *COMMAND[1:]], cwd=ROOT, capture_output=True, text=True, check=False)
    lines, known = verdict(done.stdout)
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    raise SystemExit(known)


if __name__ == "__main__":
    main()
