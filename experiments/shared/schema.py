"""What a result file holds, the same for every experiment.

    command, versions, threads, cpu_seconds
    quick       the run of a few seconds that a test repeats
    runs        a list of runs

A run has its settings, `cell`, with an `id` that no other run has; `cpu_seconds`; what the
experiment found, by name; and, where it was measured on the way, one `curve`: lists of one length,
the first of which says when (`updates`, `epochs`, `sequences` or `letters` seen by then).
"""

from collections import Counter

CONTENT = ("command", "versions", "threads", "cpu_seconds", "quick", "runs")
WHEN = ("updates", "epochs", "sequences", "letters")


def epoch_curve(losses: list[float], scores: list[float] | None = None, digits: int = 17) -> dict:
    """The curve of a training that was judged once an epoch.

    losses, scores: one number an epoch each. digits: as `round` takes them.
    """
    curve = {"epochs": [*range(1, len(losses) + 1)], "loss": losses, "score": scores}
    return {
        name: [round(number, digits) for number in numbers]
        for name, numbers in curve.items()
        if numbers is not None
    }


def check_ids(cells: list[dict]) -> None:
    """Refuse cells of which two have one id: everything is kept by it.

    Raises:
        ValueError: an id that is no string, or stands twice.
    """
    for cell in cells:
        if not isinstance(cell.get("id"), str):
            raise ValueError(f"a cell needs an id, a string, got {cell}")
    twice = [name for name, times in Counter(cell["id"] for cell in cells).items() if times > 1]
    if twice:
        raise ValueError(f"ids must be unique, but these stand twice: {', '.join(twice)}")


def check_result(content: dict) -> None:
    """Refuse what is no result.

    Raises:
        ValueError: the sentence names the run and what is wrong with it.
    """
    missing = [name for name in CONTENT if name not in content]
    if missing:
        raise ValueError(f"a result needs {', '.join(missing)}")
    runs = [content["quick"], *content["runs"]]
    for run in runs:
        if not isinstance(run.get("cell"), dict) or not isinstance(run.get("cpu_seconds"), float):
            raise ValueError(f"a run needs its cell and its cpu_seconds, got {sorted(run)}")
        _check_curve(run["cell"].get("id"), run.get("curve"))
    check_ids([run["cell"] for run in runs])


def _check_curve(name: str, curve: dict | None) -> None:
    if curve is None:
        return
    if not isinstance(curve, dict) or next(iter(curve), None) not in WHEN:
        raise ValueError(f"run {name}: a curve is a dict of lists that begins with one of {WHEN}")
    lengths = {len(numbers) for numbers in curve.values()}
    if len(lengths) != 1:
        raise ValueError(f"run {name}: the lists of a curve have one length, got {lengths}")
