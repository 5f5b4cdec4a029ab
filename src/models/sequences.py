"""Batches of sequences of unequal length: checked, and read without their padding."""

import torch
import torch.nn.functional as F
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from src.modules.checks import check_lengths


def check_tokens(tokens, vocab_size):
    """Raise unless tokens are a batch of sequences of ids of the vocabulary.

    Args:
        tokens: (B, T) int64 or int32 in 0..V-1, in the padding too; B, T ≥ 1.
        vocab_size: V.

    Raises:
        TypeError: if tokens are no tensor of one of these dtypes.
        ValueError: if the shape is another, or an id lies outside the vocabulary.
    """
    if not isinstance(tokens, torch.Tensor):
        raise TypeError(f"tokens must be a torch.Tensor, got {type(tokens).__name__}")
    if tokens.dtype not in (torch.int64, torch.int32):
        raise TypeError(f"tokens must be int64 or int32, got {tokens.dtype}")
    if tokens.dim() != 2 or tokens.numel() == 0:
        raise ValueError(f"tokens must have shape (B, T) with B, T ≥ 1, got {tuple(tokens.shape)}")
    smallest, largest = (int(bound) for bound in tokens.aminmax())
    if smallest < 0 or largest >= vocab_size:
        worst = smallest if smallest < 0 else largest
        raise ValueError(
            f"tokens, padding too, must lie in the vocabulary 0..{vocab_size - 1}, got {worst}"
        )


def run_recurrent(recurrent, x, lengths=None, state=None):
    """Run an `nn.RNN`, `nn.LSTM` or `nn.GRU` over padded sequences as if there were no padding.

    The sequences are packed, so that h_n is each one's state after its own last step and the
    backward direction starts there. Where all lengths are equal there is nothing to pack, and the
    faster unpacked computation gives the same: batches of one length are cheap.

    Args:
        recurrent: the module, with `batch_first=True`.
        x: (B, T, D); what stands in the padding does not matter.
        lengths: (B,) ints in 1..T, in any order and on any device; None reads all T steps.
        state: initial state in the form that the module takes; zeros if None.

    Returns:
        outputs, (B, T, H·directions), zero in the padding; and the final state, as the module
        returns it, (L·directions, B, H).

    Raises:
        TypeError, ValueError: from `check_lengths`.
    """
    B, T, _ = x.shape
    if lengths is None:
        return recurrent(x, state)
    lengths = check_lengths(lengths, B, T).cpu()
    longest = int(lengths.max())
    if longest == int(lengths.min()):
        outputs, state = recurrent(x[:, :longest], state)
        return F.pad(outputs, (0, 0, 0, T - longest)), state
    packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
    outputs, state = recurrent(packed, state)
    outputs, _ = pad_packed_sequence(outputs, batch_first=True, total_length=T)
    return outputs, state
