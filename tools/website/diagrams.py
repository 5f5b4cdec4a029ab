"""The page's typeface inside each diagram: a picture cannot use that of the page around it."""

import base64
import html
import io
import re
from functools import cache

from fontTools import subset
from fontTools.ttLib import TTFont

from src.figures.style import FONTS

FAMILY = "Book Sans"
FONT_FAMILY = re.compile(r'font-family="([^"]*)"')
TAG = re.compile(r"<[^>]+>")


def with_font(svg: str) -> str:
    """The drawing with the letters that it writes, in upright, bold and italic as it uses them."""
    if not FONT_FAMILY.search(svg):
        return svg
    letters = "".join(sorted(set(html.unescape(TAG.sub("", svg)))))
    faces = [_face("normal", "normal", letters)]
    if 'font-weight="bold"' in svg:
        faces.append(_face("bold", "normal", letters))
    if 'font-style="italic"' in svg:
        faces.append(_face("normal", "italic", letters))
    svg = FONT_FAMILY.sub(rf'font-family="{FAMILY}, \1"', svg)
    end = re.search(r"<svg\b[^>]*>", svg).end()
    return f"{svg[:end]}<style>{''.join(faces)}</style>{svg[end:]}"


@cache
def _face(weight: str, style: str, letters: str) -> str:
    name = "italic" if style == "italic" else "bold" if weight == "bold" else "regular"
    font = TTFont(FONTS / f"book-sans-{name}.ttf")  # the page itself has book/_static/fonts
    options = subset.Options(layout_features=["mark"], hinting=False, name_IDs=[0, 13])
    options.flavor = font.flavor = "woff"
    chosen = subset.Subsetter(options)
    chosen.populate(text=letters)
    chosen.subset(font)
    buffer = io.BytesIO()
    font.save(buffer)
    data = base64.b64encode(buffer.getvalue()).decode()
    return (
        f"@font-face{{font-family:{FAMILY};font-weight:{weight};font-style:{style};"
        f"src:url(data:font/woff;base64,{data})}}"
    )
