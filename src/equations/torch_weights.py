"""Read the weights of a PyTorch layer, without importing torch."""

import numpy as np


def one_layer(module, mode):
    """The weights of a torch.nn.RNN or torch.nn.LSTM with one layer and one direction.

    PyTorch keeps two biases for each gate and only ever uses their sum, so the sum is all
    that these equations need: bias = bias_ih + bias_hh, exact up to one rounding.

    Args:
        module: the torch module.
        mode: what PyTorch calls it: "RNN_TANH" or "LSTM".

    Returns:
        Dict of weight_ih, weight_hh and bias, copies in the module's own dtype; the bias is
        zero where the module has none.

    Raises:
        TypeError: the module is not of this kind.
        ValueError: more than one layer, two directions, or a projection.
    """
    if getattr(module, "mode", None) != mode:
        raise TypeError(
            f"module must be a torch.nn module of mode {mode}, "
            f"got {getattr(module, 'mode', type(module).__name__)}"
        )
    for name, wanted in [("num_layers", 1), ("bidirectional", False), ("proj_size", 0)]:
        if getattr(module, name) != wanted:
            raise ValueError(f"module must have {name}={wanted}, got {getattr(module, name)}")

    def array(name):
        return getattr(module, name).detach().cpu().numpy().copy()

    weights = {"weight_ih": array("weight_ih_l0"), "weight_hh": array("weight_hh_l0")}
    if module.bias:
        weights["bias"] = array("bias_ih_l0") + array("bias_hh_l0")
    else:
        weights["bias"] = np.zeros_like(weights["weight_hh"][:, 0])
    return weights
