"""The committed runs of "Write text": complete, repeatable, tuned as they say."""

import pytest

from experiments import characters, opponents, truncation, writer
from src.results import RESULTS, load_result, load_weights
from src.tasks.kjv import alphabet, load_text, to_ids
from src.training.language_modelling import bits_per_character

EXPERIMENTS = {
    "characters": characters,
    "opponents": opponents,
    "truncation": truncation,
    "writer": writer,
}


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_the_result_holds_every_cell_once(name):
    result = load_result(name)
    assert [run["cell"] for run in result["runs"]] == EXPERIMENTS[name].CELLS
    assert result["quick"]["cell"] == EXPERIMENTS[name].QUICK


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_a_small_cell_run_again_agrees(name):
    stored, again = load_result(name)["quick"], EXPERIMENTS[name].run(EXPERIMENTS[name].QUICK)
    assert again["test"] == pytest.approx(stored["test"], rel=0.01)


def test_the_rates_are_those_that_the_grid_chose_on_another_seed():
    assert characters.chosen_rates(load_result("characters")["runs"]) == characters.LEARNING_RATES
    assert characters.GRID_SEED not in characters.SEEDS


def test_the_three_have_about_the_same_number_of_weights_and_the_same_time():
    runs = load_result("characters")["runs"]
    weights = {run["weights"] for run in runs}
    assert max(weights) / min(weights) < 1.01
    raced = characters.runs_of("time", characters.LEARNING_RATES)
    seconds = [run["train_seconds"] for run in runs if run["cell"] in raced]
    assert max(seconds) / min(seconds) < 1.25


def test_the_stored_weights_are_small_and_need_the_bits_that_the_result_says():
    assert (RESULTS / "writer.safetensors").stat().st_size < 400_000
    run = load_result("writer")["runs"][0]
    text = load_text()
    letters = alphabet(text.train)
    model = load_weights(writer.build(run["cell"], len(letters)), "writer")
    found = bits_per_character(model, to_ids(text.test, letters))
    assert found == pytest.approx(run["test"], abs=1e-4)
