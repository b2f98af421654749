"""What a browser is shown of a student's notebook: nothing in it runs, asks another server, or posts as somebody.

Two layers, each enough alone. `harmless` changes the notebook that grading keeps, for whatever opens it later on;
markdown.py, with which feedback and Formgrader render it, lets known tags through and nothing else.
"""

import base64
import binascii
import re

import nbformat

from .cells import grade_id
from .markdown import PLAIN, cleaned, shortened
from .release import strip_metadata

SIGNATURES = {"image/png": b"\x89PNG\r\n", "image/jpeg": b"\xff\xd8\xff", "image/gif": b"GIF8", "image/webp": b"RIFF"}

# in Markdown sources
CONTROLS = re.compile(r"[^\S \n\t]|[\x00-\x08\x0e-\x1f\x7f\ue000\ue001]")  # odd blanks too; those two mark formulas
AUTOLINK = re.compile(r"<(https?://[^\s<>]+)>")
COMMANDS = re.compile(r"\\(?=(?:href|url|style|class|cssId|require|html\w*|data|unicode|includegraphics|mmlToken|bbox|"
                      r"texttip|mathtip|toggle)(?![A-Za-z]))")  # of TeX, with addresses, styles or attributes
TAG = re.compile(rf"<(?=[A-Za-z/!?])(?!/?(?:{'|'.join(PLAIN)}) ?/?>)", re.IGNORECASE)
TARGET = re.compile(r"\](?=[(:][\s>]*(?!https?://|mailto:|attachment:picture-|#)(?:<|//|[^\s):&\\]{0,40}[:&\\]))",
                    re.IGNORECASE)


def harmless(notebook, lesson):
    """Returns the notebook, changed in place, so that no page made of it runs anything; the lesson's text stays."""
    own = {cell.source.rstrip(): cell for cell in lesson.cells if cell.cell_type != "code"}
    known = {grade_id(cell) for cell in lesson.cells}
    strip_metadata(notebook)
    notebook.cells = [harmless_cell(cell, own, known, place) for place, cell in enumerate(notebook.cells)]
    return notebook


def harmless_cell(cell, own, known, place):
    """Returns a cell of known fields; own: the lesson's text cells by their text, known: its grade ids."""
    tags = [tag for tag in cell.metadata.get("tags") or [] if isinstance(tag, str) and re.fullmatch(r"[\w-]+", tag)]
    made = {"id": cell.get("id"), "cell_type": cell.cell_type, "source": cell.source,
            "metadata": {"tags": tags} if tags else {}}
    if not re.fullmatch(r"[\w-]{1,64}", str(made["id"]), re.ASCII):
        made["id"] = f"c{place}"
    if grade_id(cell) in known - {None}:
        made["metadata"]["nbgrader"] = cell.metadata.nbgrader
    if cell.cell_type == "code":
        count = cell.get("execution_count")
        made["execution_count"] = count if type(count) is int else None
        made["outputs"] = list(filter(None, map(harmless_output, cell.get("outputs", []))))
    elif (released := own.get(cell.source.rstrip())) is not None:
        made["source"] = released.source
        made |= {"attachments": released.attachments} if "attachments" in released else {}
    else:
        made["source"], pictures = with_pictures(cell.source, cell.get("attachments"))
        made |= {"attachments": pictures} if pictures else {}
    return nbformat.from_dict(made)


def harmless_output(output):
    """Returns an output of known fields and kinds, or None where nothing of it can be shown."""
    kind = output.get("output_type")
    if kind == "stream":
        name = "stderr" if output.name == "stderr" else "stdout"
        return {"output_type": kind, "name": name, "text": text(output.text)}
    if kind == "error":
        return {"output_type": kind, "ename": text(output.ename), "evalue": text(output.evalue),
                "traceback": [text(line) for line in output.traceback]}
    shown = {name: clean(value) for name, clean in SHOWN.items() if (value := output.get("data", {}).get(name))}
    if "text/latex" in shown:  # Markdown too knows formulas, and needs no MathJax for them
        shown.setdefault("text/markdown", shown.pop("text/latex"))
    shown = {name: value for name, value in shown.items() if value}
    return {"output_type": "display_data", "data": shown, "metadata": {}} if shown else None


def text(value):
    """Returns what stands in a text field of a notebook, which may hold a list of lines, or anything."""
    return "".join(map(str, value)) if isinstance(value, list) else str(value)


def picture(value, kind):
    """Returns a picture in clean base64; an empty text where it is none of this kind."""
    try:
        content = base64.b64decode("".join(text(value).split()), validate=True)
    except (binascii.Error, ValueError):
        return ""
    return base64.b64encode(content).decode() if content.startswith(SIGNATURES[kind]) else ""


def with_pictures(source, attachments):
    """Returns a student's Markdown, tamed, and those of its attachments that are pictures, under names of ours."""
    pictures, names = {}, {}
    for name, kinds in (attachments.items() if isinstance(attachments, dict) else ()):
        for kind, value in (kinds.items() if isinstance(kinds, dict) else ()):
            if kind in SIGNATURES and (content := picture(value, kind)):
                names[name] = f"picture-{len(pictures) + 1}.{kind.partition('/')[2]}"
                pictures[names[name]] = {kind: content}
                break
    for pattern, form in ((r"(?<=\]\()attachment:(%s)(?=[\s)])", "attachment:{}"),
                          (r'<img\b[^<>]*?src="attachment:(%s)"[^<>]*>', "![picture](attachment:{})")):
        if names:  # all in one pass: a picture may have the name that another one gets
            found = pattern % "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
            source = re.sub(found, lambda match, form=form: form.format(names[match[1]]), source)
    return tamed(source, pictures), pictures


def tamed(source, pictures=()):
    """Returns Markdown in which no parser finds a tag with attributes, an address that runs, or a picture from afar.

    A sign that would begin one gets a blank behind it, so that the text still reads as it was written.
    """
    source = shortened(CONTROLS.sub(" ", source.replace("\r\n", "\n").replace("\r", "\n")))
    source = COMMANDS.sub(r"\\ ", AUTOLINK.sub(r"\1", source))
    kept = "|".join(map(re.escape, pictures)) or r"(?!)"
    source = re.sub(rf"!+\[(?![^\[\]\n]*\]\(attachment:(?:{kept})[\s)])(\]?)",
                    lambda found: "[picture]" if found[1] else "[", source)
    return TAG.sub("< ", TARGET.sub("] ", source))


SHOWN = {
    "text/plain": text,
    "text/html": lambda value: COMMANDS.sub(r"\\ ", cleaned(text(value))),
    "text/markdown": lambda value: tamed(text(value)),
    "text/latex": lambda value: tamed(text(value)),
    "image/png": lambda value: picture(value, "image/png"),
    "image/jpeg": lambda value: picture(value, "image/jpeg"),
}
