"""Live figures on pages without code, and phrases of the text that set a figure.

A notebook's figure is the widget that a cell shows. A page in Markdown gets one by the directive
`live-figure`, which writes what MyST-NB writes for a widget; book/_assets/widgets.js brings both to
life. The role `set` makes a phrase press a figure's buttons:

    {set}`the same ten letters <word=photographic&other=photographer>`

sets the traits `word` and `other` of the page's figures. On paper and without scripts the phrase is
plain text.
"""

import html
import json
from collections.abc import Callable
from pathlib import Path

from anywidget import AnyWidget
from docutils import nodes
from sphinx.util.docutils import ReferenceRole, SphinxDirective

from src.figures.word_reader import WordReader
from src.models.reader import load_reader
from src.tasks.stress import load_stress

FIGURES: dict[str, Callable[[], AnyWidget]] = {
    "word-reader": lambda: WordReader(
        *load_reader("lstm"), load_stress().patterns, word="photographic", other="photographer"
    ),
}
WIDGETS = "application/vnd.jupyter.widget"
# What Jupyter keeps beside the traits of a figure; `_esm` and `_css` are kept too.
JUPYTERS = {"layout", "tabbable", "tooltip", "comm"}


def state(figure: AnyWidget) -> dict:
    """A widget's traits, its front end and its style sheet."""
    traits = {
        name: value
        for name, value in figure.get_state().items()
        if not name.startswith("_") and name not in JUPYTERS
    }
    return traits | {name: _text(getattr(figure, name)) for name in ("_esm", "_css")}


def _text(source: object) -> str:
    return source.read_text(encoding="utf-8") if isinstance(source, Path) else str(source)


class LiveFigure(SphinxDirective):
    """```{live-figure} NAME: one of FIGURES. The content is for readers without scripts."""

    required_arguments = 1
    has_content = True

    def run(self) -> list[nodes.Node]:
        name = self.arguments[0]
        if name not in FIGURES:
            raise self.error(f"no live figure {name!r}: there are {', '.join(FIGURES)}")
        saved = json.dumps({"state": {name: {"state": state(FIGURES[name]())}}})
        scripts = {"state": saved.replace("</", "<\\/"), "view": json.dumps({"model_id": name})}
        text = html.escape(" ".join(self.content))
        page = f'<div class="live-figure"><noscript><p>{text}</p></noscript>' + "".join(
            f'<script type="{WIDGETS}-{kind}+json">{content}</script>'
            for kind, content in scripts.items()
        )
        return [nodes.raw("", f"{page}</div>", format="html")]


class Set(ReferenceRole):
    """{set}`phrase <trait=value&...>`"""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        sets = html.escape(self.target, quote=True)
        button = f'<button type="button" class="set" data-set="{sets}" disabled>'
        phrase = [
            nodes.raw("", button, format="html"),
            nodes.inline("", self.title),
            nodes.raw("", "</button>", format="html"),
        ]
        return phrase, []
