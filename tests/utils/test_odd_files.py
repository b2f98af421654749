"""Files as people's programs leave them, one by one: what is read, and in which words the others are refused."""
import gzip
import lzma

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_movielens import FILES, RECBOLE, check_tables

from recsys_utils.movielens import MovieLens
from recsys_utils.movielens_formats import CSV, ML_1M, ML_10M, ML_100K, DataError, read_set
from recsys_utils.movielens_formats import RECBOLE as ML_RECBOLE

pytestmark = pytest.mark.filterwarnings("error")
FORMS = {"ml-100k": (ML_100K, *FILES["ml-100k"]), "ml-1m": (ML_1M, *FILES["ml-1m"]),
         "ml-10m": (ML_10M, *FILES["ml-10m"]), "csv": (CSV, *FILES["ml-20m"]),
         "RecBole": (ML_RECBOLE, RECBOLE, "utf-8")}


def read(folder, name, *changes, encoding=None):
    """Reads a set of three ratings in which texts were changed: (file's ending, before, after), or a function of it."""
    form, files, published = FORMS[name]
    for file, text in files.items():
        for ending, before, after in changes:
            if file.endswith(ending) and isinstance(text, str) and isinstance(after, bytes):
                text = after
            elif file.endswith(ending):
                assert before in text
                text = text.replace(before, after)
        (folder / file).write_bytes(text if isinstance(text, bytes) else text.encode(encoding or published))
    return MovieLens(*read_set(folder, form), name, "")


def remade(text, separator, make):
    return "".join(separator.join(make(line.split(separator))) + "\n" for line in text.splitlines())


R, M = FILES["ml-20m"][0].values()
DATA, (COLONS, DAT) = FILES["ml-100k"][0]["u.data"], FILES["ml-1m"][0].values()
READ = {
    "columns in another order": ("csv", ("ratings.csv", R, remade(R, ",", lambda row: row[1:] + row[:1]))),
    "columns with other names": ("csv", ("ratings.csv", "userId,movieId", "user_id,Item ID")),
    "a column more": ("csv", ("ratings.csv", R, R.replace("\n", ",x\n"))),
    "pandas's index": ("csv", ("ratings.csv", R, remade(R, ",", lambda row: [str(len(row) - 4), *row]))),
    "a quoted header": ("csv", ("ratings.csv", "userId,movieId", '"userId","movieId"')),
    "whole numbers with a point": ("csv", ("ratings.csv", "7,50,5.0,978300760", "7.0,50.0,5,978300760.0")),
    "quoted numbers": ("csv", ("ratings.csv", "7,50,5.0", '"7", "50" ,"5.0"')),
    "dates and times": ("csv", ("ratings.csv", "978302109", '"2000-12-31 22:35:09"'),
                        ("ratings.csv", "5.0,978300760", "5.0,2001-01-01T03:42:40+05:30")),
    "quoted texts": ("csv", ("movies.csv", "9,unknown,(no genres listed)", '9,"unknown" , "(no genres listed)"')),
    "spaces": ("csv", ("ratings.csv", ",", " , "), ("movies.csv", "9,unknown,", " 9 , unknown , ")),
    "padded genres": ("csv", ("movies.csv", "Crime|Thriller", "Crime | Thriller ")),
    "old line ends": ("csv", ("ratings.csv", "\n", "\r"), ("movies.csv", "\n", "\r")),
    "mixed line ends": ("csv", ("ratings.csv", "760\n2", "760\r\n2"), ("movies.csv", "Drama\n", "Drama\r\n")),
    "blank lines": ("csv", ("ratings.csv", R, "\n" + R + "\n  \n\n"), ("movies.csv", M, "\n" + M + "\r\n\n")),
    "no line end": ("csv", ("ratings.csv", "4.0,978300760\n", "4.0,978300760")),
    "padded flags": ("ml-100k", ("u.item", "|1|", "|1 |"), ("u.item", "|0|", "| 0|")),
    "quoted flags": ("ml-100k", ("u.item", "|1|", '|"1"|'), ("u.item", "|0|", '| "0" |')),
    "u.data with a header": ("ml-100k", ("u.data", DATA, "item\tuser\trating\ttimestamp\n" + remade(
        DATA, "\t", lambda row: [row[1], row[0], *row[2:]]))),
    "dat with quotes and spaces": ("ml-1m", *((file, text, remade(text, "::", lambda row: [f' "{it}" ' for it in row]))
                                              for file, text in (("ratings.dat", COLONS), ("movies.dat", DAT)))),
    "dat with tabs": ("ml-1m", ("ratings.dat", "::", "\t")),
    "dat with a header": ("ml-1m", ("movies.dat", "3::M", "MovieID::Title::Genres\n3::M")),
    "times with a point": ("RecBole", (".inter", "978300760", "978300760.0")),
}


