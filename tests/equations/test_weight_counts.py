import pytest

from src.equations.history.weight_counts import count_weights


@pytest.mark.parametrize(
    ("task", "arguments", "only_gates_biased", "weights"),
    [
        ("embedded Reber, 4 blocks of 1", (7, 7, 4, 1), True, 264),
        ("embedded Reber, 3 blocks of 2", (7, 7, 3, 2), True, 276),
        ("adding problem", (2, 1, 2, 2), False, 93),
        ("temporal order, two symbols", (8, 4, 2, 2), False, 156),
        ("temporal order, three symbols", (8, 8, 3, 2), False, 308),
    ],
)
def test_the_formula_gives_the_counts_of_the_paper(task, arguments, only_gates_biased, weights):
    assert count_weights(*arguments, only_gates_biased=only_gates_biased) == weights, task
