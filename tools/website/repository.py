"""What follows from the repository's address, which stands in one place: _config.yml.

With `repository` there, each page has links to edit it and to report an issue, each notebook a
button for Binder, and "Run it" a line that clones. On GitHub each notebook has a button for Colab
too: Colab opens what lies in a repository, so the workflow that publishes the site keeps the
notebooks as the site offers them, with their first cell, in the branch NOTEBOOKS. Without an
address no page names one.
"""

from pathlib import Path

import yaml
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util.docutils import SphinxDirective

BUTTONS = ("use_repository_button", "use_issues_button", "use_edit_page_button")
NOTEBOOKS = "notebooks"
COLAB = "https://colab.research.google.com/github/"
GITHUB = "https://github.com/"
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


def add_colab(
    app: Sphinx, pagename: str, templatename: str, context: dict, doctree: object
) -> None:
    """Give a notebook's page a button for Colab beside that for Binder (an event of Sphinx)."""
    link = colab(address(Path(app.confdir)), context.get("sourcename", ""))
    for group in context.get("header_buttons", []):
        if link and group.get("label") == "launch-buttons":
            group["buttons"].append(
                {"type": "link", "text": "Colab", "tooltip": "Open in Colab", "url": link}
            )


def colab(repository: str, source: str) -> str:
    """Where Colab opens a notebook of the site; "" for another page, or another host than GitHub.

    repository: its address. source: the notebook's path from the root.
    """
    if not (repository.startswith(GITHUB) and source.endswith(".ipynb")):
        return ""
    return f"{COLAB}{repository.removeprefix(GITHUB)}/blob/{NOTEBOOKS}/{source}"


class Clone(SphinxDirective):
    """```{clone}: the command that gets the book, where its address is known; else nothing."""

    def run(self) -> list[nodes.Node]:
        known = address(Path(self.env.app.confdir))
        command = f"git clone {known} book && cd book"
        return [nodes.literal_block(command, command, language="bash")] if known else []