@pytest.mark.parametrize("oddity", READ)
def test_what_can_be_read_for_certain_is_read(oddity, tmp_path):
    name, *changes = READ[oddity]
    check_tables(read(tmp_path, name, *changes))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "latin-1", "cp1252"])
@pytest.mark.parametrize("name", FORMS)
def test_every_file_is_read_in_every_encoding(name, encoding, tmp_path, capsys):
    check_tables(read(tmp_path, name, encoding=encoding))
    latin = encoding in ("latin-1", "cp1252") and FORMS[name][2] == "utf-8"    # published in UTF-8: nobody can be sure
    assert ("is not UTF-8, so it is read as Windows-1252" in capsys.readouterr().out) == latin


def test_titles_keep_their_commas_quotation_marks_and_line_breaks(tmp_path):
    data = read(tmp_path, "csv", ("movies.csv", "9,unknown", '9,"An ""odd""\none, in two lines (1990)"'))
    assert data.movies["title"].tolist() == ["Misérables, Les", 'An "odd"\none, in two lines', "The Usual Suspects"]
    assert data.movies["item"].tolist() == [3, 9, 50] and data.movies["year"][1] == 1990


@pytest.mark.parametrize("title", ['"Great" unknown', 'un"known', "un::known", '"unknown'])
def test_unquoted_titles_keep_what_looks_like_quotation(title, tmp_path):
    data = read(tmp_path, "ml-10m", ("movies.dat", "unknown", title))
    assert data.movies["title"][1] == title and data.movies["item"].tolist() == [3, 9, 50]


def test_quotation_marks_of_two_titles_do_not_make_one_of_them(tmp_path):
    data = read(tmp_path, "RecBole", (".item", "9\tunknown", '9\t"A'), (".item", "Usual Suspects, The", 'B"'))
    assert data.movies["title"].tolist() == ["Misérables, Les", '"A', 'B"']


