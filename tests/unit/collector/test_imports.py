"""What the room must not drag along."""

import subprocess
import sys


def test_collecting_needs_no_pandas() -> None:
    program = "import sys, collector.collecting, collector.simulation, collector.pushing, collector.files; "
    program += "sys.exit('pandas' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
