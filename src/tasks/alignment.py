"""Align letters with phonemes: which sounds does each letter of a word spell?

    k  n  i   g  h  t              x      e  d
    -  N  AY  -  -  T              K·S    -  T

Every letter spells a *chunk* of none, one or two phonemes, in order. No dictionary says which; the
chunks are found by expectation-maximisation (Dempster, Laird and Rubin 1977) in the model

    p(phonemes | word) = Σ Π_i p(chunk_i | letter_i)

whose sum runs over all ways to cut the phonemes into one chunk per letter:

    expectation    the expected number of times that a letter spells a chunk, by a forward and a
                   backward pass over the letters of every word
    maximisation   p(chunk | letter) = that number / the number of all chunks of the letter
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from src.tasks.texts import encode

Chunk = tuple[str, ...]
INITIAL = (0.2, 0.6, 0.004)  # p(chunk | letter) of a chunk of 0, 1 or 2 phonemes, before EM


@dataclass
class ChunkProbabilities:
    """How often each letter spells each chunk.

    Attributes:
        letters: the alphabet, A characters.
        phonemes: P symbols; chunk 0 is empty, 1..P are single phonemes, the rest are pairs.
        table: (A + 1, 1 + P + P²), p(chunk | letter); row 0 belongs to padding and is not used.
    """

    letters: str
    phonemes: tuple[str, ...]
    table: np.ndarray

    def chunk(self, number: int) -> Chunk:
        """Return the phonemes of a chunk, by its number."""
        P = len(self.phonemes)
        if number == 0:
            return ()
        if number <= P:
            return (self.phonemes[number - 1],)
        return self.phonemes[(number - 1) // P - 1], self.phonemes[(number - 1) % P]

    def most_likely(self, words: Sequence[str], pronunciations: Sequence) -> list:
        """Cut each pronunciation into the chunks of highest probability, one for each letter.

        Returns:
            A list of chunks for each word, or None where no way to cut has a probability above 0:
            more than two phonemes for each letter, say.
        """
        aligned: list[list[Chunk] | None] = [None] * len(words)
        for index, letters, sounds, lengths in _groups(self, words, pronunciations):
            best, chosen = _best_chunks(self.table, letters, sounds, lengths)
            for row in np.flatnonzero(best > 0):
                aligned[index[row]] = [self.chunk(number) for number in chosen[row].tolist()]
        return aligned


def fit_chunks(
    words: Sequence[str],
    pronunciations: Sequence[Sequence[str]],
    letters: str,
    *,
    iterations: int = 8,
    smallest: float = 1e-4,
) -> ChunkProbabilities:
    """Find p(chunk | letter) by expectation-maximisation.

    Args:
        words: N words, a word again for each of its pronunciations.
        pronunciations: N sequences of phonemes.
        letters: the alphabet of the words.
        iterations: of EM; in the last two, and after them, only chunks count that a letter spells
            with a probability of at least `smallest`.
        smallest: rarer chunks are mostly errors, and would cost a model an output each.

    Returns:
        The probabilities.

    Raises:
        ValueError: no words, a character outside the alphabet, or unequal numbers.
    """
    if len(words) != len(pronunciations) or not words:
        raise ValueError(
            f"need as many pronunciations as words, at least one, "
            f"got {len(pronunciations)} and {len(words)}"
        )
    phonemes = tuple(sorted({sound for sounds in pronunciations for sound in sounds}))
    P = len(phonemes)
    table = np.repeat(INITIAL, (1, P, P * P))[None].repeat(len(letters) + 1, axis=0)
    chunks = ChunkProbabilities(letters, phonemes, table)
    groups = list(_groups(chunks, words, pronunciations))
    for iteration in range(1, iterations + 1):
        counts = np.zeros_like(chunks.table)
        for _, *group in groups:
            counts += _expected_counts(chunks.table, *group)
        chunks.table = counts / np.maximum(counts.sum(1, keepdims=True), 1e-300)
        if iteration > iterations - 2:
            chunks.table[chunks.table < smallest] = 0
            chunks.table /= np.maximum(chunks.table.sum(1, keepdims=True), 1e-300)
    return chunks


def _groups(
    chunks: ChunkProbabilities, words: Sequence[str], pronunciations: Sequence[Sequence[str]]
) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]]:
    """Yield the words of each length: their indices, letters, phonemes and numbers of phonemes."""
    number = {sound: 1 + k for k, sound in enumerate(chunks.phonemes)}
    tokens, word_lengths = encode(list(words), chunks.letters)
    for length in np.unique(word_lengths):
        index = np.flatnonzero(word_lengths == length)
        lengths = np.array([len(pronunciations[n]) for n in index.tolist()])
        sounds = np.ones((len(index), lengths.max()), dtype=np.int64)
        for row, n in enumerate(index.tolist()):
            sounds[row, : lengths[row]] = [number[sound] for sound in pronunciations[n]]
        yield index, tokens[index, :length], sounds, lengths


def _chunk_probabilities(table: np.ndarray, letter: np.ndarray, sounds: np.ndarray) -> tuple:
    """p(chunk | letter) of chunks of 0, 1, 2 phonemes that begin at each phoneme.

    letter (N,), sounds (N, J) → (N, 1), (N, J), (N, J - 1), and the numbers of the last two.
    """
    P = int(np.sqrt(table.shape[1] - 0.75))  # 1 + P + P² chunks
    pairs = 1 + sounds[:, :-1] * P + sounds[:, 1:] - 1
    row = letter[:, None]
    return (table[row, 0], table[row, sounds], table[row, pairs]), (sounds, pairs)


def _expected_counts(
    table: np.ndarray, letters: np.ndarray, sounds: np.ndarray, lengths: np.ndarray
) -> np.ndarray:
    """Sum over the words: expected number of times that each letter spells each chunk."""
    (N, S), J = letters.shape, sounds.shape[1]
    forward = np.zeros((S + 1, N, J + 1))
    forward[0, :, 0] = 1
    for i in range(S):
        (none, one, two), _ = _chunk_probabilities(table, letters[:, i], sounds)
        forward[i + 1] = forward[i] * none
        forward[i + 1, :, 1:] += forward[i, :, :-1] * one
        forward[i + 1, :, 2:] += forward[i, :, :-2] * two

    counts = np.zeros(table.size)
    backward = np.zeros((N, J + 1))
    likelihood = forward[S, np.arange(N), lengths]
    backward[np.arange(N), lengths] = np.divide(
        1, likelihood, out=np.zeros(N), where=likelihood > 0
    )
    for i in reversed(range(S)):
        (none, one, two), (ones, twos) = _chunk_probabilities(table, letters[:, i], sounds)
        row = letters[:, i, None] * table.shape[1]
        for chosen, expected in (
            (row, (forward[i] * none * backward).sum(1, keepdims=True)),
            (row + ones, forward[i, :, :-1] * one * backward[:, 1:]),
            (row + twos, forward[i, :, :-2] * two * backward[:, 2:]),
        ):
            counts += np.bincount(chosen.ravel(), expected.ravel(), counts.size)
        before = backward * none
        before[:, :-1] += backward[:, 1:] * one
        before[:, :-2] += backward[:, 2:] * two
        backward = before
    return counts.reshape(table.shape)


def _best_chunks(
    table: np.ndarray, letters: np.ndarray, sounds: np.ndarray, lengths: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The most probable way to cut (Viterbi): its probability (N,), its chunk numbers (N, S)."""
    (N, S), J = letters.shape, sounds.shape[1]
    best = np.zeros((N, J + 1))
    best[:, 0] = 1
    sizes = np.zeros((S, N, J + 1), dtype=np.int64)  # of the chunk that ends there
    for i in range(S):
        (none, one, two), _ = _chunk_probabilities(table, letters[:, i], sounds)
        options = np.zeros((3, N, J + 1))
        options[0] = best * none
        options[1, :, 1:] = best[:, :-1] * one
        options[2, :, 2:] = best[:, :-2] * two
        sizes[i], best = options.argmax(0), options.max(0)

    rows, end = np.arange(N), lengths.copy()
    chosen = np.zeros((N, S), dtype=np.int64)
    P = int(np.sqrt(table.shape[1] - 0.75))
    for i in reversed(range(S)):
        size = sizes[i, rows, end]
        last, before = sounds[rows, end - 1], sounds[rows, end - 2]
        chosen[:, i] = np.choose(size, (0, last, 1 + before * P + last - 1))
        end = end - size
    return best[rows, lengths], chosen
