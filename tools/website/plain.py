"""The text of the book in plain letters, where no formula can be drawn."""

import re

from docutils import nodes
from sphinx import addnodes

# What says nothing in words, or nothing outside of its place.
LEFT_OUT = (nodes.Invisible, nodes.raw, nodes.image, nodes.math_block, nodes.citation)
CITED = re.compile(r"([a-z]+)(\d{4})")  # a key of references.bib
SIGNS = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "eta": "η", "theta":
    "θ", "lambda": "λ", "mu": "μ", "pi": "π", "rho": "ρ", "sigma": "σ", "tau": "τ", "phi": "φ",
    "partial": "∂", "odot": "⊙", "times": "×", "cdot": "·", "to": "→", "le": "≤", "ge": "≥",
    "approx": "≈", "ldots": "…", "dots": "…", "sum": "∑", "prod": "∏", "sqrt": "√", "in": "∈",
}  # fmt: skip


def plain(node: nodes.Node) -> str:
    """The text of a node with its formulas as far as letters can write them."""
    if isinstance(node, LEFT_OUT):
        return ""
    if isinstance(node, addnodes.pending_xref) and node.get("refdomain") == "cite":
        return CITED.sub(lambda match: f"{match[1].title()} {match[2]}", node.astext())
    if isinstance(node, nodes.math):
        return written(node.astext())
    if isinstance(node, nodes.Text):
        return node.astext()
    between = "" if isinstance(node, nodes.TextElement) else " "
    return between.join(map(plain, node.children)) + between


def written(tex: str) -> str:
    r"""A formula in letters: `C_{t-1}` for C_{t-1}, σ for \sigma; "…" for what has a form."""
    tex = re.sub(r"\\(?:mathbf|mathrm|text|mathcal|operatorname)\{([^{}]*)\}", r"\1", tex)
    tex = re.sub(r"\\(tilde|hat|bar|boldsymbol)\s*", "", tex)
    tex = re.sub(r"\\([A-Za-z]+)", lambda match: SIGNS.get(match[1], match[0]), tex)
    tex = re.sub(r"\\[,;! ]", " ", tex)
    return "…" if "\\" in tex else tex.replace("{", "").replace("}", "").replace("-", "−")
