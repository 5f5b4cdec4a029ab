"""The committed result on padding: complete, paired by seed, repeatable in the small."""

import numpy as np
import pytest
import torch

from experiments import padding
from src.results import load_result
from src.training.classification import Examples

WORDS = torch.tensor([[3, 1, 2, 0, 0], [5, 4, 6, 7, 8], [9, 0, 0, 0, 0]])
LENGTHS = np.array([3, 5, 1])


def accuracies(reader, batch_size):
    return np.array(
        [
            run["test"][str(batch_size)]
            for run in load_result("padding")["runs"]
            if run["cell"]["reader"] == reader
        ]
    )


def test_the_result_holds_every_cell_once():
    result = load_result("padding")
    assert result["command"] == "python -m experiments.padding"
    assert [run["cell"] for run in result["runs"]] == padding.CELLS
    assert all(set(run["test"]) == {*map(str, padding.BATCH_SIZES)} for run in result["runs"])


@pytest.mark.parametrize("reader", padding.READERS)
def test_who_reads_no_pads_answers_the_same_in_batches_of_any_size(reader):
    spread = accuracies(reader, 64) - accuracies(reader, 1)
    assert np.all(abs(spread) < 0.001) if reader in padding.RIGHT else np.all(spread > 0.2)


def test_pads_in_front_keep_the_order_of_the_letters():
    moved = padding.pads_in_front(WORDS, torch.from_numpy(LENGTHS))
    assert moved.tolist() == [[0, 0, 3, 1, 2], [5, 4, 6, 7, 8], [0, 0, 0, 0, 9]]


@pytest.mark.parametrize("reader", padding.READERS)
def test_only_the_right_readers_ignore_the_padding(reader):
    torch.manual_seed(0)
    model = padding.Reader(reader).eval()
    with torch.no_grad():
        short, long = (
            padding.logits_of(model, Examples(WORDS, LENGTHS, torch.zeros(3)), np.array([0]), T)
            for T in (3, 5)
        )
    assert torch.allclose(short, long, atol=1e-6) == (reader in padding.RIGHT)


def test_words_are_judged_with_the_pads_that_their_batches_give_them():
    class AnswersTheLengthOfTheBatch(torch.nn.Module):
        def forward(self, tokens, lengths):
            return torch.nn.functional.one_hot(torch.full((len(tokens),), tokens.shape[1]), 6)

    model = AnswersTheLengthOfTheBatch()
    alone = Examples(WORDS, LENGTHS, torch.from_numpy(LENGTHS))
    assert padding.accuracy(model, alone, 1) == 1.0
    together = Examples(WORDS, LENGTHS, torch.tensor([5, 5, 5]))
    assert padding.accuracy(model, together, 3) == 1.0


def test_a_small_cell_run_again_agrees():
    stored, again = load_result("padding")["quick"], padding.run(padding.QUICK)
    assert again["weights"] == stored["weights"]
    assert again["curve"]["loss"] == pytest.approx(stored["curve"]["loss"], abs=0.02)
    for size in ("1", "64"):
        assert again["test"][size] == pytest.approx(stored["test"][size], abs=0.05)
