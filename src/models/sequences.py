"""Batches of sequences of unequal length: checked, and read without their padding."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from src.modules.checks import Lengths, check_lengths, without_values


def check_tokens(tokens: Tensor, vocab_size: int, lengths: Lengths | None = None) -> Tensor:
    """Check that tokens are a batch of sequences of ids of the vocabulary.

    Args:
        tokens: (B, T) int64 or int32 in 0..V-1; B, T ≥ 1. In the padding anything may stand.
        vocab_size: V.
        lengths: (B,) ints in 1..T; None: nothing is padding.

    Returns:
        The tokens, with zeros in the padding.

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
    tokens = without_padding(tokens, lengths)
    if without_values(tokens):
        return tokens
    smallest, largest = (int(bound) for bound in tokens.aminmax())
    if smallest < 0 or largest >= vocab_size:
        worst = smallest if smallest < 0 else largest
        raise ValueError(
            f"tokens must lie in the vocabulary 0..{vocab_size - 1}, got {worst}; what "
            "stands in the padding does not matter where lengths are given"
        )
    return tokens


def without_padding(x: Tensor, lengths: Lengths | None) -> Tensor:
    """Put zeros where nothing is read, so that nothing there can matter, NaN included.

    x: (B, T) or (B, T, D). lengths: (B,) ints in 1..T; None: all is read.
    """
    if lengths is None:
        return x
    real = lengths_to_mask(lengths, *x.shape[:2]).to(x.device)
    return x.masked_fill(~(real if x.dim() == 2 else real[:, :, None]), 0)


def run_recurrent(
    recurrent: nn.RNNBase,
    x: Tensor,
    lengths: Lengths | None = None,
    state: Tensor | tuple[Tensor, Tensor] | None = None,
) -> tuple[Tensor, Tensor | tuple[Tensor, Tensor]]:
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


def lengths_to_mask(lengths: Lengths, B: int, T: int) -> Tensor:
    """Mark the real steps of a padded batch.

    Args:
        lengths: (B,) ints in 1..T, in any order and on any device.
        B: number of sequences.
        T: number of steps they are padded to.

    Returns:
        (B, T) bool on the device of the lengths: True where a step is real, False in the padding.

    Raises:
        TypeError, ValueError: from `check_lengths`.
    """
    lengths = check_lengths(lengths, B, T)
    return torch.arange(T, device=lengths.device) < lengths[:, None]


def last_step(outputs: Tensor, mask: Tensor | None = None) -> Tensor:
    """Gather each sequence's output at its own last step.

    Args:
        outputs: (B, T, H).
        mask: (B, T) bool, True at the first n ≥ 1 steps of a sequence of length n; None: all T.

    Returns:
        (B, H).

    Raises:
        TypeError, ValueError: for a mask of a wrong kind, shape or order.
    """
    B, T, _ = outputs.shape
    if mask is None:
        return outputs[:, -1]
    lengths = _check_mask(mask, B, T)
    return outputs[torch.arange(B, device=outputs.device), lengths - 1]


def both_ends(outputs: Tensor, mask: Tensor | None = None) -> Tensor:
    """Gather a bidirectional layer's two final states, each at the end where it has read all.

    Args:
        outputs: (B, T, 2H), forward beside backward.
        mask: as for `last_step`.

    Returns:
        (B, 2H): the forward half of the last real step, and the backward half of the first step.

    Raises:
        TypeError, ValueError: for a mask of a wrong kind, shape or order.
    """
    H = outputs.shape[-1] // 2
    return torch.cat([last_step(outputs, mask)[:, :H], outputs[:, 0, H:]], dim=-1)


def masked_mean(outputs: Tensor, mask: Tensor | None = None) -> Tensor:
    """Average each sequence's outputs over its real steps.

    Args:
        outputs: (B, T, H); what stands in the padding does not matter.
        mask: as for `last_step`.

    Returns:
        (B, H).

    Raises:
        TypeError, ValueError: for a mask of a wrong kind, shape or order.
    """
    B, T, _ = outputs.shape
    if mask is None:
        return outputs.mean(1)
    lengths = _check_mask(mask, B, T)
    return outputs.masked_fill(~mask[:, :, None], 0).sum(1) / lengths[:, None]


def _check_mask(mask: Tensor, B: int, T: int) -> Tensor:
    """Return the lengths (B,) of a mask, or say what is wrong with it."""
    if not isinstance(mask, torch.Tensor) or mask.dtype != torch.bool:
        got = mask.dtype if isinstance(mask, torch.Tensor) else type(mask).__name__
        raise TypeError(f"mask must be a tensor of bool, True where a step is real, got {got}")
    if mask.shape != (B, T):
        raise ValueError(f"mask must have shape (B, T) = ({B}, {T}), got {tuple(mask.shape)}")
    wrong = ~mask[:, 0] | (mask[:, 1:] & ~mask[:, :-1]).any(1)
    if wrong.any():
        row = int(wrong.nonzero()[0])
        raise ValueError(
            f"mask must be True from the first step to the last real one, but row {row} is not"
        )
    return mask.sum(1)
