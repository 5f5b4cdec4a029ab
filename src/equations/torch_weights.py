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
    weight_ih, weight_hh, bias_ih, bias_hh = _arrays(module, mode)
    return {"weight_ih": weight_ih, "weight_hh": weight_hh, "bias": bias_ih + bias_hh}


def one_gru_layer(module):
    """The weights of a torch.nn.GRU with one layer and one direction.

    The biases of the two gates fold. The candidate's do not: PyTorch multiplies the recurrent
    one by the reset gate.

    Args:
        module: the torch module.

    Returns:
        Dict of weight_ih, weight_hh, bias and bias_reset (H,), copies in the module's own dtype
        and with the update gate in PyTorch's direction.

    Raises:
        TypeError: the module is no torch.nn.GRU.
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


def _arrays(module, mode):
    """Copies of weight_ih, weight_hh, bias_ih and bias_hh; the biases are zero if there are none.

    Raises:
        TypeError, ValueError: as above.
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

    weight_ih, weight_hh = array("weight_ih_l0"), array("weight_hh_l0")
    if module.bias:
        return weight_ih, weight_hh, array("bias_ih_l0"), array("bias_hh_l0")
    return weight_ih, weight_hh, np.zeros_like(weight_hh[:, 0]), np.zeros_like(weight_hh[:, 0])
