"""nbgrader's settings: solutions/ is the source, lessons/ the release. Every nbgrader command reads them."""

from nbgrader.converters import GenerateAssignment

from recsys_utils.grading.release import StripMetadata

c = get_config()  # noqa: F821

c.CourseDirectory.course_id = "recsys"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "lessons"

# what a student finds in place of an answer
c.ClearSolutions.code_stub = {
    "python": '# YOUR CODE HERE\nraise NotImplementedError("not attempted yet: put your answer in place of this line")'
}
c.ClearSolutions.text_stub = "*Write your answer here.*"

# in grading, and behind the Validate button
c.Execute.timeout = 60  # seconds for one cell
c.Execute.skip_cells_with_tag = "training"

c.GenerateAssignment.preprocessors = [StripMetadata, *GenerateAssignment().preprocessors]

# make grade runs students' code in a sandbox and writes the feedback; Formgrader's buttons for both would do neither
c.Autograde.exporter_class = c.GenerateFeedback.exporter_class = "recsys_utils.grading.formgrader.OnlyMakeGrade"

# what Formgrader shows of a student's notebook runs nothing
c.HTMLExporter.sanitize_html = True
c.HTMLExporter.filters = {
    name: f"recsys_utils.grading.formgrader.{name}" for name in ("markdown2html", "clean_html")
}
