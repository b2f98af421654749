"""Markdown and HTML as HTML that runs nothing: known tags come through, without events, styles and odd addresses.

Feedback is made with these, and so is what Formgrader shows: see formgrader.py.
"""

import html
import re

import bleach
from bleach.css_sanitizer import CSSSanitizer
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from .formulas import FORMULA, as_mathml

LONGEST, LONGEST_HTML = 15_000, 60_000  # characters that are shown of a text: parsers need seconds for an odd one
PLAIN = ("b", "blockquote", "br", "caption", "code", "dd", "del", "details", "dl", "dt", "em", "h1", "h2", "h3", "h4",
         "h5", "h6", "hr", "i", "kbd", "li", "ol", "p", "pre", "s", "small", "strong", "sub", "summary", "sup", "table",
         "tbody", "td", "tfoot", "th", "thead", "tr", "ul")
SCRIPTS = re.compile(r"<(script|style)\b.*?(?:</\1\s*>|\Z)", re.DOTALL | re.IGNORECASE)
ADDRESS = re.compile(r"#[\w-]*|mailto:[^\s]+|https?://(?:[\w-]+\.)+[a-z]{2,}(?::\d+)?(?:[/?#]\S*)?", re.IGNORECASE)
PICTURE = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=]+")
CLASSES = re.compile(r"(?:highlight|dataframe|[a-z]{1,2}\d?| )+")  # pygments', pandas'
HELD = re.compile(r"""(<(pre|code)\b.*?</\2>|<(?:[^"'>]|"[^"]*"|'[^']*')*>)|\ue000(\d+)\ue001""", re.DOTALL)
HELD_INSIDE = re.compile("\ue000(\\d+)\ue001")


class Safe(str):
    """HTML that went through here already."""


def permitted(tag, name, value):
    """Returns whether a tag may keep an attribute."""
    if name == "class":
        return bool(CLASSES.fullmatch(value))
    if name == "href":
        return tag == "a" and bool(ADDRESS.fullmatch(value))
    if tag == "img":
        return name == "alt" or name == "src" and bool(PICTURE.fullmatch(value))
    return name in ("border", "colspan", "rowspan", "style")


CLEANER = bleach.Cleaner(tags={*PLAIN, "a", "div", "img", "span"}, attributes=permitted, strip=True,
                         protocols={"http", "https", "mailto", "data"}, css_sanitizer=CSSSanitizer(["text-align"]))


def cleaned(source):
    """Returns HTML with the tags and attributes that tables, hints and pictures need, all closed, and no others."""
    if isinstance(source, Safe):
        return source
    return Safe(CLEANER.clean(SCRIPTS.sub("", shortened(source, LONGEST_HTML))))


class Renderer(IPythonRenderer):
    """nbconvert's, but a picture that the cell does not bring along becomes a link: no page asks another server."""

    def image(self, text, url, title=None):
        """Returns the HTML of a picture, or of a link to it."""
        if url.removeprefix("attachment:") in self.attachments:
            return super().image(text, url, title)
        return self.link(text or "picture", url, title)


def rendered(source, attachments=None):
    """Returns Markdown as HTML that runs nothing, formulas in MathML, which a browser draws without a network."""
    formulas = []

    def hold(found):
        formulas.append(found)
        return f"\ue000{len(formulas) - 1}\ue001" if found["block"] or found["inline"] else found[0]

    def give_back(found):
        if found[1]:  # a tag, or code
            return HELD_INSIDE.sub(lambda inside: html.escape(formulas[int(inside[1])][0]), found[1])
        return as_mathml(formulas[int(found[3])])

    source = FORMULA.sub(hold, re.sub("[\ue000\ue001]", "", shortened(source)))
    renderer = Renderer(escape=False, attachments=attachments or {}, exclude_anchor_links=True)
    try:
        page = CLEANER.clean(SCRIPTS.sub("", MarkdownWithMath(renderer=renderer).render(source)))
        return Safe(HELD.sub(give_back, page))
    except Exception:  # a student may have written anything; the page shows it as it stands
        return f"<pre>{html.escape(HELD_INSIDE.sub(lambda inside: formulas[int(inside[1])][0], source))}</pre>"


def shortened(text, longest=LONGEST):
    """Returns a text, its end left out where it is too long to be shown."""
    return text if len(text) <= longest else text[:longest] + "\n\n(The rest is too long to be shown.)\n"
