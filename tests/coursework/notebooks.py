"""Cells, limits and results of submissions, for the tests."""

from coursework import sandbox

# Small, so that what runs away is stopped soon; honest code of the sets takes milliseconds.
TIGHT = sandbox.Limits(
    memory=700_000_000, disk=8_000_000, cell_seconds=2.0, load_seconds=6.0, call_seconds=3.0
)


def cell(source, **metadata):
    """A code cell that a student added."""
    return {
        "cell_type": "code",
        "execution_count": None,
        "metadata": metadata,
        "outputs": [],
        "source": source,
    }


def sentences(result):
    """All that the result says where points were lost."""
    return " ".join(line["sentence"] for part in result["parts"] for line in part["lines"])


def lost(result):
    """Points lost, by part; parts with all their points are left out."""
    return {
        part["id"]: part["of"] - part["points"]
        for part in result["parts"]
        if part["points"] != part["of"]
    }
