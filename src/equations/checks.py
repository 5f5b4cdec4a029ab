"""Clear errors for bad input: what was expected, and what came."""

import math
from collections.abc import Iterable, Mapping
from numbers import Real
from typing import Any

import numpy as np
import numpy.typing as npt

FLOATS = (np.dtype(np.float32), np.dtype(np.float64))
SURPRISING = (np.matrix, np.ma.MaskedArray)  # * is a matrix product; masked values are hidden

Shape = tuple[int | str, ...]


def check_array(name: str, value: Any, shape: Shape, dtype: npt.DTypeLike) -> np.ndarray:
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
    check_finite(name, check_shape(name, value, shape, dtype))
    return value


def check_shape(name: str, value: Any, shape: Shape, dtype: npt.DTypeLike) -> np.ndarray:
    """The same for an array of which not all need be finite."""
    if type(value) is np.ndarray and value.dtype == dtype and value.shape == shape:
        return value  # every step asks, so the usual answer is quick
    check_float_array(name, value, dtype)
    fits = value.ndim == len(shape) and all(
        came > 0 if isinstance(size, str) else came == size
        for size, came in zip(shape, value.shape, strict=True)
    )
    if not fits:
        raise ValueError(_wrong_shape(name, value.shape, shape))
    return value


def check_finite(name: str, value: np.ndarray) -> None:
    """Raise ValueError if an array holds NaN or infinity."""
    if not np.isfinite(value).all():
        raise ValueError(f"{name} must be finite, but it holds NaN or infinity")


def check_float_array(name: str, value: Any, dtype: npt.DTypeLike | None = None) -> None:
    """Raise TypeError unless value is an array of dtype, or of float32 or float64 if None."""
    if not isinstance(value, np.ndarray) or isinstance(value, SURPRISING):
        raise TypeError(f"{name} must be a NumPy array, got {type(value).__name__}")
    if dtype is None:
        if value.dtype not in FLOATS:
            raise TypeError(f"{name} must have dtype float32 or float64, got {value.dtype}")
    elif value.dtype != dtype:
        raise TypeError(
            f"{name} must have dtype {np.dtype(dtype)}, the parameters' own, got {value.dtype}"
        )


def _wrong_shape(name: str, came: tuple[int, ...], shape: Shape) -> str:
    expected = "(" + ", ".join(map(str, shape)) + ("," if len(shape) == 1 else "") + ")"
    if len(came) != len(shape):
        return f"{name} must have rank {len(shape)}, shape {expected}, got shape {came}"
    free = [size for size, number in zip(shape, came, strict=True) if number == 0]
    letters = " and ".join(size for size in free if isinstance(size, str))
    needed = f" with {letters} at least 1" if letters else ""
    return f"{name} must have shape {expected}{needed}, got {came}"


def check_lengths(lengths: npt.ArrayLike | None, batch_size: int, T: int) -> np.ndarray:
    """Return the lengths as an integer array (B,); all are T if lengths is None.

    Raises:
        TypeError: lengths are not integers.
        ValueError: there are not B of them, or one lies outside 1 to T.
    """
    if lengths is None:
        return np.full(batch_size, T)
    try:
        given = np.asarray(lengths)
    except ValueError:  # NumPy's word for it is "inhomogeneous"
        raise TypeError("lengths must be integers, got a ragged list") from None
    if given.shape != (batch_size,):
        raise ValueError(
            f"lengths must have shape ({batch_size},), one for each sequence, got {given.shape}"
        )
    beyond = given.dtype == object and all(isinstance(n, int) for n in given)  # above 64 bits
    if given.dtype.kind not in "iu" and not beyond:
        raise TypeError(f"lengths must be integers, got dtype {given.dtype}")
    if given.min() < 1 or given.max() > T:
        raise ValueError(
            f"lengths must lie between 1 and T = {T}, got {given.min()} to {given.max()}"
        )
    return given


def steps_read(lengths: npt.ArrayLike | None, batch_size: int, T: int) -> np.ndarray:
    """Which steps are read, bool (B, T): those before the end of their sequence.

    This is the one rule for padding. Whatever lies behind an end is never looked at, so that it
    may hold anything, NaN included.

    Raises:
        TypeError, ValueError: as in `check_lengths`.
    """
    return np.arange(T) < check_lengths(lengths, batch_size, T)[:, None]


def only_read(name: str, value: np.ndarray, running: np.ndarray) -> np.ndarray:
    """A copy of value (B, T, ·) with 0 where no step is read, bool (B, T).

    Raises:
        ValueError: NaN or infinity in what is read.
    """
    copy = value.copy()
    copy[~running] = 0
    check_finite(name, copy)
    return copy


