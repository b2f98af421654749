"""The instructor's part of the course: make lessons, run solutions, collect and grade answers.

    python -m recsys_utils.grading --help

The rest of recsys_utils knows nothing of this package; students never need it, except to submit.
"""
