"""What is measured: one forward and one backward pass, by each implementation.

A contender is a function of a `torch.nn` module (which lends its weights), inputs x (B, T, D) and
upstream gradients d_outputs (B, T, H). It prepares what a training loop would prepare once, and
returns a function without arguments that does the rest: the gradients with respect to the inputs
and to all parameters, from a zero state. That function returns ∂L/∂x as an array.
"""

import numpy as np
import torch

import src.equations
import src.equations.fast
import src.modules
from src.equations.fast.layout import CHUNK


def torch_nn(module, x, d_outputs):
    """PyTorch's own layer: the reference."""
    inputs, upstream = torch.from_numpy(x).requires_grad_(), torch.from_numpy(d_outputs)

    def run():
        module.zero_grad()
        inputs.grad = None
        module(inputs)[0].backward(upstream)
        return inputs.grad.numpy()

    return run


def src_equations(module, x, d_outputs):
    """The NumPy layers of this book as one reads them: a line an equation."""
    return of_layer(getattr(src.equations, type(module).__name__).from_torch(module), x, d_outputs)


def src_equations_fast(module, x, d_outputs):
    """Their twins, arranged for speed."""
    layer_class = getattr(src.equations.fast, f"Fast{type(module).__name__}")
    return of_layer(layer_class.from_torch(module), x, d_outputs)


def of_layer(layer, x, d_outputs):
    def run():
        *_, tape = layer.forward(x)
        return layer.backward(tape, d_outputs).x

    return run


def src_modules(module, x, d_outputs):
    """The PyTorch layers of this book: a loop over time, differentiated by autograd."""
    layer = getattr(src.modules, type(module).__name__)(module.input_size, module.hidden_size)
    layer.to(module.weight_hh_l0.dtype).load_state_dict(module.state_dict())
    return torch_nn(layer, x, d_outputs)


def lstm_products(module, x, d_outputs):
    """Only the matrix products of FastLSTM, on numbers that never change.

    Not a layer but the floor under one: what is left if all else cost nothing. Returns None.
    """
    (B, T, D), H = x.shape, module.hidden_size
    draw = drawing(x.dtype)
    W, W_transposed = draw(4 * H, H + D + 1), draw(H + D, 4 * H)
    column, delta = draw(H + D + 1, B), draw(4 * H, B)
    columns, deltas = draw(H + D + 1, CHUNK * B), draw(4 * H, CHUNK * B)
    gates, d_column = np.empty_like(delta), draw(H + D, B)

    def run():
        for t in range(T):
            np.matmul(W, column, out=gates)
            np.matmul(W_transposed, delta, out=d_column)
            if t % CHUNK == 0:
                deltas @ columns.T

    return run


def gru_products(module, x, d_outputs):
    """The same for FastGRU with the reset after the product, which is PyTorch's."""
    (B, T, D), H = x.shape, module.hidden_size
    draw = drawing(x.dtype)
    W, W_transposed, W_hn = draw(2 * H, H + D + 1), draw(H + D, 2 * H), draw(H, H)
    column, delta, h = draw(H + D + 1, B), draw(2 * H, B), draw(H, B)
    columns, deltas = draw(H + D + 1, CHUNK * B), draw(3 * H, CHUNK * B)
    W_candidate, W_candidate_transposed = draw(H, D + 1), draw(D, H)
    x_columns, deltas_n = draw(T, D + 1, B), draw(T, H, B)
    gates, d_column, product = np.empty_like(delta), draw(H + D, B), draw(H, B)

    def run():
        W_candidate @ x_columns
        for t in range(T):
            np.matmul(W, column, out=gates)
            np.matmul(W_hn, h, out=product)
            np.matmul(W_hn, h, out=product)
            np.matmul(W_transposed, delta, out=d_column)
            if t % CHUNK == 0:
                deltas[: 2 * H] @ columns.T
                deltas[2 * H :] @ columns[H:].T
                deltas[2 * H :] @ columns[:H].T
        W_candidate_transposed @ deltas_n

    return run


def drawing(dtype):
    """A function that draws an array of a shape."""
    rng = np.random.default_rng(0)
    return lambda *shape: rng.standard_normal(shape, dtype)


# For each layer of torch.nn, by the names that the tables print; the first is the reference.
CONTENDERS = {
    "LSTM": {
        "torch.nn": torch_nn,
        "src.equations": src_equations,
        "src.equations.fast": src_equations_fast,
        "src.modules": src_modules,
        "products alone": lstm_products,
    },
    "GRU": {
        "torch.nn": torch_nn,
        "src.equations": src_equations,
        "src.equations.fast": src_equations_fast,
        "src.modules": src_modules,
        "products alone": gru_products,
    },
    "RNN": {
        "torch.nn": torch_nn,
        "src.equations": src_equations,
        "src.modules": src_modules,
    },
}


def prepare(kind, shape, dtype):
    """The contenders of one layer, all with the same weights and data.

    Args:
        kind: "LSTM", "RNN" or "GRU".
        shape: (T, B, D, H).
        dtype: "float32" or "float64".

    Returns:
        Dict of functions without arguments, in the order of CONTENDERS.
    """
    T, B, D, H = shape
    rng = np.random.default_rng(0)
    x, d_outputs = (rng.standard_normal((B, T, size), dtype) for size in (D, H))
    module = getattr(torch.nn, kind)(D, H, batch_first=True, dtype=getattr(torch, dtype))
    with torch.no_grad():
        for p in module.parameters():
            p.copy_(torch.from_numpy(rng.uniform(-1, 1, p.shape) / np.sqrt(H)))
    return {name: build(module, x, d_outputs) for name, build in CONTENDERS[kind].items()}
