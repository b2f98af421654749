"""What nbgrader_config.py hands to Formgrader: its page of a notebook runs nothing, nor do two of its buttons."""

from jinja2 import pass_context
from nbconvert.exporters import NotebookExporter
from nbgrader.converters.base import NbGraderException

from .markdown import cleaned, rendered

clean_html = cleaned  # nbconvert's filter of this name


@pass_context
def markdown2html(context, source):
    """nbconvert's filter of this name: returns a cell's Markdown, or a comment, as HTML that runs nothing."""
    return rendered(source, (context.get("cell") or {}).get("attachments"))


class OnlyMakeGrade(NotebookExporter):
    """Stands in nbgrader's own autograde and generate_feedback: they would run students' code with our rights, or show
    hidden tests."""

    def __init__(self, *arguments, parent=None, **options):
        """Raises NbGraderException, before anything runs or is removed."""
        sentence = "Nothing was done: use `make grade`, which runs students' code in a sandbox and writes the feedback."
        parent.log.error(sentence)
        raise NbGraderException(sentence)
