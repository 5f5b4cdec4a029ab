"""What follows from the repository's address, which stands in one place: _config.yml.

With `repository` there, each page has links to edit it and to report an issue, each notebook a
button for Binder, and "Run it" a line that clones. Without it no page names an address.
"""

from pathlib import Path

import yaml
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util.docutils import SphinxDirective

BUTTONS = ("use_repository_button", "use_issues_button", "use_edit_page_button")
BINDER = {"binderhub_url": "https://mybinder.org", "notebook_interface": "jupyterlab"}


def address(root: Path) -> str:
    """The address that _config.yml gives, without a slash at its end; "" if it gives none.

    root: the folder of _config.yml.
    """
    config = yaml.safe_load((root / "_config.yml").read_text(encoding="utf-8"))
    return (config.get("repository") or {}).get("url", "").rstrip("/")


def add_buttons(app: Sphinx, config: Config) -> None:
    """Ask the theme for its links to the repository, where there is one (an event of Sphinx)."""
    if address(Path(app.confdir)):
        config.html_theme_options |= dict.fromkeys(BUTTONS, True) | {"launch_buttons": BINDER}


class Clone(SphinxDirective):
    """```{clone}: the command that gets the book, where its address is known; else nothing."""

    def run(self) -> list[nodes.Node]:
        known = address(Path(self.env.app.confdir))
        command = f"git clone {known} book && cd book"
        return [nodes.literal_block(command, command, language="bash")] if known else []
