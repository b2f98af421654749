"""Run a notebook that a student handed in: its cells in the student's process, its checks by the judge, in their order.

Hidden checks come last, in a process in which the cells run once more and nothing that they show is kept: what a
function was called with there is not to be seen in any page.

A cell that ends the process, or does not let itself be stopped, costs itself alone: a new process runs the cells above
it once more, and then goes on without it. Of an answer that does so its definitions are kept.
"""

import json

from nbformat.v4 import new_output

from .cells import exercise_of, grade_id, is_answer, is_code_check, is_hidden, is_training
from .judge import Judge, error_output, readable
from .sources import definitions, touched_by_students
from .student_process import Ended, StudentProcess, TooLong

MOST_STARTS = 30  # processes for one notebook
MOST_SHOWN, MOST_IN_ALL = 3_000_000, 10_000_000  # characters of a cell's outputs, pictures included; of a notebook's
SHORT = 10  # seconds of the processor for the calls of an exercise in which one has taken too long


class NotDecided(Exception):
    """Nothing can be said of the student's work: a cell of the lesson's own failed to end, or to leave the process."""


class Run:
    """One notebook while it runs."""

    def __init__(self, notebook, lesson, solution, limit, sandboxed=True):
        """notebook: as submission.mended() returns it; lesson: as released; solution: path of the solved notebook;
        limit: seconds of the processor for a cell or a call."""
        self.cells, self.limit, self.sandboxed = notebook.cells, limit, sandboxed
        self.judge, self.touched = Judge(solution, limit), touched_by_students(notebook, lesson)
        self.released = {cell.source for cell in lesson.cells if not is_answer(cell)}
        self.instead, self.notes = {}, {}  # {place of a cell: what runs in its place, what is to be said of it}
        self.process, self.starts, self.done, self.alone, self.room = None, 0, 0, False, MOST_IN_ALL

    def all(self):
        """Runs the notebook's cells, fills in their outputs, and returns sentences about those that were left out.

        Raises NotDecided.
        """
        try:
            for place, cell in enumerate(self.cells):
                if self.runs(place):
                    cell.outputs = self.within(self.cell(place))
                elif is_code_check(cell) and not is_hidden(cell):
                    cell.outputs = self.check(place)
            notes = sorted(self.notes.items())  # before the hidden checks: notes, too, could tell what they ask
            for self.alone in (False, True):  # with threads, as everything else; without, where time is measured
                self.close()
                for place, cell in enumerate(self.cells):
                    if is_hidden(cell) and ("check_cost" in cell.source) == self.alone:
                        cell.outputs = self.check(place)
            return [f"cell {place + 1}{self.name_of(place)} {words}" for place, words in notes]
        finally:
            self.close()

    def runs(self, place):
        """Returns whether the student's process runs this cell."""
        cell = self.cells[place]
        trains = is_training(cell) and cell.source in self.released  # one that a student changed may define something
        return cell.cell_type == "code" and not trains and not is_code_check(cell)

    def cell(self, place):
        """Runs a cell, and the cells above it where they have not run; returns its outputs."""
        while True:
            try:
                self.come_to(place)
                outputs = self.run(place)
                self.done = place + 1
                return self.told(place) + outputs
            except Ended as cause:
                self.blame(place, f"{cause}")

    def within(self, outputs):
        """Returns a cell's outputs, or where the notebook shows too much a sentence in their place."""
        self.room -= len(json.dumps(outputs))
        return outputs if self.room > 0 else [new_output(
            "stream", text=f"left out: the notebook's outputs are longer than {MOST_IN_ALL:,} characters")]

    def check(self, place):
        """Has the judge run a check in front of the student's process, and returns its outputs."""
        cell = self.cells[place]
        self.come_to(place)
        outputs, stopped = self.judge.outputs_of(cell, self.process)
        if isinstance(stopped, TooLong):
            self.judge.limits[exercise_of(grade_id(cell), self.judge.answers)] = SHORT
        return outputs

    def come_to(self, place):
        """Sees to it that a process runs in which the cells above a place have run."""
        while True:
            if self.process is None or not self.process.alive():
                self.start()
            try:
                while self.done < place:
                    if self.runs(self.done):
                        self.run_alone(self.done) if self.alone else self.run(self.done)
                    self.done += 1
                return
            except Ended as cause:
                self.blame(self.done, f"{cause}")

    def start(self):
        """Starts a process in which nothing has run."""
        self.close()
        self.starts += 1
        if self.starts > MOST_STARTS:
            raise NotDecided(f"{MOST_STARTS} processes ended before the notebook did")
        self.process, self.done = StudentProcess(self.sandboxed, alone=self.alone), 0

    def close(self):
        """Ends the process."""
        if self.process:
            self.process.close()

    def run_alone(self, place):
        """Runs a cell where nothing can be started; of one that fails, perhaps at that, its definitions once more."""
        if any(output.output_type == "error" for output in self.run(place)):
            self.process.ask(self.limit, do="cell", source=definitions(self.cells[place].source))

    def run(self, place):
        """Runs a cell's source, or what stands for it, and returns its outputs."""
        source = self.instead.get(place, self.cells[place].source)
        if not source.strip():
            return []
        answer = self.process.ask(self.limit, do="cell", source=source)
        if self.process.interrupted and self.is_lessons_own(place):
            self.close()
            raise Ended(f"ran longer than {self.limit:g} seconds")
        if self.process.interrupted:
            self.notes[place] = f"was stopped after {self.limit:g} seconds"
        if answer.get("leaves"):
            self.notes.setdefault(place, "asks Python to end, which it did not")
        return outputs_from(answer)

    def blame(self, place, cause):
        """Leaves out what ended the process: a student's cell; of an answer all but its definitions, at first.

        Raises NotDecided where it can only be the machine.
        """
        others = [one for one in range(place) if self.runs(one) and self.cells[one].source not in self.released
                  and not is_answer(self.cells[one]) and self.instead.get(one) != ""]
        if self.is_lessons_own(place) and not others:
            raise NotDecided(f"cell {place + 1}, the lesson's own, {cause}: this machine is too slow, or too small")
        for one in others if self.is_lessons_own(place) else [place]:
            kept = definitions(self.cells[one].source) if is_answer(self.cells[one]) and one not in self.instead else ""
            self.instead[one] = kept
            self.notes[one] = f"{cause}, and was left out{', but for its definitions' if kept else ''}"

    def told(self, place):
        """Returns an output that says what was left out of a cell, if anything was."""
        return [error_output("LeftOut", f"this cell {self.notes[place]}")] if place in self.instead else []

    def is_lessons_own(self, place):
        """Returns whether a cell is the lesson's own, and uses nothing that a student wrote."""
        return self.cells[place].source in self.released and place not in self.touched

    def name_of(self, place):
        """Returns a cell's grade id in brackets, where it has one."""
        name = grade_id(self.cells[place])
        return f" ({name})" if name else ""


def outputs_from(answer):
    """Returns what a cell showed as nbformat's outputs: whatever else came is left out."""
    if "error" in answer:
        return [error_output("NotRun", "this cell could not be run")]
    outputs, left = [], MOST_SHOWN
    for output in answer.get("outputs", []) if isinstance(answer.get("outputs"), list) else []:
        left -= len(str(output))
        made = output_from(output) if isinstance(output, dict) and left > 0 else None
        outputs += [made] if made else []
    return outputs


def output_from(output):
    """Returns one output, or None where it is none."""
    def text(key):
        """Returns a field as text."""
        return readable(output.get(key, ""))

    kind, data = output.get("output_type"), output.get("data")
    if kind == "stream":
        return new_output("stream", name="stderr" if output.get("name") == "stderr" else "stdout", text=text("text"))
    if kind == "error":
        lines = output.get("traceback")
        return new_output("error", ename=text("ename"), evalue=text("evalue"),
                          traceback=list(map(readable, lines)) if isinstance(lines, list) else [])
    if kind in ("display_data", "execute_result") and isinstance(data, dict):
        return new_output("display_data", data={readable(key): readable(value) for key, value in data.items()})
    return None
