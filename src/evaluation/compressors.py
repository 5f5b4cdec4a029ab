"""Compressors as opponents of a language model: what does the test text cost after another one?

A compressor has no probability to ask for, but its output has a length. Of a text that follows
another ::

    bits per character = 8 · (bytes of compress(train + test) - bytes of compress(train)) / N

Both read the training text first, as the model did, and go on learning while they read the test
text, which the model does not.
"""

import lzma
from collections.abc import Callable

import pyppmd


def xz_bits(train: str, test: str) -> float:
    """Bits per character of xz (LZMA2, its strongest setting), which copies what it has seen."""
    strongest = 9 | lzma.PRESET_EXTREME
    return _bits(lambda data: lzma.compress(data, preset=strongest), train, test)


def ppmd_bits(train: str, test: str, order: int, memory: int = 1 << 28) -> float:
    """Bits per character of PPMd (variant I), which predicts from contexts and codes the surprise.

    Args:
        train: read first.
        test: what is paid for.
        order: the longest context, 2 to 16 characters.
        memory: bytes for its contexts; if they do not suffice it starts afresh.

    Raises:
        ValueError: an order that PPMd does not have.
    """
    if not 2 <= order <= 16:  # for any above, pyppmd takes 16 and says nothing
        raise ValueError(f"order must lie in 2..16, got {order}")
    return _bits(lambda data: pyppmd.compress(data, max_order=order, mem_size=memory), train, test)


def _bits(compress: Callable[[bytes], bytes], train: str, test: str) -> float:
    if not test:
        raise ValueError("test must be a text of at least one character")
    before, both = (len(compress(text.encode())) for text in (train, train + test))
    return 8 * (both - before) / len(test)
