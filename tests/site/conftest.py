"""The built website: its pages read from the files, and served to a browser."""

import functools
import gzip
import http.server
import os
import re
import shutil
import threading
from html.parser import HTMLParser
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from tools.book import ROOT, pages

SITE = ROOT / "_build" / "html"
SOURCES = [ROOT / "_config.yml", ROOT / "_toc.yml"]
SOURCES += [one for one in (ROOT / "book").rglob("*.*") if ".ipynb_checkpoints" not in one.parts]
PAGES = [page.relative_to(ROOT).with_suffix(".html").as_posix() for page in pages()]

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
# Nothing that the browser does by itself may count as a request of the page.
QUIET_BROWSER = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


class Page(HTMLParser):
    """One HTML file: its text, its tags with their attributes, its ids."""

    def __init__(self, html: str):
        super().__init__()
        self.text, self.tags, self.ids = "", [], set()
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        attributes = {name: value or "" for name, value in attributes}
        self.tags.append((tag, attributes))
        self.ids |= {attributes[name] for name in ("id", "name") if name in attributes}

    def handle_data(self, data):
        self.text += data


@functools.cache
def read_page(path: Path) -> Page:
    return Page(path.read_text(encoding="utf-8"))


def pytest_generate_tests(metafunc):
    """A test that asks for `page` runs for every page of the table of contents."""
    if "page" in metafunc.fixturenames:
        metafunc.parametrize("page", PAGES)


@pytest.fixture(scope="session", autouse=True)
def site() -> Path:
    """The folder of the built website, which is newer than all that it is built from."""
    built = [SITE / page for page in PAGES if (SITE / page).exists()]
    if not built:
        pytest.exit("There is no website in _build/html: run `make site` first.", returncode=1)
    oldest = min(page.stat().st_mtime for page in built)
    newer = [str(s.relative_to(ROOT)) for s in SOURCES if s.stat().st_mtime > oldest]
    if newer:
        pytest.exit(f"The website is older than {newer}: run `make site` first.", returncode=1)
    return SITE


@pytest.fixture(scope="session")
def read():
    """The function that parses a page of the site, once."""
    return read_page


class StaticHost(http.server.SimpleHTTPRequestHandler):
    """Answers as the hosts of static sites do: compressed, cacheable, and with 404.html."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        file, status = Path(self.translate_path(self.path)), 200
        if file.is_dir():
            file /= "index.html"
        if not file.is_file():
            file, status = Path(self.directory) / "404.html", 404
        kind, content = self.guess_type(file), file.read_bytes()
        self.send_response(status)
        if kind.startswith("text/") or re.search("javascript|json|xml", kind):
            content = gzip.compress(content)
            self.send_header("Content-Encoding", "gzip")
            kind += "; charset=utf-8"
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Cache-Control", "public, max-age=31536000")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *arguments):
        pass


@pytest.fixture(scope="session")
def address(site):
    """The site's address on this machine, while the tests run."""
    handler = functools.partial(StaticHost, directory=site)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture(scope="session")
def browser_path() -> str:
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        missing = f"none of {', '.join(BROWSERS)} is installed"
        pytest.fail(missing) if os.environ.get("CI") else pytest.skip(missing)
    return path


@pytest.fixture(scope="session")
def browser(browser_path):
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=QUIET_BROWSER)
        yield browser
        browser.close()
