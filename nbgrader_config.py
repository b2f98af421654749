"""nbgrader's settings: solutions/ is the source, lessons/ the release. Every nbgrader command reads them."""

from nbgrader.converters import Autograde, GenerateAssignment, GenerateFeedback
from nbgrader.preprocessors import Execute

from recsys_utils.grading.preprocessors import Harmless, HideHiddenTests, OfflineFormulas, RestoreCells, StripMetadata
from recsys_utils.grading.running import GradingExecute

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
c.Autograde.sanitize_preprocessors = [RestoreCells, *Autograde().sanitize_preprocessors]
c.Autograde.autograde_preprocessors = [
    *(GradingExecute if step is Execute else step for step in Autograde().autograde_preprocessors),
    Harmless,
]
c.GenerateFeedback.preprocessors = [HideHiddenTests, OfflineFormulas, *GenerateFeedback().preprocessors]

# make collect: whose file is it, and which notebook? As Moodle names them, with a folder for each student or without:
#   Jane Doe_1234567_assignsubmission_file_/01_movielens.ipynb
# and as Canvas does, where a late one says so:
#   doejane_LATE_1234_56789_01_movielens-1.ipynb
c.FileNameCollectorPlugin.named_regexp = (
    r".*/(?P<student_id>[^/]+?_\d+)_(?:assignsubmission_file_?/?|\d+_)(?P<file_id>[^/]+)\.ipynb$"
)
