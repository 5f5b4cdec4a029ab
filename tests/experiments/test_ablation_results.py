"""The committed ablation: complete, paired, and repeatable in the small."""

import pytest

from experiments import ablation
from src.results import load_result


def test_the_result_holds_every_cell_once():
    result = load_result("ablation")
    assert [run["cell"] for run in result["runs"]] == ablation.CELLS
    assert result["quick"]["cell"] == ablation.QUICK
    assert len(ablation.SEEDS) >= 5
    assert not [run["cell"]["id"] for run in result["runs"] if "failed" in run]


def test_a_small_run_again_agrees():
    stored, again = load_result("ablation")["quick"], ablation.run(ablation.QUICK)
    assert again["solved_at"] == stored["solved_at"]
    assert again["accuracy_long"] == pytest.approx(stored["accuracy_long"], abs=0.05)


def test_there_are_as_many_comparisons_as_the_docstring_counts():
    assert ablation.COMPARISONS == 15
    assert "15\ncomparisons" in ablation.__doc__


def test_unsolved_runs_have_made_all_their_updates():
    for run in load_result("ablation")["runs"]:
        if run["cell"]["task"] != "letters":
            last = run["curve"]["updates"][-1]
            assert last == (run["solved_at"] or ablation.UPDATES[run["cell"]["task"]])
