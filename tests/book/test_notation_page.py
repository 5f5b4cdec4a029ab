"""The facts of book/front/notation.md, each held against PyTorch; and its symbols, all of them."""

import re

import pytest
import torch
from torch import nn

from tools.book import BEHIND, ROOT, chapters
from tools.measure import chapter_name, main_text
from tools.normalise import read

B, T, D, H = 3, 5, 4, 6


def parameters_of_the_page(gates, layers, directions, biases):
    N, G, L, beta = directions, gates, layers, biases
    return N * G * H * ((D + H + beta) + (L - 1) * (N * H + H + beta))


@pytest.mark.parametrize(("kind", "gates"), [(nn.RNN, 1), (nn.GRU, 3), (nn.LSTM, 4)])
@pytest.mark.parametrize("layers", [1, 3])
@pytest.mark.parametrize("directions", [1, 2])
def test_parameter_counts(kind, gates, layers, directions):
    module = kind(D, H, layers, bidirectional=directions == 2)
    count = sum(parameter.numel() for parameter in module.parameters())
    assert count == parameters_of_the_page(gates, layers, directions, biases=2)
    assert module.weight_ih_l0.shape == (gates * H, D)
    assert module.weight_hh_l0.shape == (gates * H, H)


def test_what_lstm_returns():
    L, N = 2, 2
    lstm = nn.LSTM(D, H, L, batch_first=True, bidirectional=True)
    assert lstm.weight_ih_l1.shape == (4 * H, N * H)
    output, (h_n, c_n) = lstm(torch.randn(B, T, D))
    assert output.shape == (B, T, N * H)
    assert h_n.shape == c_n.shape == (L * N, B, H)
    torch.testing.assert_close(h_n[1 * N + 0], output[:, -1, :H])
    torch.testing.assert_close(h_n[1 * N + 1], output[:, 0, H:])


def two_matrices(module, k):
    """W and b of block k of a layer, as the equations multiply W with [h, x]."""
    rows = slice(k * H, (k + 1) * H)
    W = torch.cat([module.weight_hh_l0[rows], module.weight_ih_l0[rows]], dim=1)
    return W, module.bias_ih_l0[rows] + module.bias_hh_l0[rows]


def test_the_lstms_blocks():
    lstm = nn.LSTM(D, H).double()
    x, h, c = (torch.randn(1, n, dtype=torch.float64) for n in (D, H, H))
    hx = torch.cat([h, x], dim=1)
    a_i, a_f, a_c, a_o = (hx @ W.T + b for W, b in (two_matrices(lstm, k) for k in range(4)))
    cell = a_f.sigmoid() * c + a_i.sigmoid() * a_c.tanh()
    _, (h_n, c_n) = lstm(x[None], (h[None], c[None]))
    torch.testing.assert_close(c_n[0], cell)
    torch.testing.assert_close(h_n[0], a_o.sigmoid() * cell.tanh())


def test_the_grus_blocks_its_reset_and_its_direction():
    gru = nn.GRU(D, H).double()
    x, h = (torch.randn(1, n, dtype=torch.float64) for n in (D, H))
    hx = torch.cat([h, x], dim=1)
    (W_r, b_r), (W_z, b_z) = two_matrices(gru, 0), two_matrices(gru, 1)
    r = (hx @ W_r.T + b_r).sigmoid()
    z = (-(hx @ W_z.T + b_z)).sigmoid()  # Chung's z: the other sign of weights and bias
    n = slice(2 * H, 3 * H)
    recurrent = h @ gru.weight_hh_l0[n].T + gru.bias_hh_l0[n]
    candidate = (r * recurrent + x @ gru.weight_ih_l0[n].T + gru.bias_ih_l0[n]).tanh()
    torch.testing.assert_close(gru(x[None], h[None])[1][0], (1 - z) * h + z * candidate)


# Every letter of a displayed equation stands on the page.

GREEK = (
    *("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "kappa", "lambda"),
    *("mu", "nu", "xi", "rho", "sigma", "tau", "phi", "chi", "psi", "omega", "ell", "imath"),
)
# A command, or a single letter, with the accent before it.
SYMBOL = re.compile(
    r"(?:\\(?P<accent>bar|tilde|hat|mathcal|mathbb|overrightarrow|overleftarrow)\s*\{?\s*)?"
    r"(?P<letter>\\[a-zA-Z]+|[A-Za-z])"
)
WORDS = re.compile(r"\\(?:text|texttt|textbf|operatorname|mathrm|begin|end)\*?\{[^{}]*\}")
DISPLAYED = re.compile(r"\$\$(.+?)\$\$", re.DOTALL)
INLINE = re.compile(r"(?<!\$)\$([^$]+)\$(?!\$)")
UNNAMED = {"e", "d"}  # the number e and the d of a derivative need no row


def symbols(mathematics: str) -> set[str]:
    """Letters with their accents, without their indices and exponents."""
    bare = WORDS.sub(" ", mathematics)
    before = None
    while bare != before:
        before, bare = bare, re.sub(r"[_^]\s*(?:\{[^{}]*\}|\\[a-zA-Z]+|[^\s\\])", " ", bare)
    found = {
        f"{mark['accent'] or ''} {mark['letter']}".strip()
        for mark in SYMBOL.finditer(bare)
        if len(mark["letter"]) == 1 or mark["letter"][1:] in GREEK
    }
    return found - UNNAMED


def on_the_page() -> set[str]:
    page = (ROOT / "book" / "front" / "notation.md").read_text(encoding="utf-8")
    return symbols(" ; ".join([*DISPLAYED.findall(page), *INLINE.findall(page)]))


@pytest.mark.parametrize(
    ("mathematics", "found"),
    [
        (r"\bar h_t = W_h^\top \delta_{t+1}", {"bar h", "W", r"\delta"}),
        (r"\frac{d \mathcal L}{d \tilde C_{t-1}}", {"mathcal L", "tilde C"}),
        (r"\hat{y}_t \;\text{is there}\; \operatorname{diag}(\sigma_{\max})", {"hat y", r"\sigma"}),
        (r"\begin{aligned} \ln q &= k \end{aligned}", {"q", "k"}),
    ],
)
def test_symbols_of_an_equation(mathematics, found):
    assert symbols(mathematics) == found


@pytest.mark.parametrize(
    "path",
    [path for path in chapters() if path.parent.name != BEHIND],
    ids=chapter_name,
)
def test_every_symbol_of_a_chapter_stands_on_the_page(path):
    notebook = read(path)
    written = "\n\n".join(
        cell.source for cell in main_text(notebook) if cell.cell_type == "markdown"
    )
    used = symbols(" ; ".join(DISPLAYED.findall(written)))
    missing = sorted(used - on_the_page())
    assert not missing, f"add to book/front/notation.md, or use a symbol that is there: {missing}"


def test_a_symbol_that_is_missing_would_be_seen():
    assert r"\xi" not in on_the_page()
    assert {"bar h", "bar C", "hat y", "W", r"\rho"} <= on_the_page()
