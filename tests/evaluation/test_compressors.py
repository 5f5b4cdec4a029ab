"""Compressors: a repeated text is nearly free, a random one is not, and order matters."""

import numpy as np
import pytest

from src.evaluation.compressors import ppmd_bits, xz_bits


def letters(seed, size, alphabet="abcdefgh"):
    return "".join(np.random.default_rng(seed).choice(list(alphabet), size))


@pytest.mark.parametrize("bits", [xz_bits, lambda a, b: ppmd_bits(a, b, 8)])
def test_what_was_read_before_is_nearly_free_and_news_is_not(bits):
    train, news = letters(0, 20_000), letters(1, 5_000)
    assert bits(train, train[:5_000]) < 0.2
    assert 2.9 < bits(train, news) < 4  # eight equal letters: 3 bits is all that can be had


def test_a_longer_context_helps_where_the_text_has_one():
    line = "a long refrain that returns, "
    train = "".join(line + letters(k, 3) + "\n" for k in range(300))
    test = "".join(line + letters(k, 3) + "\n" for k in range(300, 330))
    assert ppmd_bits(train, test, 8) < ppmd_bits(train, test, 2)


@pytest.mark.parametrize("bits", [xz_bits, lambda a, b: ppmd_bits(a, b, 8)])
def test_there_is_something_to_compress(bits):
    with pytest.raises(ValueError, match="at least one character"):
        bits("abc", "")


@pytest.mark.parametrize("order", [1, 17])
def test_an_order_that_ppmd_does_not_have(order):
    with pytest.raises(ValueError, match=r"order must lie in 2\.\.16"):
        ppmd_bits("abc", "abc", order)
