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


def test_every_change_has_five_seeds_on_both_tasks_and_what_helped_five_new_ones():
    seeds = {}
    for cell in training_tips.CELLS:
        seeds.setdefault((cell["task"], cell["variant"]), set()).add(cell["seed"])
    again = {(task, name) for task, names in training_tips.AGAIN.items() for name in names}
    again |= {(task, "reference") for task in training_tips.AGAIN}
    assert {task for task, _ in seeds} == {"stress", "digits"}
    for key, found in seeds.items():
        assert found == set(range(10 if key in again else 5))


def test_each_change_changes_what_its_name_says_and_nothing_else():
    described = {"id", "task", "variant", "seed"}
    for task, equal in training_tips.EQUAL.items():
        reference = training_tips.cell(task, "reference", {}, 0)
        for variant, changes in (training_tips.VARIANTS | equal).items():
            cell = training_tips.cell(task, variant, changes, 0)
            differing = {key for key in cell if cell[key] != reference.get(key)} - described
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


def test_weight_drop_acts_in_training_only_and_on_the_recurrent_matrices_only():
    reference, dropping = (
        training_tips.build(training_tips.cell("digits", "x", changes, 0))
        for changes in ({}, {"weight_drop": 0.3})
    )
    x = torch.rand(3, 5, 1)
    with torch.no_grad():
        assert torch.equal(dropping.eval()(x), reference(x))
        assert not torch.equal(dropping.train()(x), dropping(x))
        # After one step nothing has gone through the recurrent matrices.
        assert torch.equal(dropping(x[:, :1]), reference(x[:, :1]))


def test_layer_norm_starts_from_the_weights_of_the_reference_and_normalises_each_layer():
    reference, normalised = (
        training_tips.build(training_tips.cell("digits", "x", changes, 0))
        for changes in ({}, {"layer_norm": True})
    )
    theirs, ours = (list(model.state_dict().values()) for model in (reference, normalised))
    assert all(torch.equal(a, b) for a, b in zip(ours, theirs, strict=True))
    x = torch.rand(3, 5, 1)
    with torch.no_grad():
        outputs, _ = normalised.recurrent(x)
        first = torch.nn.functional.layer_norm(normalised.recurrent.layers[0](x)[0], (32,))
        second = normalised.recurrent.layers[1](first)[0]
    torch.testing.assert_close(outputs.mean(-1), torch.zeros(3, 5), atol=1e-5, rtol=0)
    centred = second - second.mean(-1, keepdim=True)
    expected = centred / (second.var(-1, unbiased=False, keepdim=True) + 1e-5).sqrt()
    torch.testing.assert_close(outputs, expected, atol=1e-4, rtol=0)


def test_a_small_cell_run_again_agrees():
    stored, again = load_result("training_tips")["quick"], training_tips.run(training_tips.QUICK)
    assert again["weights"] == stored["weights"]
    assert again["curve"]["loss"] == pytest.approx(stored["curve"]["loss"], abs=0.02)
    assert again["norm"]["median"] == pytest.approx(stored["norm"]["median"], rel=0.1)
    assert again["test"] == pytest.approx(stored["test"], abs=0.05)
