"""Letters aligned with phonemes: equal to brute force, right where the answer is known."""

import itertools

import numpy as np
import pytest

from src.tasks.alignment import INITIAL, fit_chunks

WORDS = ["ax", "xe", "bax", "ab", "eb"]
SOUNDS = [("A", "K", "S"), ("K", "S"), ("B", "A", "K", "S"), ("A", "B"), ("B",)]
LETTERS = "abex"


def cuts(word, sounds):
    """All ways to cut the sounds into a chunk of 0 to 2 for each letter."""
    for sizes in itertools.product(range(3), repeat=len(word)):
        if sum(sizes) == len(sounds):
            ends = np.cumsum(sizes)
            yield tuple(tuple(sounds[end - n : end]) for n, end in zip(sizes, ends, strict=True))


def lookup(chunks):
    """p(chunk | letter) as a function, from the table of the tested code."""
    names = [chunks.chunk(number) for number in range(chunks.table.shape[1])]
    return lambda letter, chunk: chunks.table[1 + LETTERS.index(letter), names.index(chunk)]


def test_one_iteration_is_expectation_and_maximisation_over_all_cuts():
    counts = {}
    for word, sounds in zip(WORDS, SOUNDS, strict=True):
        ways = list(cuts(word, sounds))
        weights = [np.prod([INITIAL[len(chunk)] for chunk in way]) for way in ways]
        for way, weight in zip(ways, weights, strict=True):
            for pair in zip(word, way, strict=True):
                counts[pair] = counts.get(pair, 0) + weight / sum(weights)
    of_letter = {
        letter: sum(count for (first, _), count in counts.items() if first == letter)
        for letter in LETTERS
    }
    probability = lookup(fit_chunks(WORDS, SOUNDS, LETTERS, iterations=1, smallest=0))
    for (letter, chunk), count in counts.items():
        assert probability(letter, chunk) == pytest.approx(count / of_letter[letter], rel=1e-12)


def test_the_chosen_cut_is_the_most_probable_of_all():
    fitted = fit_chunks(WORDS, SOUNDS, LETTERS, iterations=2, smallest=0)
    probability = lookup(fitted)
    for word, sounds, chosen in zip(WORDS, SOUNDS, fitted.most_likely(WORDS, SOUNDS), strict=True):
        best = max(cuts(word, sounds), key=lambda way: np.prod(list(map(probability, word, way))))
        assert tuple(chosen) == best


def test_it_finds_that_x_says_two_sounds_and_e_none():
    fitted = fit_chunks(WORDS, SOUNDS, LETTERS)
    assert fitted.most_likely(["bax", "xe"], [("B", "A", "K", "S"), ("K", "S")]) == [
        [("B",), ("A",), ("K", "S")],
        [("K", "S"), ()],
    ]


def test_probabilities_of_a_letter_add_up_to_1_and_rare_chunks_are_gone():
    table = fit_chunks(WORDS, SOUNDS, LETTERS, smallest=0.05).table[1:]
    np.testing.assert_allclose(table.sum(1), 1)
    assert table[table > 0].min() >= 0.05


def test_more_than_two_sounds_a_letter_cannot_be_aligned():
    fitted = fit_chunks(WORDS, SOUNDS, LETTERS)
    assert fitted.most_likely(["a", "ab"], [("A", "B", "A"), ("A", "B")]) == [
        None,
        [("A",), ("B",)],
    ]


@pytest.mark.parametrize(
    ("words", "sounds", "message"),
    [([], [], "at least one"), (["a"], [], "got 0 and 1"), (["a!"], [("A",)], "'!'")],
)
def test_bad_input_is_named(words, sounds, message):
    with pytest.raises(ValueError, match=message):
        fit_chunks(words, sounds, LETTERS)
