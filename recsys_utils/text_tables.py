"""Tables kept as text, row by row, whatever encoding, line ends, quotation marks and order of columns they have.

What cannot be read for certain is an error that names file, line and column; nothing is guessed.
"""
import codecs
import csv
import io
import itertools
import re
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

WHOLE, NUMBER = re.compile(r"([+-]?[0-9]{1,19})(?:\.0*)?"), re.compile(r"-?([0-9]+\.?|\.[0-9])[0-9]*")
PACKED = {b"\x1f\x8b": "packed with gzip", b"\xfd7zXZ": "packed with xz", b"PK\3\4": "a zip or a workbook",
          b"PAR1": "a Parquet file", b"\xd0\xcf\x11\xe0": "an Excel workbook"}
DOUBLE = "\x1f"  # stands for "::", because Python's csv parts fields at one character
OTHER_NAMES = {"userid": "user", "movieid": "item", "itemid": "item", "movie": "item", "movietitle": "title",
               "releaseyear": "year", "class": "genres"}


class DataError(RuntimeError):
    """A data set could not be had or is damaged; the message says what was wrong and what to do."""


@dataclass(frozen=True)
class Table:
    """A text file that should hold a table. Iterating yields its Rows.

    separator: one character, or "::"; columns: their names, in the usual order
    header: line 1 as it should be, which names them; "": none is needed, the usual order holds unless there is one
    row: what a row is, in words; remedy: a sentence
    """

    path: Path
    separator: str
    columns: tuple
    header: str
    row: str
    remedy: str
    encoding: str = "utf-8"  # as published: another one is told

    def __iter__(self):
        """Yields a Row for each line, or for several where a title in quotation marks has a line break."""
        text, encoding = read_text(self.path)
        if encoding == "cp1252" != self.encoding:
            print(f"{self.path} is not UTF-8, so it is read as Windows-1252: if letters look wrong, save it as UTF-8.")
        delimiter = DOUBLE if self.separator == "::" else self.separator
        text, quoting = _tidied(text.replace("::", DOUBLE) if delimiter == DOUBLE else text, delimiter)
        columns = None
        for before, fields in self._records(text, delimiter, quoting):
            if columns is None:
                columns = self.named_in(fields)
                if columns:
                    continue
                if self.header:
                    raise Row(self, text, before).fault(f"has to name the columns, as {self.header!r} does",
                                                        self.trouble(fields))
                columns = self.columns
            if len(fields) != len(columns):
                fields = Row(self, text, before).mended(columns, fields)
            row = Row(self, text, before, dict(zip(columns, map(str.strip, fields), strict=True)))
            if quoting == csv.QUOTE_NONE:
                row.check_marks()
            yield row

    def _records(self, text, delimiter, quoting):
        """Yields (lines that stand before it, fields) of each record that is not blank."""
        reader, before = _reader(text, delimiter, quoting), 0
        try:
            for fields in reader:
                if delimiter == DOUBLE:
                    fields = [field.replace(DOUBLE, "::") for field in fields]
                if len(fields) > 1 or any(map(str.strip, fields)):
                    yield before, fields
                before = reader.line_num
        except csv.Error:
            raise Row(self, text, before).fault(f"is not {self.row}", ", whose quotation marks do not match") from None

    def named_in(self, fields):
        """Returns the columns that a header names, in its order; None where one lacks or stands there twice."""
        usual = {_letters(name): name for name in self.columns}
        found = [usual.get(_letters(field), field) for field in fields]
        return found if all(found.count(name) == 1 for name in self.columns) else None

    def trouble(self, fields):
        """Returns why fields are none of this table's, in words that go on a sentence; "" where nothing is seen."""
        mark = next((mark for mark in (";", "\t", "|", "::", ",") if len(fields) == 1 and mark in fields[0]), "")
        if mark:
            return f", parted by {mark!r} instead of {self.separator!r}"
        twice = [name for name in self.columns if list(map(_letters, fields)).count(name) > 1]
        return f", where {twice[0]} stands twice" if twice else ""


