"""Titles as MovieLens writes them, with year and article at the end, and as people do."""
import re

# "(1995)", "(1995) (V)" for a video, "(2006–2007)" or "(2009– )" for a series, at the end of a title
YEAR = re.compile(r"\s*\((\d{4})(?:\s*[-–]\s*(?:\d{4})?\s*)?\)(?:\s*\((?:V|TV)\))?\s*$")
# ", The" at the end of a title or of another title inside parentheses
ARTICLE = re.compile(r"(^|\((?:a\.k\.a\. )?)([^()]+?), (The|An|A)(?=\s*(?:\(|\)|$))")


def split_title(published):
    """Returns (title, year or None): "Usual Suspects, The (1995)" becomes ("The Usual Suspects", 1995).

    English articles move to the front, in other titles inside parentheses too; foreign ones stay where they are,
    because "La" and "Die" are words in some languages and articles in others.
    """
    year = YEAR.search(published)
    title = published[:year.start()] if year else published
    return ARTICLE.sub(r"\1\3 \2", title.strip().replace(" )", ")")), int(year[1]) if year else None
