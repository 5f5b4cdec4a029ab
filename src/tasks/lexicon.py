"""A bilingual dictionary from sentence pairs: expectation-maximisation, without any network.

The first and simplest of the models of Brown, Della Pietra, Della Pietra and Mercer (1993): each
word e of a sentence comes from one word f of the other, whichever it may be, with p(e | f).

    expect      share(f, e) = p(e | f) / Σ_f' p(e | f') over the sentence's words f'
    maximise    p(e | f) = Σ share(f, e) / Σ_e' Σ share(f, e') over all sentences
"""

import numpy as np


def fit_lexicon(
    sources: np.ndarray, targets: np.ndarray, sizes: tuple[int, int], rounds: int = 6
) -> np.ndarray:
    """Fit p(e | f) to pairs of sentences.

    Args:
        sources: (N, S) ints, 0 after each sentence's end.
        targets: (N, T) ints, 0 after each sentence's end.
        sizes: numbers of words V of the source and of the target; the word 1 of the source stands
            for "no word" and is a part of every source.
        rounds: of expectation and maximisation.

    Returns:
        (V of the source, V of the target): rows of sum 1, or 0 for words that do not occur.

    Raises:
        ValueError: another number of sources than of targets, or rounds below 1.
    """
    if len(sources) != len(targets):
        raise ValueError(f"as many sources as targets, got {len(sources)} and {len(targets)}")
    if rounds < 1:
        raise ValueError(f"rounds must be at least 1, got {rounds}")
    pairs = [(np.append(f[f > 0], 1), e[e > 0]) for f, e in zip(sources, targets, strict=True)]
    lexicon = np.full(sizes, 1 / sizes[1])
    for _ in range(rounds):
        counts = np.zeros(sizes)
        for f, e in pairs:
            share = lexicon[np.ix_(f, e)]
            np.add.at(counts, (f[:, None], e), share / share.sum(0))
        lexicon = counts / np.maximum(counts.sum(1, keepdims=True), 1e-9)
    return lexicon
