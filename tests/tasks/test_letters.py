import numpy as np
import pytest

from src.tasks.letters import ALPHABET, HELD_OUT, draw_windows, load_letters


def words(stream):
    return "".join(ALPHABET[k] for k in stream).split()


def test_no_word_is_in_both_streams():
    train, held_out = (words(stream) for stream in load_letters())
    assert len(held_out) == HELD_OUT
    assert len(train) > 100_000
    assert not set(train) & set(held_out)
    assert all(word.isalpha() and word.islower() for word in held_out)


def test_another_seed_is_another_split():
    first, again, other = (load_letters(seed).held_out for seed in (0, 0, 1))
    np.testing.assert_array_equal(first, again)
    assert words(first) != words(other)


def test_a_window_and_its_targets_are_one_piece_of_the_stream():
    stream = np.arange(20) % 27
    inputs, targets = draw_windows(np.random.default_rng(0), stream, 200, 6)
    assert inputs.shape == (200, 6, 27)
    read = inputs.argmax(axis=2)
    np.testing.assert_array_equal(read + 1, targets)
    assert set(read[:, 0]) == set(range(14))  # every place from which 7 letters can be taken


@pytest.mark.parametrize(
    ("batch_size", "length", "message"),
    [
        (0, 3, "batch_size must be at least 1, got 0"),
        (1, 0, "length must be at least 1, got 0"),
        (1, 9, "length must be below the stream's, 9, got 9"),
    ],
)
def test_bad_sizes_are_named(batch_size, length, message):
    with pytest.raises(ValueError, match=message):
        draw_windows(np.random.default_rng(0), np.zeros(9, int), batch_size, length)
