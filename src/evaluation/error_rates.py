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
        hypotheses: N sequences of symbols.
        references: N times one or more sequences, none of them empty.

    Raises:
        ValueError: no hypothesis, unequal numbers, or a word without a reference.
    """
    if not hypotheses or len(hypotheses) != len(references):
        raise ValueError(
            f"need as many references as hypotheses, at least one, "
            f"got {len(references)} and {len(hypotheses)}"
        )
    if not all(references) or not all(map(all, references)):
        raise ValueError("every hypothesis needs a reference, and no reference may be empty")
    pairs = list(map(nearest_reference, hypotheses, references))
    return ErrorRates(
        word=sum(distance > 0 for distance, _ in pairs) / len(pairs),
        symbol=sum(distance for distance, _ in pairs) / sum(length for _, length in pairs),
    )