REFUSED = {
    "no header": ("csv", ("ratings.csv", "userId,movieId,rating,timestamp\n", ""), "ratings.csv, line 1, has to name "
                  "the columns, as 'userId,movieId,rating,timestamp' does: '7,50,5.0,978300760'"),
    "no header of movies": ("csv", ("movies.csv", "movieId,title,genres\n", ""), "movies.csv, line 1, has to name"),
    "no header of RecBole's": ("RecBole", (".inter", RECBOLE["ml-100k.inter"].split("\n")[0] + "\n", ""),
                               "ml-100k.inter, line 1, has to name"),
    "an unknown name": ("csv", ("ratings.csv", "rating,", "score,"), "line 1, has .*: 'userId,movieId,score,timest"),
    "a name twice": ("csv", ("ratings.csv", "userId", "rating"), "line 1, has to .*, where rating stands twice"),
    "semicolons": ("csv", ("ratings.csv", ",", ";"), "'userId;movieId.*, parted by ';' instead of ','"),
    "commas for tabs": ("ml-100k", ("u.data", "\t", ","), "1 fields instead of 4, parted by ',' instead of '.t'"),
    "gzip": ("csv", ("ratings.csv", R, gzip.compress(R.encode())), "ratings.csv is packed with gzip, not a text"),
    "xz": ("ml-100k", ("u.data", DATA, lzma.compress(DATA.encode())), "u.data is packed with xz, not a text: unp"),
    "a workbook": ("csv", ("movies.csv", M, b"PK\3\4\0"), "movies.csv is a zip or a workbook, not a text"),
    "Parquet": ("csv", ("movies.csv", M, b"PAR1\0"), "movies.csv is a Parquet file, not a text"),
    "an old workbook": ("csv", ("movies.csv", M, b"\xd0\xcf\x11\xe0"), "movies.csv is an Excel workbook, not"),
    "a date with points": ("csv", ("ratings.csv", "978302109", "31.12.2000 22:35"), "line 3, .* such as 2001-12-31 "),
    "another flag": ("ml-100k", ("u.item", "|1|", "|x|"), "u.item, line 1, is not a movie's: .* Drama is 'x', neither"),
    "a comma unquoted": ("csv", ("movies.csv", '"', ""), "movies.csv, line 2, .* which has 4 fields instead of 3"),
    "an open quotation": ("csv", ("movies.csv", '5)",D', "5),D"), "line 2, is not .* quotation marks do not match"),
    "one quoted, one not": ("ml-10m", ("movies.dat", "unknown", '"A" b'), ("movies.dat", "Misérables, Les", '"M" "'),
                            ("movies.dat", 'M" " (1995)', 'M"'), "movies.dat, line 1, .* title is '\"M\"', in quo"),
    "a rounded time": ("csv", ("ratings.csv", "978300760", "9.783E+08"), "line 2, .* timestamp is '9.783E.08', not a"),
    "half a second": ("csv", ("ratings.csv", "978302109", "978302109.5"), "line 3, .* timestamp is '978302109.5', not"),
    "a date": ("csv", ("ratings.csv", "978302109", "31-12-2000 22:35"), "line 3, .* timestamp is '31-12-2000 22:35"),
    "a part of a second": ("csv", ("ratings.csv", "978302109", "2000-12-31 22:35:09.5"), "line 3, .* timestamp is '20"),
    "genres with commas": ("csv", ("movies.csv", "Crime|Thriller", '"Crime,Thriller"'), "line 4, .* not joined by ."),
    "a decimal comma": ("csv", ("ratings.csv", "5.0", '"5,0"'), "line 2, has a rating off .* rating is '5,0'"),
    "true": ("csv", ("ratings.csv", "5.0", "true"), ("ratings.csv", "3.0", "true"), ("ratings.csv", "4.0", "true"),
             "line 2, has a rating off the scale of half stars up to 5: .* rating is 'true'"),
    "a huge number": ("csv", ("ratings.csv", "978302109", "9" * 19), "line 3, .* timestamp is '9{19}', not a whole"),
    "a movie twice": ("csv", ("movies.csv", "9,", "3,"), "movies.csv, line 3, is .* where item is '3', as in line 2"),
    "no title": ("csv", ("movies.csv", "unknown", " "), "movies.csv, line 3, is not a movie's: .* title is '', empty"),
    "a lost letter": ("csv", ("movies.csv", "é", "\ufffd"), "movies.csv, line 2, holds '\ufffd', which stands for no"),
    "a pair twice": ("csv", ("ratings.csv", R, R + "2,9,4.0,978302111\n"), "line 5, rates a movie a second time for"),
    "a pair twice, no header": ("ml-1m", ("ratings.dat", COLONS, COLONS + "\n2::9::4::978302111\n"),
                                "line 5, rates a movie a second time for the same user: '2::9::4::978302111'"),
    "a cut last line": ("csv", ("ratings.csv", "4.0,978300760\n", "4.0,9783007"), "may be cut off: its last line, '7,"),
    "zeros": ("csv", ("ratings.csv", R, R + "\0\0"), "ratings.csv, line 5, holds '.x00', which stands for no letter"),
}


@pytest.mark.parametrize("oddity", REFUSED)
def test_what_cannot_be_read_for_certain_is_refused_with_file_line_and_what_stands_there(oddity, tmp_path):
    name, *changes, words = REFUSED[oddity]
    with pytest.raises(DataError, match=words) as error:
        read(tmp_path, name, *changes)
    assert str(tmp_path) in str(error.value) and "\n" not in str(error.value)


def test_an_encoding_that_is_none_of_these_is_refused(tmp_path):
    read(tmp_path, "csv")
    (tmp_path / "movies.csv").write_bytes(M.replace("é", "\x81").encode("latin-1"))
    with pytest.raises(DataError, match="movies.csv, line 2, holds b'.x81'.* Save it as UTF-8 anew"):
        read_set(tmp_path, CSV)


JUNK = ["x", "", "1e3", "7,5", "nan", "0x7", "1_0", "--1", "True", '"', "7 7", "-1.5", "²", "inf"]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.sampled_from(list(FORMS)), row=st.integers(0, 2), column=st.integers(0, 3), junk=st.sampled_from(JUNK))
def test_any_field_that_is_no_number_is_told_with_its_line(name, row, column, junk, tmp_path):
    form, files, encoding = FORMS[name]
    lines = files[form.ratings].splitlines()
    place = row + bool(form.headers[0])
    fields = lines[place].split(form.separators[0])
    fields[column] = junk
    lines[place] = form.separators[0].join(fields)
    (tmp_path / form.movies).write_bytes(files[form.movies].encode(encoding))
    (tmp_path / form.ratings).write_bytes("\n".join(lines).encode())
    with pytest.raises(DataError, match=f"{form.ratings}, line {place + 1}, "):
        read_set(tmp_path, form)
