"""The commented portfolio that a newcomer begins with."""

from pathlib import Path

from config.errors import Conflict

STARTER = Path(__file__).parent / "starter"


def write_starter(folder: Path) -> list[Path]:
    """Write a first portfolio into `folder` and return its files; `load_portfolio` accepts it.

    Raises `Conflict` where the folder has a portfolio already; nothing is overwritten.
    """
    sources = sorted(file for file in STARTER.rglob("*.yaml"))
    targets = [folder / file.relative_to(STARTER) for file in sources]
    taken = [target for target in targets if target.exists()]
    if taken or (folder / "district.yml").exists():
        raise Conflict(f"{folder} has a portfolio already: {', '.join(map(str, taken)) or 'district.yml'} exists")
    for source, target in zip(sources, targets, strict=True):
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(source.read_text(encoding="utf-8"), encoding="utf-8")
    return targets
