import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from src.tasks import reber


@given(st.integers(0, 2**32 - 1))
def test_every_drawn_string_is_legal_and_its_second_letter_returns(seed):
    string = reber.draw_string(np.random.default_rng(seed))
    successors = reber.legal_successors(string)
    assert len(successors) == len(string) - 1
    assert all(letter in legal for letter, legal in zip(string[1:], successors, strict=True))
    assert string[1] == string[-2]
    assert successors[-2] == {string[1]}


@pytest.mark.parametrize("inner", ["BTXSE", "BPVVE", "BTSSXXTVVE", "BPTVPSE", "BPVPXVPXVPXVVE"])
def test_the_textbook_reber_strings_are_legal(inner):
    for outer in "TP":
        reber.legal_successors(f"B{outer}{inner}{outer}E")


def test_legal_successors_of_a_string_worked_out_by_hand():
    assert reber.legal_successors("BTBPVVETE") == [
        {"T", "P"}, {"B"}, {"T", "P"}, {"T", "V"}, {"P", "V"}, {"E"}, {"T"}, {"E"},
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("string", "message"),
    [
        ("BTBPVVEPE", "letter 7 is 'P', but the grammar allows T there"),
        ("BTBPVVETEE", "letter 9 is 'E', but the grammar allows no further letter"),
        ("BTBPVVET", "ends too early"),
        ("", "ends too early"),
        ("XTBPVVETE", "letter 0 is 'X'"),
    ],
)
def test_a_string_outside_the_grammar_is_refused(string, message):
    with pytest.raises(ValueError, match=message):
        reber.legal_successors(string)


def test_no_test_string_is_in_the_training_set():
    train, test = reber.draw_split(np.random.default_rng(0))
    assert (len(train), len(test)) == (256, 256)
    assert not set(train) & set(test)


def test_encoded_strings_decode_to_themselves():
    strings = [reber.draw_string(np.random.default_rng(seed)) for seed in range(20)]
    batch = reber.encode(strings)
    for b, string in enumerate(strings):
        n = batch.lengths[b]
        decoded = "".join(reber.SYMBOLS[k] for k in batch.inputs[b, :n].argmax(1))
        following = "".join(reber.SYMBOLS[k] for k in batch.targets[b, :n].argmax(1))
        assert (decoded, following) == (string[:-1], string[1:])
        for array in (batch.inputs, batch.targets, batch.legal):
            assert not array[b, n:].any()
    assert (batch.targets <= batch.legal).all()


def test_criterion_wants_every_legal_letter_above_every_illegal_one():
    batch = reber.encode(["BTBPVVETE", "BPBTXSEPE", "BPBTSSXXTVVEPE"])
    perfect = batch.legal + 0.1 * np.random.default_rng(0).random(batch.legal.shape)
    assert reber.predicts_every_legal_symbol(perfect, batch).tolist() == [True, True, True]

    only_one_of_two = perfect.copy()
    only_one_of_two[0, 3] = [0, 1.0, 0, 0.5, 0, 0.4, 0]  # T and V are legal, X is above V
    assert reber.predicts_every_legal_symbol(only_one_of_two, batch).tolist() == [False, True, True]

    ties = np.ones(batch.legal.shape)
    assert not reber.predicts_every_legal_symbol(ties, batch).any()

    after_the_end = perfect.copy()
    after_the_end[0, batch.lengths[0] :] = 5.0
    assert reber.predicts_every_legal_symbol(after_the_end, batch).all()


def test_a_memoryless_predictor_fails_every_string():
    """Knowing the last letter alone is never enough: the criterion is not met by chance."""
    train, test = reber.draw_split(np.random.default_rng(1))
    seen, judged = reber.encode(train), reber.encode(test)
    follows = np.einsum("btj,btk->jk", seen.inputs, seen.targets)  # counts of letter pairs
    assert not reber.predicts_every_legal_symbol(judged.inputs @ follows, judged).any()


def test_wrong_shapes_are_named():
    with pytest.raises(ValueError, match=r"scores has shape \(1, 8, 6\)"):
        reber.predicts_every_legal_symbol(np.zeros((1, 8, 6)), reber.encode(["BTBPVVETE"]))
    with pytest.raises(ValueError, match="at least one string"):
        reber.encode([])
