"""Error rates of sequences: how far from the nearest reference, and how often not one of them."""

from collections.abc import Sequence
from typing import NamedTuple


class ErrorRates(NamedTuple):
    """Shares, of words and of symbols.

    Attributes:
        word: WER, the share of words whose hypothesis is none of their references.
        symbol: PER where the symbols are phonemes. The edit distances of all words to their
            nearest references, added up, over the added lengths of these references. It can
            exceed 1.
    """

    word: float
    symbol: float


def edit_distance(hypothesis: Sequence, reference: Sequence) -> int:
    """Count the fewest insertions, deletions and replacements between two sequences.

    d[i, j] = min(d[i-1, j] + 1, d[i, j-1] + 1, d[i-1, j-1] + (hypothesis_i ≠ reference_j))
    (Levenshtein 1966), a row at a time.
    """
    row = list(range(len(reference) + 1))
    for i, said in enumerate(hypothesis, 1):
        above, row = row, [i]
        for j, asked in enumerate(reference, 1):
            row.append(min(above[j] + 1, row[-1] + 1, above[j - 1] + (said != asked)))
    return row[-1]


def nearest_reference(hypothesis: Sequence, references: Sequence[Sequence]) -> tuple[int, int]:
    """Return the smallest edit distance to a reference, and that reference's length.

    Of references at the same distance the first counts.
    """
    return min(
        ((edit_distance(hypothesis, reference), len(reference)) for reference in references),
        key=lambda pair: pair[0],
    )


def error_rates(
    hypotheses: Sequence[Sequence], references: Sequence[Sequence[Sequence]]
) -> ErrorRates:
    """Score hypotheses, each against the best of its references.

    Args:
        hypotheses: N sequences of symbols: tuples, lists, strings, arrays or tensors.
        references: N times one or more sequences of the same kind of symbols, none of them empty.

    Raises:
        TypeError: a reference that is a single symbol: one pair of brackets is missing.
        ValueError: no hypothesis, unequal numbers, or a word without a reference.
    """
    if len(hypotheses) == 0 or len(hypotheses) != len(references):
        raise ValueError(
            f"need as many references as hypotheses, at least one, "
            f"got {len(references)} and {len(hypotheses)}"
        )
    pairs = [
        nearest_reference(_symbols(hypothesis), _check_references(index, hypothesis, known))
        for index, (hypothesis, known) in enumerate(zip(hypotheses, references, strict=True))
    ]
    return ErrorRates(
        word=sum(distance > 0 for distance, _ in pairs) / len(pairs),
        symbol=sum(distance for distance, _ in pairs) / sum(length for _, length in pairs),
    )


def _symbols(sequence: Sequence) -> Sequence:
    """Numbers of an array or a tensor as Python's own, whose comparison is a bool."""
    return sequence.tolist() if hasattr(sequence, "tolist") else sequence


def _check_references(
    index: int, hypothesis: Sequence, references: Sequence[Sequence]
) -> list[Sequence]:
    """The references of one hypothesis; a bare one would be read as many of one symbol each."""
    several = hasattr(references, "__iter__") and not isinstance(references, str)
    known: list = list(_symbols(references)) if several else [None]
    for reference in known:
        of_symbols = hasattr(reference, "__len__") and hasattr(reference, "__getitem__")
        if not of_symbols or isinstance(reference, str) > isinstance(hypothesis, str):
            raise TypeError(
                f"references[{index}] must be a list of references, each a sequence of symbols as "
                f"its hypothesis {hypothesis!r} is one, got {references!r}: put it in brackets"
            )
    if not known or min(map(len, known)) == 0:
        raise ValueError(
            f"every hypothesis needs a reference, and no reference may be empty, "
            f"got {references!r} for hypothesis {index}"
        )
    return [_symbols(reference) for reference in known]
