"""Kneser–Ney by hand, sums to one, and never better for having looked."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from src.evaluation.ngrams import NGrams


def by_the_book(train, V, order, discounts, context, character):
    """The recursion, written with dictionaries; the context is at least as long as it asks for."""

    def grams(n):
        padded = [0] * (n - 1) + list(train)
        return Counter(tuple(padded[i : i + n]) for i in range(len(train)))

    def p(n):
        if n == 0:
            return 1 / V
        counts = grams(n)
        if n < order:
            counts = Counter(gram[1:] for gram in grams(n + 1))
        h = tuple(context[len(context) - n + 1 :])
        followers = {gram[-1]: count for gram, count in counts.items() if gram[:-1] == h}
        if not followers:
            return p(n - 1)
        kept = max(followers.get(character, 0) - discounts[n - 1], 0)
        return (kept + discounts[n - 1] * len(followers) * p(n - 1)) / sum(followers.values())

    return p(order)


def random_text(seed, size, V=4):
    return np.random.default_rng(seed).integers(0, V, size)


def with_discounts(train, V, discounts):
    ngrams = NGrams(train, V, len(discounts))
    ngrams.discounts = list(discounts)
    return ngrams


@pytest.mark.parametrize("order", [1, 2, 3, 4])
def test_each_probability_is_that_of_the_formula(order):
    train, asked, discounts = random_text(0, 60), random_text(1, 25), [0.3, 0.5, 0.6, 0.8]
    bits = with_discounts(train, 4, discounts).bits(asked, order)
    padded = [0] * order + asked.tolist()
    for i, character in enumerate(asked):
        context = padded[i : i + order]
        expected = by_the_book(train, 4, order, discounts, context, character)
        assert 2.0 ** -bits[i] == pytest.approx(expected, rel=1e-12)


@settings(max_examples=50, deadline=None)
@given(
    train=st.lists(st.integers(0, 3), min_size=1, max_size=40),
    context=st.lists(st.integers(0, 3), max_size=6),
    discounts=st.lists(st.floats(0.05, 0.95), min_size=3, max_size=3),
    order=st.integers(1, 3),
)
def test_the_probabilities_of_all_characters_sum_to_one(train, context, discounts, order):
    ngrams = with_discounts(np.array(train), 4, discounts)
    distribution = ngrams.distribution(np.array(context, dtype=int), order)
    assert distribution.sum() == pytest.approx(1, abs=1e-12)
    assert (distribution > 0).all()


@pytest.mark.parametrize("order", [1, 3])
def test_the_distribution_and_the_bits_are_of_one_model(order):
    ngrams, asked = with_discounts(random_text(2, 80), 4, [0.4, 0.6, 0.7]), random_text(3, 12)
    bits = ngrams.bits(asked, order)
    for i, character in enumerate(asked):
        assert ngrams.distribution(asked[:i], order)[character] == pytest.approx(2.0 ** -bits[i])


def test_each_discount_is_the_best_of_the_choices_on_the_validation_text():
    train, validation = random_text(4, 300), random_text(5, 200)
    choices = (0.2, 0.5, 0.8)
    chosen = NGrams(train, 4, 3).choose_discounts(validation, choices).discounts
    for n in range(3):
        cost = {
            d: with_discounts(train, 4, [*chosen[:n], d]).bits(validation, n + 1).mean()
            for d in choices
        }
        assert min(cost, key=cost.get) == chosen[n]


def test_a_text_that_repeats_itself_costs_next_to_nothing():
    train = np.tile(np.arange(5), 200)
    assert with_discounts(train, 5, [0.5, 0.5]).bits(train, 2)[1:].max() < 0.02


def test_what_is_stored_are_the_strings_that_differ():
    ngrams = NGrams(np.array([0, 1, 0, 1, 1]), 2, 2)
    assert [ngrams.entries(n) for n in (1, 2)] == [2, 2 + 4]  # 00 (the start), 01, 10, 11


@pytest.mark.parametrize(("V", "longest"), [(63, 11), (0, 1), (4, 0)])
def test_sizes_out_of_range(V, longest):
    with pytest.raises(ValueError, match="longest and vocab_size must be"):
        NGrams(np.array([0]), V, longest)


@pytest.mark.parametrize("ids", [[], [4], [-1]])
def test_ids_out_of_range(ids):
    with pytest.raises(ValueError, match=r"ids must be at least one, in 0\.\.3"):
        NGrams(np.array(ids, dtype=int), 4, 2)


@pytest.mark.parametrize("order", [0, 3])
def test_an_order_without_a_discount(order):
    with pytest.raises(ValueError, match=r"order must lie in 1\.\.2"):
        with_discounts(np.array([0, 1]), 2, [0.5, 0.5]).bits(np.array([1]), order)
