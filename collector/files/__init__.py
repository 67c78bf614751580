"""Readings and weather from files: tables of any make, MSCONS load profiles, station files."""

from collector.files.detected_table import Asked
from collector.files.detection import Proposal
from collector.files.dry_run import DryRun
from collector.files.mapping import FileMapping, load_mapping, mapping_yaml
from collector.files.readings import FileImport, import_file, import_readings
from collector.importing import ImportResult
from collector.weather_files import import_weather

__all__ = [
    "Asked",
    "DryRun",
    "FileImport",
    "FileMapping",
    "ImportResult",
    "Proposal",
    "import_file",
    "import_readings",
    "import_weather",
    "load_mapping",
    "mapping_yaml",
]