def check_parameters(
    parameters: Any, shapes: Mapping[str, Shape]
) -> tuple[dict[str, np.ndarray], dict[str, int]]:
    """Check one layer's parameters against shapes that are written with letters.

    Args:
        parameters: dict of arrays.
        shapes: for each key its shape, such as ("4H", "D"): a letter is a size, the same in all
            arrays, and may have a factor. The letters are found from weight_hh first, if there
            is one.

    Returns:
        the parameters, a new dict of the very arrays, in the order of shapes; and the sizes by
        letter.

    Raises:
        TypeError, ValueError: a key, shape or dtype is not as stated.
    """
    check_keys(parameters, shapes)
    first, *others = sorted(shapes, key=lambda key: key != "weight_hh")
    check_float_array(first, parameters[first])
    dtype, sizes = parameters[first].dtype, {}
    for key in (first, *others):
        check_float_array(key, parameters[key], dtype)
        expected = _as_far_as_known(shapes[key], sizes)
        found = _sizes_from(parameters[key].shape, expected)
        if found is None:
            raise ValueError(_wrong_shape(key, parameters[key].shape, expected))
        sizes |= found
        check_finite(key, parameters[key])
    return {key: parameters[key] for key in shapes}, sizes


def check_keys(parameters: Any, keys: Iterable[str]) -> None:
    """Raise unless parameters is a dict with these keys."""
    if not isinstance(parameters, dict):
        raise TypeError(f"parameters must be a dict, got {type(parameters).__name__}")
    if set(parameters) != set(keys):
        came = sorted(map(str, parameters))
        raise ValueError(f"parameters must have the keys {list(keys)}, got {came}")


def _factor_and_letter(size: str) -> tuple[int, str]:
    return int(size[:-1] or 1), size[-1]


def in_numbers(shape: Shape, sizes: Mapping[str, int]) -> tuple[int, ...]:
    """A shape such as ("4H", "D"), with the sizes in the place of their letters."""
    numbers = []
    for size in shape:
        factor, letter = (size, "") if isinstance(size, int) else _factor_and_letter(size)
        numbers.append(factor * sizes[letter] if letter else factor)
    return tuple(numbers)


def _as_far_as_known(shape: Shape, sizes: Mapping[str, int]) -> Shape:
    return tuple(
        size if isinstance(size, int) or size[-1] not in sizes else in_numbers((size,), sizes)[0]
        for size in shape
    )


def _sizes_from(came: tuple[int, ...], expected: Shape) -> dict[str, int] | None:
    """The letters' values that make the expected shape what came; None if there are none."""
    if len(came) != len(expected):
        return None
    sizes: dict[str, int] = {}
    for number, size in zip(came, expected, strict=True):
        if isinstance(size, int):
            if number != size:
                return None
            continue
        factor, letter = _factor_and_letter(size)
        if number == 0 or factor * sizes.setdefault(letter, number // factor) != number:
            return None
    return sizes


def check_flag(name: str, value: Any) -> bool:
    """Return value as a bool; raise TypeError unless it is one."""
    if not isinstance(value, (bool, np.bool_)):
        raise TypeError(f"{name} must be True or False, got {type(value).__name__}")
    return bool(value)


def check_finite_number(name: str, value: Any) -> None:
    """Raise TypeError unless value is a real number, ValueError if it is NaN or infinite."""
    if not isinstance(value, Real) or isinstance(value, bool):
        raise TypeError(f"{name} must be a number, got {type(value).__name__}")
    try:
        finite = math.isfinite(value)
    except OverflowError:  # an integer beyond float64
        finite = False
    if not finite:
        raise ValueError(f"{name} must be finite, got {value}")


def check_size(name: str, size: Any) -> None:
    """Raise TypeError unless size is an integer, ValueError if it is below 1."""
    if not isinstance(size, (int, np.integer)) or isinstance(size, bool):
        raise TypeError(f"{name} must be an integer, got {type(size).__name__}")
    if size < 1:
        raise ValueError(f"{name} must be at least 1, got {size}")


def check_sizes(rng: Any, dtype: Any, **sizes: Any) -> None:
    """Check what `initialize` is given: a generator, a dtype, and sizes by name.

    Raises:
        TypeError: a size is no integer, rng no numpy.random.Generator, dtype no float dtype.
        ValueError: a size is below 1.
    """
    for name, size in sizes.items():
        check_size(name, size)
    if not isinstance(rng, np.random.Generator):
        raise TypeError(
            "rng must be a numpy.random.Generator, such as np.random.default_rng(0), "
            f"got {type(rng).__name__}"
        )
    try:
        wanted = np.dtype(dtype)
    except TypeError:
        raise TypeError(f"dtype must be float32 or float64, got {dtype!r}") from None
    if wanted not in FLOATS:
        raise TypeError(f"dtype must be float32 or float64, got {wanted}")
