"""A progress bar on a terminal, nothing in a pipe."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def progress_bar(title: str, *, watched: bool) -> Iterator[Callable[[float, str], None]]:
    """Yield what is told the share done (0..1) and what is being done."""
    if not watched:
        yield lambda _share, _step: None
        return
    from rich.console import Console  # noqa: PLC0415  nobody watches most of the time
    from rich.progress import BarColumn, Progress, TextColumn  # noqa: PLC0415

    columns = (TextColumn(title), BarColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=1.0)
        yield lambda share, step: bar.update(task, completed=share, description=step)
