"""The website as the workflow publishes it: with a button that opens each notebook on Binder."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tools.book import ROOT, chapters

WORKFLOW = ROOT / ".github" / "workflows" / "publish.yml"
ADDED = re.compile(r"cat >> _config\.yml <<END\n(.*?)\n\s*END\n", re.DOTALL)
VALUES = {
    "github.server_url": "https://github.com",
    "github.repository": "someone/book",
    "github.ref_name": "main",
}
NOT_COPIED = shutil.ignore_patterns(".git", ".venv", "_build", "node_modules", "class", "results")
LOADED = re.compile(r'<(?:script|img|iframe|link)\b[^>]*?(?:src|href)="(https?://[^"]+)"')
ONLY_NAMED = re.compile(r'<link rel="canonical"[^>]*>')


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """The folder of the site, built with what the workflow adds to _config.yml."""
    copy = tmp_path_factory.mktemp("published") / "book"
    shutil.copytree(ROOT, copy, ignore=NOT_COPIED)
    (lines,) = ADDED.findall(WORKFLOW.read_text(encoding="utf-8"))
    settings = re.sub(r"\$\{\{ (.*?) \}\}", lambda match: VALUES[match[1]], lines)
    indent = re.search(r"\S", settings.splitlines()[1]).start()
    with (copy / "_config.yml").open("a", encoding="utf-8") as config:
        config.writelines(line[indent:] + "\n" for line in settings.splitlines())
    build = [Path(sys.executable).with_name("jupyter-book"), "build", ".", "--all", "--quiet"]
    environment = os.environ | {"SITE_URL": "https://someone.github.io/book/"}
    subprocess.run(build, cwd=copy, env=environment, check=True)
    return copy / "_build" / "html"


@pytest.mark.parametrize("chapter", chapters(), ids=lambda path: path.stem)
def test_a_button_opens_the_notebook_on_binder(published, chapter):
    notebook = chapter.relative_to(ROOT)
    page = (published / notebook.with_suffix(".html")).read_text(encoding="utf-8")
    path = f"v2/gh/someone/book/main?urlpath=lab/tree/{notebook.as_posix()}"
    assert f'href="https://mybinder.org/{path}"' in page
    assert LOADED.findall(ONLY_NAMED.sub("", page)) == []
