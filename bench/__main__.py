"""`python -m bench [NAME …]`: runs the benchmarks, prints a table, writes `.bench/figures.json`."""

import argparse
import importlib
import logging
import sys
from pathlib import Path

from bench.figures import Figure, print_table, write_json

# name -> module with `measure() -> list[Figure]`, in the order of the path that a reading takes
BENCHMARKS = {
    "modbus": "bench.modbus_poll",
    "fleet": "bench.modbus_fleet",
    "mqtt": "bench.mqtt_ingest",
    "poison": "bench.mqtt_poison",
    "influx": "bench.influx_write",
    "fleet-influx": "bench.influx_fleet",
    "edge": "bench.edge_drain",
    "files": "bench.file_import",
    "ledger": "bench.daily_ledger",
    "doubts": "bench.doubts",
}
# These take long and are run by name alone; how long `soak` takes is `--minutes`.
LONG = {
    "broker-kill": "bench.broker_kill",
    "soak": "bench.soak",
}


def main() -> int:
    """Measure what was asked for (all but the long ones by default); exit code 1 when a limit was missed."""
    arguments = _arguments()
    logging.basicConfig(level=logging.ERROR)  # what a benchmark breaks is meant to break
    figures: list[Figure] = []
    for name in arguments.names or BENCHMARKS:
        print(f"measuring {name} …", file=sys.stderr)
        measure = importlib.import_module((BENCHMARKS | LONG)[name]).measure
        figures.extend(measure(arguments.minutes) if name == "soak" else measure())
    print_table(figures)
    write_json(figures, arguments.json)
    print(f"written to {arguments.json}", file=sys.stderr)
    return 0 if all(figure.reached for figure in figures) else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    long = " and ".join(LONG)
    parser.add_argument(
        "names",
        nargs="*",
        choices=[*BENCHMARKS, *LONG, []],
        metavar="NAME",
        help=f"benchmarks to run: {', '.join(BENCHMARKS)} (all of these by default); {long} take long and are run by "
        "name alone",
    )
    parser.add_argument("--json", type=Path, default=Path(".bench/figures.json"), help="where the JSON goes")
    parser.add_argument(
        "--minutes", type=float, default=20.0, help="how long `soak` goes on (20); less is for trying it"
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
