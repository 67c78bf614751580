"""What a box in a building brings along."""

import subprocess
import sys


def test_a_box_leaves_the_analysis_and_the_databases_of_the_centre_alone() -> None:
    heavy = "('pandas', 'sqlalchemy', 'fastapi')"
    program = f"import sys, zaehlwerk.processes.edge; print([one for one in {heavy} if one in sys.modules])"
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ended.stdout == "[]\n"
