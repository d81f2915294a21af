"""tau-ARGUS as a second implementation, in a process of its own: it ends the process that asks it something else than
whole numbers that add up, and keeps no time limit.

    python -m tests.geo.disclosure.tau_argus < question.json
"""

import json
import subprocess
import sys
import tempfile
from contextlib import chdir
from pathlib import Path

import numpy as np
from pytauargus import HiTaSCtrl, protect


def asked(function, questions):
    """What a function of this module answers to each question, of which each argument is a list or text."""
    content = json.dumps([function, questions])
    child = subprocess.run(
        [sys.executable, "-m", __name__], input=content, capture_output=True, text=True, check=True, timeout=120
    )
    return json.loads(child.stdout.splitlines()[-1])


def optimal(value, parent, below, above):
    """The sums that it withholds beside those of which something is required: the optimum, by value."""
    parts = {whole: np.flatnonzero(np.array(parent) == whole) for whole in sorted(set(parent) - {-1})}
    most = 2 * max(value)
    lines = ["0", str(len(value))]
    for at, (one, low, high) in enumerate(zip(value, below, above, strict=True)):
        status = "u" if low or high else ("s" if one else "z")
        lines.append(f"{at} {one} {max(one, 1)} {status} 0 {most} {low} {high} 0")
    lines.append(str(len(parts)))
    for whole, inside in parts.items():
        lines.append(f"0 {len(inside) + 1} : {whole} (-1) " + " ".join(f"{one} (1)" for one in inside))
    with tempfile.TemporaryDirectory() as folder:
        asking, answer = Path(folder) / "table.jj", Path(folder) / "answer"
        asking.write_text("\n".join(lines) + "\n")
        assert HiTaSCtrl().full_jj(in_file_jj=str(asking), out_file=str(answer), max_time=10) == 0
        return [int(line.split()[0]) for line in answer.read_text().splitlines() if line.strip()]


def sensitive(cells, amounts, rules):
    """The status and what must stay possible below and above, of the cells of contributions, in their order."""
    with tempfile.TemporaryDirectory() as folder:
        rows = {"cell": cells, "half": [1 + at % 2 for at in range(len(cells))], "amount": amounts}
        made = protect(rows, [["cell"]], "amount", safety_rules=rules, suppress="OPT(1)", workdir=folder)
        table = made.tables[0].dataframe()
    table = table[table["cell"].str.strip().isin(set(cells))]
    return [[row["cell"].strip(), row["status"], row["lower"], row["upper"]] for _, row in table.iterrows()]


if __name__ == "__main__":
    function, questions = json.load(sys.stdin)
    with tempfile.TemporaryDirectory() as elsewhere, chdir(elsewhere):  # it writes logs wherever it is
        answers = [globals()[function](**one) for one in questions]
    print("\n" + json.dumps(answers))
