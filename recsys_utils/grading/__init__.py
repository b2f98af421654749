"""The instructor's part of the course: make lessons, run solutions, collect and grade answers.

    python -m recsys_utils.grading --help

The rest of recsys_utils knows nothing of this package; students never need it, except to submit.
"""

import sys

# jsonschema, which checks notebooks, imports this grammar of web addresses if it can: 2 seconds at every start.
# No notebook needs it.
sys.modules.setdefault("rfc3987_syntax", None)
