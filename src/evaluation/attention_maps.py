"""Where does attention look while a word is said? Maps of weights, and a count over many words."""

import numpy as np
import torch

from src.models.attention_seq2seq import AttentionSeq2Seq
from src.tasks.alignment import Chunk
from src.tasks.batches import equal_length_batches
from src.tasks.pronunciation import Pronunciation, encode_pronunciations, encode_words


@torch.no_grad()
def attention_maps(
    model: AttentionSeq2Seq, words: list[str], sounds: list[Pronunciation]
) -> list[np.ndarray]:
    """Let the model say given pronunciations; return the weights, one map for each word.

    Args:
        model: with `align`, as `AttentionSeq2Seq`.
        words: N words.
        sounds: N pronunciations; each phoneme is said after the true ones before it.

    Returns:
        N arrays (phonemes + 1, letters): the last row belongs to the end.
    """
    letters, lengths = encode_words(words)
    said, said_lengths = encode_pronunciations(sounds)
    maps: list[np.ndarray] = [np.empty(0)] * len(words)
    for index in equal_length_batches(lengths, 500):
        S, T = lengths[index[0]], said_lengths[index].max()
        weights = model.align(
            torch.from_numpy(letters[index, :S]), torch.from_numpy(said[index, :T])
        )
        for n, weight in zip(index, weights.numpy(), strict=True):
            maps[n] = weight[: said_lengths[n]]
    return maps


def owners(chunks: list[Chunk]) -> np.ndarray:
    """Return the letter, from 0, that each phoneme belongs to: chunks of a word → (phonemes,)."""
    return np.repeat(np.arange(len(chunks)), [len(chunk) for chunk in chunks])


def share_by_offset(maps: list[np.ndarray], owned: list[np.ndarray], reach: int) -> np.ndarray:
    """Average the weight that lies `offset` letters to the right of a phoneme's own letter.

    Args:
        maps: from `attention_maps`.
        owned: from `owners`, for the same words.
        reach: R, the largest offset.

    Returns:
        (2R + 1,), for the offsets -R to R; weights outside of a word count as 0. What is missing
        to 1 lies farther away.
    """
    total, count = np.zeros(2 * reach + 1), 0
    for weights, letters in zip(maps, owned, strict=True):
        wide = np.pad(weights[: len(letters)], ((0, 0), (reach, reach)))
        columns = letters[:, None] + np.arange(2 * reach + 1)
        total += np.take_along_axis(wide, columns, axis=1).sum(0)
        count += len(letters)
    return total / count
