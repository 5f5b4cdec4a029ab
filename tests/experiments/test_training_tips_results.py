"""The committed result on training tips: complete, paired by seed, repeatable in the small."""

import numpy as np
import pytest
import torch

from experiments import training_tips
from src.results import load_result


def test_the_result_holds_every_cell_once():
    result = load_result("training_tips")
    assert result["command"] == "python -m experiments.training_tips"
    assert [run["cell"] for run in result["runs"]] == training_tips.CELLS
    assert len({cell["id"] for cell in training_tips.CELLS}) == len(training_tips.CELLS)


def test_every_change_has_five_seeds_on_both_tasks():
    seeds = {}
    for cell in training_tips.CELLS:
        seeds.setdefault((cell["variant"], cell["task"]), set()).add(cell["seed"])
    assert {len(found) for found in seeds.values()} == {5}
    assert {task for _, task in seeds} == {"stress", "digits"}


def test_each_change_changes_what_its_name_says_and_nothing_else():
    described = {"id", "task", "variant", "seed"}
    for task, equal in training_tips.EQUAL.items():
        reference = training_tips.cell(task, "reference", {}, 0)
        for variant, changes in (training_tips.VARIANTS | equal).items():
            cell = training_tips.cell(task, variant, changes, 0)
            differing = {key for key in cell if cell[key] != reference[key]} - described
            assert differing == set(changes)


def test_as_many_weights_and_as_many_updates_are_nearly_as_many():
    runs = {run["cell"]["id"]: run for run in load_result("training_tips")["runs"]}
    for task, equal in training_tips.EQUAL.items():
        reference = runs[f"{task}-reference-0"]
        for variant in equal:
            run = runs[training_tips.cell(task, variant, {}, 0)["id"]]
            what = "weights" if "weights" in variant else "updates"
            assert run[what] == pytest.approx(reference[what], rel=0.1)


def test_a_seed_starts_every_variant_of_equal_shapes_from_the_same_weights():
    reference, clipped, open_gates, other = (
        training_tips.build(training_tips.cell("digits", "x", changes, seed)).state_dict()
        for changes, seed in (({}, 3), ({"max_norm": None}, 3), ({"forget_bias": 1.0}, 3), ({}, 4))
    )
    name = "recurrent.weight_hh_l1"
    assert all(torch.equal(reference[key], clipped[key]) for key in reference)
    assert torch.equal(reference[name], open_gates[name])
    assert not torch.equal(reference[name], other[name])


def test_orthogonal_blocks_are_orthogonal():
    model = training_tips.build(training_tips.cell("digits", "x", {"orthogonal": True}, 0))
    for block in model.recurrent.weight_hh_l1.detach().numpy().reshape(4, 32, 32):
        np.testing.assert_allclose(block @ block.T, np.eye(32), atol=1e-5)


def test_a_small_cell_run_again_agrees():
    stored, again = load_result("training_tips")["quick"], training_tips.run(training_tips.QUICK)
    assert again["weights"] == stored["weights"]
    assert again["curve"]["loss"] == pytest.approx(stored["curve"]["loss"], abs=0.02)
    assert again["norm"]["median"] == pytest.approx(stored["norm"]["median"], rel=0.1)
    assert again["test"] == pytest.approx(stored["test"], abs=0.05)
