"""The networks of the papers of 1997 and 2000, counted: do we mean the same architecture?

A paper's weight count is the check that an architecture was understood. A network of Hochreiter &
Schmidhuber (1997), Section 5, has input units, one hidden layer of memory blocks, and output units:

* a block of s cells shares one input gate and one output gate (there is no forget gate yet);
* every cell and every gate reads all inputs, and all cells *and gates* of the step before;
* the output units read the cells only.
"""


def count_weights(
    inputs: int, outputs: int, blocks: int, cells_per_block: int, *, only_gates_biased: bool
) -> int:
    """Count the weights of a 1997 network.

    With n_c = blocks · cells_per_block cells, n_g = 2 · blocks gates and n_h = n_c + n_g hidden
    units, the count is ::

        n_h · inputs  +  n_h · n_h  +  outputs · n_c  +  biases

    where the biases are n_g if only the gates have one (embedded Reber, Section 5.1) and
    n_h + outputs if all units but the inputs have one (adding problem, Section 5.4).

    >>> count_weights(7, 7, 4, 1, only_gates_biased=True)    # embedded Reber, 4 blocks of 1
    264
    >>> count_weights(7, 7, 3, 2, only_gates_biased=True)    # embedded Reber, 3 blocks of 2
    276
    >>> count_weights(2, 1, 2, 2, only_gates_biased=False)   # the adding problem
    93
    """
    cells, gates = blocks * cells_per_block, 2 * blocks
    hidden = cells + gates
    biases = gates if only_gates_biased else hidden + outputs
    return hidden * inputs + hidden * hidden + outputs * cells + biases


def count_weights_2000(
    inputs: int, outputs: int, blocks: int, cells_per_block: int, *, gates: int
) -> int:
    """Count the weights of a network as Gers, Schmidhuber & Cummins (2000) connected it.

    It differs from the networks of 1997 in what reads what: gates do not feed back, the outputs
    read the inputs too, and the gates and the outputs have a bias, the cells none. With n_c cells
    and n_g = gates · blocks gates (3 to a block with the forget gate, 2 without) the count is ::

        n_c (inputs + n_c)  +  n_g (inputs + n_c + 1)  +  outputs (inputs + n_c + 1)

    >>> count_weights_2000(7, 7, 4, 2, gates=3)    # continual embedded Reber
    424
    """
    cells = blocks * cells_per_block
    seen = inputs + cells
    return cells * seen + (gates * blocks + outputs) * (seen + 1)
