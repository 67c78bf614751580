"""`python -m tests.fuzz [NAME …] --seconds 600`: damages good inputs and looks for exceptions that nobody expects."""

import argparse
import hashlib
import sys
from datetime import UTC, datetime

from tests.fuzz.campaign import Campaign, run
from tests.fuzz.table import TARGETS
from tests.fuzz.trying import Finding


def main() -> int:
    """Fuzz what was asked for (all by default); exit code 1 when something was found."""
    asked = _arguments()
    if asked.list:
        _say("\n".join(TARGETS))
        return 0
    seed = asked.seed or datetime.now(UTC).isoformat(timespec="seconds")
    campaign = run(asked.names or list(TARGETS), seconds=asked.seconds, seed=seed, processes=asked.processes)
    _print_table(campaign, seed)
    for found in campaign.findings.values():
        _print_finding(found)
    return 1 if campaign.findings else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make fuzz", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="targets; all by default")
    parser.add_argument("--seconds", type=float, default=600.0, help="how long each target is tried")
    parser.add_argument("--processes", type=int, help="at once; as many as there are cores by default")
    parser.add_argument("--seed", help="the same seed tries the same inputs; the present time by default")
    parser.add_argument("--list", action="store_true", help="print the targets' names and end")
    asked = parser.parse_args()
    if unknown := sorted(set(asked.names) - set(TARGETS)):
        parser.error(f"no target {', '.join(unknown)} (allowed: {', '.join(TARGETS)})")
    return asked


def _print_table(campaign: Campaign, seed: str) -> None:
    _say(f"{'target':<24}{'seconds':>9}{'inputs':>12}")
    for name, tried in campaign.inputs.items():
        _say(f"{name:<24}{campaign.busy_s[name]:>9.0f}{tried:>12,}")
    _say(f"seed {seed}; findings: {len(campaign.findings)}")


def _print_finding(found: Finding) -> None:
    name = f"{found.target}-{hashlib.sha256(found.content).hexdigest()[:8]}.json"
    _say(f"\n{found.target} ({found.seed}): {found.error} at {found.place}\ninput: {found.content!r}\n{found.trace}")
    _say(f"save as tests/fuzz/found/{name}:\n{found.fixture}")


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


if __name__ == "__main__":
    sys.exit(main())
