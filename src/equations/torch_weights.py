"""Read the weights of a PyTorch layer, without importing torch."""

from typing import Any

import numpy as np

RECURRENT = "torch.nn.modules.rnn"  # where PyTorch defines its recurrent layers


def one_layer(module: Any, kind: str) -> dict[str, np.ndarray]:
    """The weights of a torch.nn.RNN or torch.nn.LSTM with one layer and one direction.

    PyTorch keeps two biases for each gate and only ever uses their sum, so the sum is all
    that these equations need: bias = bias_ih + bias_hh, exact up to one rounding.

    Args:
        module: the torch module.
        kind: "RNN" or "LSTM".

    Returns:
        Dict of weight_ih, weight_hh and bias, copies in the module's own dtype; the bias is
        zero where the module has none.

    Raises:
        TypeError: the module is not of this kind, or neither float32 nor float64.
        ValueError: more than one layer, two directions, a projection, or a relu in a tanh's place.
    """
    weight_ih, weight_hh, bias_ih, bias_hh = _arrays(module, kind)
    return {"weight_ih": weight_ih, "weight_hh": weight_hh, "bias": bias_ih + bias_hh}


def one_gru_layer(module: Any) -> dict[str, np.ndarray]:
    """The weights of a torch.nn.GRU with one layer and one direction.

    The biases of the two gates fold. The candidate's do not: PyTorch multiplies the recurrent
    one by the reset gate.

    Args:
        module: the torch module.

    Returns:
        Dict of weight_ih, weight_hh, bias and bias_reset (H,), copies in the module's own dtype
        and with the update gate in PyTorch's direction.

    Raises:
        TypeError: the module is no torch.nn.GRU, or neither float32 nor float64.
        ValueError: more than one layer, or two directions.
    """
    weight_ih, weight_hh, bias, bias_hh = _arrays(module, "GRU")
    gates = 2 * weight_hh.shape[1]
    bias[:gates] += bias_hh[:gates]
    return {
        "weight_ih": weight_ih,
        "weight_hh": weight_hh,
        "bias": bias,
        "bias_reset": bias_hh[gates:].copy(),
    }


def _arrays(module: Any, kind: str) -> tuple[np.ndarray, ...]:
    """Copies of weight_ih, weight_hh, bias_ih and bias_hh; the biases are zero if there are none.

    Raises:
        TypeError, ValueError: as above.
    """
    classes = [(c.__module__, c.__name__) for c in type(module).__mro__]
    if (RECURRENT, kind) not in classes:
        came = f"{type(module).__module__}.{type(module).__name__}"
        raise TypeError(f"module must be a torch.nn.{kind}, got {came.removeprefix('builtins.')}")
    wanted: dict[str, object] = {"num_layers": 1, "bidirectional": False, "proj_size": 0}
    if kind == "RNN":
        wanted["nonlinearity"] = "tanh"
    for name, value in wanted.items():
        if getattr(module, name) != value:
            raise ValueError(f"module must have {name}={value}, got {getattr(module, name)}")

    def array(name: str) -> np.ndarray:
        tensor = getattr(module, name).detach()
        if str(tensor.dtype) not in ("torch.float32", "torch.float64"):
            raise TypeError(f"module must have dtype float32 or float64, got {tensor.dtype}")
        if tensor.device.type == "meta":
            raise ValueError("module must hold numbers, but it lies on the device meta")
        return tensor.cpu().numpy().copy()

    weight_ih, weight_hh = array("weight_ih_l0"), array("weight_hh_l0")
    if module.bias:
        return weight_ih, weight_hh, array("bias_ih_l0"), array("bias_hh_l0")
    return weight_ih, weight_hh, np.zeros_like(weight_hh[:, 0]), np.zeros_like(weight_hh[:, 0])
