"""Unknown: why a figure is not known, apart from the measures that have them."""

import subprocess
import sys


def test_what_only_names_a_reason_loads_no_library_of_figures():
    script = "import sys; from geo.unknown import Unknown; print({'numpy', 'pandas'} & set(sys.modules))"
    shown = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True).stdout
    assert shown.strip() == "set()"
