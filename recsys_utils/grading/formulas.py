"""Formulas as MathML, which a browser draws by itself: without a script, without a network."""

import html
import re
from xml.etree import ElementTree

from latex2mathml.converter import Converter

FORMULA = re.compile(
    r"```.*?```|~~~.*?~~~|`[^`\n]*`"  # code
    r"|\$\$(?P<block>.+?)\$\$|(?<![\\$\w])\$(?!\s)(?P<inline>[^$`\n]+?)(?<!\s)\$(?!\d)", re.DOTALL
)
ATTRIBUTES = frozenset(
    "accent accentunder align columnalign columnlines columnspacing depth display displaystyle fence form height "
    "linethickness lspace mathcolor mathsize mathvariant maxsize minsize movablelimits notation rowlines rowspacing "
    "rspace scriptlevel separator stretchy symmetric voffset width xmlns".split()
)
REFERENCE = re.compile(r"&amp;(#x?[0-9A-Fa-f]+;)")  # latex2mathml writes signs as references, and leaves them to us


def as_mathml(found):
    """Returns the MathML of a match of FORMULA; its text, escaped, where it cannot be read."""
    try:
        converter = Converter(display="block" if found["block"] else "inline")
        root = converter.convert_to_element(html.unescape(found["block"] or found["inline"]))
        for element in root.iter():  # no addresses, no styles
            element.attrib = {name: value for name, value in element.items() if name in ATTRIBUTES}
        return REFERENCE.sub(r"&\1", ElementTree.tostring(root, encoding="unicode"))
    except Exception:  # a student may have written anything between two signs of the dollar
        return html.escape(found[0])
