"""The picture that stands beside a link to the book elsewhere: book/_static/social.png.

Drawn by a browser from the logo and the first page's words. After a change of either:
`.venv/bin/python -m tools.website.social`.
"""

import io
import shutil

from PIL import Image
from playwright.sync_api import sync_playwright

from tools.book import ROOT

STATIC = ROOT / "book" / "_static"
SIZE = (1200, 630)  # what the sites that show such pictures ask for
# A word of the first page: its syllables, and how high their stress stands.
WORDS = (
    (("pho", 2), ("to", 0), ("graph", 1)),
    (("pho", 0), ("tog", 2), ("ra", 0), ("pher", 0)),
    (("pho", 1), ("to", 0), ("graph", 2), ("ic", 0)),
)
HEIGHTS = (12, 62, 124)
COLORS = ("#35536f", "#7cc0f0", "#ffb454")
PAGE = """<style>
body {{ margin: 0; width: 1200px; height: 630px; box-sizing: border-box; padding: 72px 84px 0;
  background: #0b2239; color: #fff; font-family: "DejaVu Sans", sans-serif; }}
header {{ display: flex; gap: 44px; align-items: center; }}
svg {{ width: 168px; flex: none; }}
h1 {{ margin: 0; font-size: 68px; line-height: 1.12; letter-spacing: -0.02em; }}
p {{ margin: 34px 0 0; font-size: 29px; line-height: 1.45; color: #c9d9e8; }}
div {{ display: flex; justify-content: space-between; margin-top: 44px; }}
span {{ display: flex; gap: 7px; align-items: flex-end; }}
i {{ display: grid; gap: 10px; justify-items: center; font-style: normal; font-size: 38px; }}
i::before {{ content: ""; width: 100%; height: var(--high); border-radius: 5px;
  background: var(--tone); }}
</style><header>{logo}<h1>Gated Recurrent<br>Networks</h1></header>
<p>RNN, LSTM and GRU: every equation runs, every number is measured.</p>
<div>{words}</div>"""


def page() -> str:
    """The picture as HTML."""
    syllable = '<i style="--high:{}px;--tone:{}">{}</i>'
    words = "".join(
        "<span>"
        + "".join(syllable.format(HEIGHTS[high], COLORS[high], text) for text, high in word)
        + "</span>"
        for word in WORDS
    )
    return PAGE.format(logo=(STATIC / "logo.svg").read_text(encoding="utf-8"), words=words)


def main() -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        tab = browser.new_page(viewport={"width": SIZE[0], "height": SIZE[1]})
        tab.set_content(page())
        drawn = Image.open(io.BytesIO(tab.screenshot())).convert("RGB")
        browser.close()
    drawn.quantize(64).save(STATIC / "social.png", optimize=True)


if __name__ == "__main__":
    main()
