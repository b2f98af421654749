"""The instructor's part of the course: hand out lessons, collect, grade, report. python -m recsys_utils.grading --help

    release          solutions/ -> lessons/, without answers and hidden checks
    collect          a zip of Moodle or Canvas -> submitted/STUDENT/LESSON/, earlier attempts beside it
    grade_all        each new attempt -> grade_attempt, in a process of its own; the best attempt of each student counts
    submission       what was handed in, matched with the lesson and mended
    run_submission   its cells in the student's process (student, in the sandbox), its checks by the judge in ours
    judge            calls the student's functions by value, over the wire; all points come from here
    gradebook        nbgrader's: points of the judge and those given by hand; decisions: what a person decided
    pages            whatever a student wrote can be looked at, and runs nothing
    feedback, report pages for students, grades.csv, marks.csv and report.html for the instructor

Nothing else of recsys_utils knows this package; students never need it, except to submit.
"""

import sys

# jsonschema, which checks notebooks, imports this grammar of web addresses if it can: 2 seconds at every start.
# No notebook needs it.
sys.modules.setdefault("rfc3987_syntax", None)