@dataclass
class Row:
    """The fields of one row by column, and where it stands."""

    table: Table
    text: str
    before: int  # lines that stand before it
    fields: dict = field(default_factory=dict)

    def __getitem__(self, name):
        return self.fields[name]

    def mended(self, columns, fields):
        """Returns the fields of a row whose title holds "::"; raises DataError for any other wrong number of fields."""
        surplus = len(fields) - len(columns)
        if surplus < 0 or self.table.separator != "::" or "title" not in columns:
            raise self.fault(f"is not {self.table.row}", f", which has {len(fields)} fields "
                             f"instead of {len(columns)}{self.table.trouble(fields)}")
        at = columns.index("title")
        return [*fields[:at], "::".join(fields[at:at + surplus + 1]), *fields[at + surplus + 1:]]

    def check_marks(self):
        """Raises DataError for a field in quotation marks, in a file where they cannot be meant as such."""
        for name, text in self.fields.items():
            if len(text) > 1 and text[0] == text[-1] == '"':
                raise self.wrong(name, "in quotation marks, which do not match in another line")

    def whole(self, name):
        """Returns the int in a column; "7.0" is one, "7.5", "1e3" and "" are not."""
        found = WHOLE.fullmatch(self[name])
        if not found or abs(int(found[1])) >= 2**63:
            raise self.wrong(name, "not a whole number")
        return int(found[1])

    def seconds(self, name):
        """Returns the whole seconds since 1970 in a column; ISO 8601's date and time is in UTC unless it has a zone."""
        if not re.search("[-:/]", self[name][1:]):
            return self.whole(name)
        with suppress(ValueError):
            moment = datetime.fromisoformat(self[name])
            if not moment.microsecond:
                return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
        raise self.wrong(name, "neither whole seconds nor a date and time to the second, such as 2001-12-31 23:59:59")

    def number(self, name):
        """Returns the float in a column, NaN where it holds anything else."""
        return float(self[name]) if NUMBER.fullmatch(self[name]) else float("nan")

    def wrong(self, name, words):
        """Returns the DataError for the field in a column."""
        return self.fault(f"is not {self.table.row}", f", where {name} is {self[name]!r}, {words}")

    def fault(self, words, more=""):
        """Returns the DataError for this row: file, line, what is wrong, the line itself, more words, remedy."""
        lines = itertools.islice(io.StringIO(self.text, newline=""), self.before, None)
        line = next(lines, "").rstrip("\r\n").replace(DOUBLE, "::")[:200]
        return DataError(f"{self.table.path}, line {self.before + 1}, {words}: {line!r}{more}. {self.table.remedy}")


def read_text(path):
    """Returns a file's text and its encoding: UTF-16 or UTF-8 where it is one, else Windows-1252, as is Latin-1.

    Raises DataError where it is none of these.
    """
    content = path.read_bytes()
    if packed := next((words for start, words in PACKED.items() if content.startswith(start)), ""):
        raise DataError(f"{path} is {packed}, not a text: unpack it, or save its table as CSV in UTF-8.")
    marked = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    wide = "utf-16" if marked else {0: "utf-16-be", 1: "utf-16-le"}.get(content[:2].find(b"\0"))
    for encoding in (wide,) if wide else ("utf-8-sig", "cp1252"):
        try:
            text = content.decode(encoding)
            if not (damage := re.search("[\0\ufffd]", text)):
                return text, encoding
            line, sign = text.count("\n", 0, damage.start()) + 1, damage[0]
            break
        except UnicodeDecodeError as error:
            line, sign = content.count(b"\n", 0, error.start) + 1, content[error.start:error.start + 1]
    raise DataError(f"{path}, line {line}, holds {sign!r}, which stands for no letter: it is damaged or no text. Save "
                    "it as UTF-8 anew.")


def _tidied(text, delimiter):
    """Returns (text, how its quotation marks are meant), without spaces between a closing mark and the delimiter."""
    if '"' not in text:
        return text, csv.QUOTE_MINIMAL
    for candidate in (text, re.sub(rf'("(?:[^"]|"")*+")(?: +(?=[{re.escape(delimiter)}\r\n]))?', r"\1", text)):
        with suppress(csv.Error):
            for fields in _reader(candidate, delimiter, csv.QUOTE_MINIMAL):
                # only in a CSV does a mark at the start of a title surely open a quotation that may hold anything
                if delimiter != "," and any(delimiter in field and len(field.splitlines()) > 1 for field in fields):
                    raise csv.Error
            return candidate, csv.QUOTE_MINIMAL
    return text, csv.QUOTE_MINIMAL if delimiter == "," else csv.QUOTE_NONE


def _reader(text, delimiter, quoting):
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, quoting=quoting, strict=True,
                      skipinitialspace='"' in text)          # a title in none of them may hold ":: "


def _letters(name):
    """Returns what a column is called: "userId", "User ID" and "user_id:token" are all "user"."""
    plain = re.sub(r"[\W_]", "", name.partition(":")[0].lower())
    return OTHER_NAMES.get(plain, plain)
