"""Clear errors for bad input: what was expected, and what came."""

from numbers import Real

import numpy as np

FLOATS = (np.dtype(np.float32), np.dtype(np.float64))


def check_array(name, value, shape, dtype):
    """Return value if it is a finite float array of the shape and dtype expected.

    Args:
        name: the argument's name, for the message.
        value: what came.
        shape: tuple of a size or a letter for each axis; a letter accepts any size ≥ 1.
        dtype: float32 or float64.

    Raises:
        TypeError: not an array, or of another dtype.
        ValueError: another rank, another size, or NaN or infinity in it.
    """
    if not isinstance(value, np.ndarray):
        raise TypeError(f"{name} must be a NumPy array, got {type(value).__name__}")
    if value.dtype != dtype:
        raise TypeError(
            f"{name} must have dtype {np.dtype(dtype)}, the parameters' own, got {value.dtype}"
        )
    expected = "(" + ", ".join(map(str, shape)) + ("," if len(shape) == 1 else "") + ")"
    if value.ndim != len(shape):
        raise ValueError(
            f"{name} must have rank {len(shape)}, shape {expected}, got shape {value.shape}"
        )
    for size, came in zip(shape, value.shape, strict=True):
        if came == 0 or (not isinstance(size, str) and came != size):
            raise ValueError(f"{name} must have shape {expected}, got {value.shape}")
    if not np.isfinite(value).all():
        raise ValueError(f"{name} must be finite, but it holds NaN or infinity")
    return value


def check_lengths(lengths, batch_size, steps):
    """Return lengths as an integer array (B,), or None if every sequence has all T steps.

    Raises:
        TypeError: lengths are not integers.
        ValueError: there are not B of them, or one lies outside 1 to T.
    """
    if lengths is None:
        return None
    lengths = np.asarray(lengths)
    if lengths.dtype.kind not in "iu":
        raise TypeError(f"lengths must be integers, got dtype {lengths.dtype}")
    if lengths.shape != (batch_size,):
        raise ValueError(
            f"lengths must have shape ({batch_size},), one for each sequence, got {lengths.shape}"
        )
    if lengths.min() < 1 or lengths.max() > steps:
        raise ValueError(
            f"lengths must lie between 1 and T = {steps}, got {lengths.min()} to {lengths.max()}"
        )
    return None if (lengths == steps).all() else lengths


def check_parameters(parameters, gates, extra_bias=()):
    """Return a dict of one layer's parameters after checking that its shapes agree.

    Args:
        parameters: dict with weight_ih (gates·H, D), weight_hh (gates·H, H), bias (gates·H,).
        gates: how many H-row blocks each matrix stacks: 1 for an RNN, 3 for a GRU, 4 for an LSTM.
        extra_bias: names of further entries, each (H,).

    Raises:
        TypeError, ValueError: a key, shape or dtype is not as stated.
    """
    keys = ["weight_ih", "weight_hh", "bias", *extra_bias]
    if not isinstance(parameters, dict):
        raise TypeError(f"parameters must be a dict, got {type(parameters).__name__}")
    if set(parameters) != set(keys):
        raise ValueError(f"parameters must have the keys {keys}, got {sorted(parameters)}")
    weight_hh = parameters["weight_hh"]
    if not isinstance(weight_hh, np.ndarray):
        raise TypeError(f"weight_hh must be a NumPy array, got {type(weight_hh).__name__}")
    if weight_hh.dtype not in FLOATS:
        raise TypeError(f"weight_hh must have dtype float32 or float64, got {weight_hh.dtype}")
    if weight_hh.ndim != 2 or weight_hh.shape[0] != gates * weight_hh.shape[1]:
        rows = "H" if gates == 1 else f"{gates}H"
        raise ValueError(f"weight_hh must have shape ({rows}, H), got {weight_hh.shape}")
    rows, hidden_size = weight_hh.shape
    shapes = {"weight_ih": (rows, "D"), "weight_hh": (rows, hidden_size), "bias": (rows,)}
    shapes |= dict.fromkeys(extra_bias, (hidden_size,))
    return {key: check_array(key, parameters[key], shapes[key], weight_hh.dtype) for key in keys}


def check_finite_number(name, value):
    """Raise TypeError unless value is a real number, ValueError if it is NaN or infinite."""
    if not isinstance(value, Real):
        raise TypeError(f"{name} must be a number, got {type(value).__name__}")
    if not np.isfinite(value):
        raise ValueError(f"{name} must be finite, got {value}")


def check_sizes(input_size, hidden_size, rng, dtype):
    """Check what `initialize` is given.

    Raises:
        TypeError: a size is no integer, rng no numpy.random.Generator, dtype no float dtype.
        ValueError: a size is below 1.
    """
    for name, size in [("input_size", input_size), ("hidden_size", hidden_size)]:
        if not isinstance(size, (int, np.integer)) or isinstance(size, bool):
            raise TypeError(f"{name} must be an integer, got {type(size).__name__}")
        if size < 1:
            raise ValueError(f"{name} must be at least 1, got {size}")
    if not isinstance(rng, np.random.Generator):
        raise TypeError(
            "rng must be a numpy.random.Generator, such as np.random.default_rng(0), "
            f"got {type(rng).__name__}"
        )
    if np.dtype(dtype) not in FLOATS:
        raise TypeError(f"dtype must be float32 or float64, got {np.dtype(dtype)}")
