"""Initial weights of one layer, drawn from a NumPy generator, and ways to change them."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from src.equations.checks import Shape, check_sizes, in_numbers


def uniform_parameters(
    shapes: Mapping[str, Shape],
    input_size: int,
    hidden_size: int,
    rng: np.random.Generator,
    dtype: npt.DTypeLike,
) -> dict[str, np.ndarray]:
    r"""Weights drawn from U(−1/√H, 1/√H), as PyTorch draws them, and biases of zero.

    Args:
        shapes: for each key its shape in letters, such as ("4H", "D"); what begins with "bias" is
            a bias. The weights are drawn in this order.
        input_size: D.
        hidden_size: H.
        rng: numpy.random.Generator. The numbers are drawn in float64 and then rounded to
            dtype, so that both dtypes start from the same weights.
        dtype: float32 or float64.

    Returns:
        Dict of arrays.

    Raises:
        TypeError, ValueError: an argument is not as stated.
    """
    check_sizes(rng, dtype, input_size=input_size, hidden_size=hidden_size)
    bound = 1 / np.sqrt(hidden_size)
    sizes = {"D": int(input_size), "H": int(hidden_size)}
    parameters = {}
    for key, shape in shapes.items():
        numbers = in_numbers(shape, sizes)
        if key.startswith("bias"):
            parameters[key] = np.zeros(numbers, dtype)
        else:
            parameters[key] = rng.uniform(-bound, bound, numbers).astype(dtype)
    return parameters


def orthogonal(
    size: int, *, rng: np.random.Generator, dtype: npt.DTypeLike = np.float64
) -> np.ndarray:
    r"""A random orthogonal matrix: Qᵀ Q = 1, so that ‖Q v‖ = ‖v‖ for every vector v.

    The Q of the QR decomposition of a matrix of standard normals. Turning the signs so that R has
    a positive diagonal makes all orthogonal matrices equally likely.

    Args:
        size: H.
        rng: numpy.random.Generator.
        dtype: float32 or float64; the matrix is made in float64 and then rounded.

    Returns:
        (H, H) array: all its singular values are 1, and all its eigenvalues lie on the unit circle.

    Raises:
        TypeError, ValueError: an argument is not as stated.

    Source: as recurrent weights, Saxe, McClelland and Ganguli 2014 (for deep linear networks).
    """
    check_sizes(rng, dtype, size=size)
    q, r = np.linalg.qr(rng.standard_normal((size, size)))
    return (q * np.sign(np.diag(r))).astype(dtype)


def spectral_radius(matrix: np.ndarray) -> float:
    """The largest magnitude |λ| of the eigenvalues of a square matrix (H, H), as a float."""
    return float(np.abs(np.linalg.eigvals(matrix)).max())


def with_spectral_radius(matrix: np.ndarray, radius: float) -> np.ndarray:
    """A square matrix (H, H), scaled so that its largest |eigenvalue| is radius.

    Raises:
        ValueError: the radius is not positive, or the matrix has no eigenvalue but 0.
    """
    if not radius > 0:
        raise ValueError(f"radius must be positive, got {radius}")
    if (now := spectral_radius(matrix)) == 0:
        raise ValueError("the matrix has no eigenvalue but 0: no factor changes that")
    return matrix * matrix.dtype.type(radius / now)


def chrono_bias(
    hidden_size: int, longest: float, *, rng: np.random.Generator, dtype: npt.DTypeLike = np.float64
) -> np.ndarray:
    r"""An LSTM's bias whose forget gates hold memories of all lengths up to the longest.

        b_f = ln u,  u ~ U(1, longest − 1) for each unit;    b_i = −b_f;    all others 0

    A gate σ(ln u) = u / (1 + u) = 1 − 1/(1 + u) forgets a share 1/(1 + u) at each step: the unit's
    memory lasts about u steps.

    Args:
        hidden_size: H.
        longest: the number of steps that dependencies may span, above 2.
        rng: numpy.random.Generator.
        dtype: float32 or float64.

    Returns:
        (4H,) array in the order i, f, g, o.

    Raises:
        TypeError, ValueError: an argument is not as stated.

    Source: Tallec and Ollivier 2018, Section 2 (their T_max is `longest`).
    """
    check_sizes(rng, dtype, hidden_size=hidden_size)
    if not longest > 2:
        raise ValueError(f"longest must be above 2, got {longest}")
    forget = np.log(rng.uniform(1, longest - 1, hidden_size))
    rest = np.zeros(2 * hidden_size)
    return np.concatenate([-forget, forget, rest]).astype(dtype)
