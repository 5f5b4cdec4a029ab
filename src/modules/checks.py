"""Checks of what the caller passes. Each error names the argument, what is expected, what came."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

Lengths = Tensor | np.ndarray | Sequence[int]


def check_sizes(**sizes: int) -> None:
    """Raise unless every keyword argument is a positive int."""
    for name, size in sizes.items():
        if not isinstance(size, int) or isinstance(size, bool):
            raise TypeError(f"{name} must be an int, got {type(size).__name__}")
        if size < 1:
            raise ValueError(f"{name} must be at least 1, got {size}")


def check_flags(**flags: bool) -> None:
    """Raise TypeError unless every keyword argument is True or False, and no string, say."""
    for name, flag in flags.items():
        if not isinstance(flag, bool):
            raise TypeError(f"{name} must be True or False, got {flag!r}")


def check_tensor(name: str, value: Tensor, dtype: torch.dtype) -> None:
    """Raise TypeError unless `value` is a tensor of `dtype`; autocast takes any floating dtype."""
    if not isinstance(value, Tensor):
        raise TypeError(f"{name} must be a torch.Tensor, got {type(value).__name__}")
    if value.dtype != dtype and not (value.is_floating_point() and _autocast(value)):
        raise TypeError(f"{name} must have the module's dtype {dtype}, got {value.dtype}")


def _autocast(value: Tensor) -> bool:
    return not value.is_meta and torch.is_autocast_enabled(value.device.type)


def without_values(value: Tensor) -> bool:
    """Whether code is only being recorded: a graph may not depend on what a tensor holds."""
    return torch.compiler.is_compiling() or torch.jit.is_tracing() or value.is_meta


def check_finite(name: str, value: Tensor) -> None:
    """Raise ValueError if a tensor holds NaN or infinity; a compiled graph does not look."""
    if not without_values(value) and not torch.isfinite(value).all():
        raise ValueError(f"{name} must be finite, but it holds NaN or infinity")


def check_input(
    x: Tensor, input_size: int, batch_first: bool, like: Tensor, name: str = "x"
) -> None:
    """Raise unless x is a batch of sequences with the dtype of `like`.

    Args:
        x: (B, T, D), or (T, B, D) with `batch_first=False`; B, T ≥ 1.
        input_size: D.
        batch_first: which of the two layouts.
        like: a tensor of the expected dtype.
        name: what to call it in a message.
    """
    check_tensor(name, x, like.dtype)
    expected = f"({'B, T' if batch_first else 'T, B'}, {input_size})"
    if x.dim() != 3 or x.shape[-1] != input_size:
        raise ValueError(f"{name} must have shape {expected}, got {tuple(x.shape)}")
    if x.numel() == 0:
        raise ValueError(f"{name} must have shape {expected} with B, T ≥ 1, got {tuple(x.shape)}")


def check_state(
    state: Sequence[Tensor], names: Sequence[str], shape: tuple[int, ...], like: Tensor
) -> None:
    """Raise unless `state` is a tuple of tensors of this shape and the dtype of `like`.

    Args:
        state: one tensor for each name, (L·directions, B, H).
        names: what to call them in a message.
        shape: the expected shape of each.
        like: a tensor of the expected dtype.
    """
    if not isinstance(state, (tuple, list)) or len(state) != len(names):
        got = f"{len(state)} of them" if isinstance(state, (tuple, list)) else type(state).__name__
        raise TypeError(f"state must be a tuple of {len(names)} tensors, got {got}")
    for name, value in zip(names, state, strict=True):
        check_tensor(name, value, like.dtype)
        if value.shape != shape:
            raise ValueError(
                f"{name} must have shape (L·directions, B, H) = {shape}, got {tuple(value.shape)}"
            )
        check_finite(name, value)


def check_lengths(lengths: Lengths, B: int, T: int) -> Tensor:
    """Check the lengths of a batch of sequences.

    Args:
        lengths: (B,) ints in 1..T, in any order: a tensor on any device, an array or a list.
        B: number of sequences.
        T: number of steps they are padded to.

    Returns:
        The lengths as an int64 tensor, on the device where they were.

    Raises:
        TypeError: if they are not integers.
        ValueError: if their number is not B, or one is below 1 or above T.
    """
    try:
        lengths = torch.as_tensor(lengths)
    except (TypeError, ValueError, RuntimeError) as error:
        raise TypeError(f"lengths must be integers, one for each sequence: {error}") from None
    if lengths.dtype == torch.bool or lengths.is_floating_point() or lengths.is_complex():
        raise TypeError(f"lengths must be integers, got {lengths.dtype}")
    if lengths.shape != (B,):
        raise ValueError(f"lengths must have shape (B,) = ({B},), got {tuple(lengths.shape)}")
    lengths = lengths.long()  # torch compares no unsigned integers
    if without_values(lengths):
        return lengths
    outside = (lengths < 1) | (lengths > T)
    if outside.any():
        first = int(outside.nonzero()[0])
        raise ValueError(
            f"lengths must lie in 1..T = {T}, got {int(lengths[first])} for sequence {first}"
        )
    return lengths
