import errno
import hashlib
import io
import os
import subprocess
import threading
import zipfile
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import requests

from recsys_utils import movielens, movielens_download
from recsys_utils.movielens import SETS, data_dir, load_movielens
from recsys_utils.movielens_formats import ML_1M, DataError, read_set, split_title

REAL = [Path(folder) for folder in (os.environ.get("RECSYS_DATA_DIR"), movielens.ROOT.parent / "shared/data") if folder]
FLAGS = {"Drama": "0|0|0|0|0|0|0|0|1|0|0|0|0|0|0|0|0|0|0", "unknown": "1|0|0|0|0|0|0|0|0|0|0|0|0|0|0|0|0|0|0",
         "Crime|Thriller": "0|0|0|0|0|0|1|0|0|0|0|0|0|0|0|0|1|0|0"}
COLONS = {"ratings.dat": "7::50::5::978300760\n2::9::3::978302109\n7::3::4::978300760\n",
          "movies.dat": "3::Misérables, Les (1995)::Drama\n9::unknown::(no genres listed)\n"
                        "50::Usual Suspects, The (1995)::Crime|Thriller\n"}
COMMAS = {"ratings.csv": "userId,movieId,rating,timestamp\n7,50,5.0,978300760\n2,9,3.0,978302109\n7,3,4.0,978300760\n",
          "movies.csv": 'movieId,title,genres\n3,"Misérables, Les (1995)",Drama\n9,unknown,(no genres listed)\n'
                        '50,"Usual Suspects, The (1995)",Crime|Thriller\n'}
RECBOLE = {"ml-100k.inter": "user_id:token\titem_id:token\trating:float\ttimestamp:float\n"
                            "7\t50\t5\t978300760\n2\t9\t3\t978302109\n7\t3\t4\t978300760\n",
           "ml-100k.item": "item_id:token\tmovie_title:token_seq\trelease_year:token\tclass:token_seq\n"
                           "3\tMisérables, Les\t1995\tDrama\n9\tunknown\tunknown\tunknown\n"
                           "50\tUsual Suspects, The\t1995\tCrime Thriller\n"}
FILES = {
    "ml-100k": ({"u.data": "7\t50\t5\t978300760\n2\t9\t3\t978302109\n7\t3\t4\t978300760\n",
                 "u.item": f"3|Misérables, Les (1995)|01-Jan-1995||http://x|{FLAGS['Drama']}\n9|unknown||||"
                           f"{FLAGS['unknown']}\n50|Usual Suspects, The (1995)|14-Aug-1995||http://x|"
                           f"{FLAGS['Crime|Thriller']}\n"}, "latin-1"),
    "ml-1m": (COLONS, "latin-1"), "ml-10m": (COLONS, "utf-8"),
    "ml-20m": (COMMAS, "utf-8"), "ml-25m": (COMMAS, "utf-8"), "ml-32m": (COMMAS, "utf-8"),
    "ml-latest-small": (COMMAS, "utf-8"),
}


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """An empty data folder, nobody to download from, and sets of three ratings."""
    monkeypatch.setenv("RECSYS_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.delenv("RECSYS_DATASET", raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(movielens_download, "GROUPLENS", "http://127.0.0.1:9")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: SimpleNamespace(returncode=1, stderr="ERROR: no network\n"))
    for name, one in SETS.items():
        monkeypatch.setitem(SETS, name, replace(one, n_ratings=one.n_ratings and 3))
    return tmp_path / "data"


def write(place, files, encoding):
    place.mkdir(parents=True)
    for name, text in files.items():
        (place / name).write_bytes(text.encode(encoding))


def zipped(inside, files, encoding="utf-8"):
    """Returns (bytes of a zip, its checksum)."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in {**files, "README": "not needed"}.items():
            archive.writestr(f"{inside}/{name}", text.encode(encoding))
    return content.getvalue(), "sha256:" + hashlib.sha256(content.getvalue()).hexdigest()


@pytest.fixture
def server(monkeypatch):
    """A server on this machine in GroupLens's place: .files holds its bytes, .missing how many it holds back."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            if self.path not in self.server.files:
                return self.send_error(404)
            body = self.server.files[self.path]
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[:len(body) - self.server.missing])

        def log_message(self, *_):
            pass

    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    running.files, running.missing = {}, 0
    threading.Thread(target=running.serve_forever, args=(0.01,), daemon=True).start()
    monkeypatch.setattr(movielens_download, "GROUPLENS", f"http://127.0.0.1:{running.server_port}")
    yield running
    running.shutdown()
    running.server_close()


def offer(server, monkeypatch, name, known_hash=None):
    """Puts a small zip of the set on the server, with its right checksum unless another is given."""
    files, encoding = FILES[name]
    content, checksum = zipped(SETS[name].zip_folder, files, encoding)
    server.files[f"/{name}.zip"] = content
    monkeypatch.setitem(SETS, name, replace(SETS[name], known_hash=known_hash or checksum))
    return content


def check_tables(data):
    assert data.ratings.dtypes.to_dict() == {"user": np.int64, "item": np.int64, "rating": np.float32,
                                             "timestamp": np.int64}
    assert data.ratings.to_numpy().tolist() == [[7, 50, 5, 978300760], [2, 9, 3, 978302109], [7, 3, 4, 978300760]]
    assert list(data.movies) == ["item", "title", "year", "genres"]
    assert data.movies["item"].tolist() == [3, 9, 50] and data.movies["item"].dtype == np.int64
    assert data.movies["title"].tolist() == ["Misérables, Les", "unknown", "The Usual Suspects"]
    assert data.movies["year"].dtype == "Int64" and data.movies["year"].tolist() == [1995, pd.NA, 1995]
    assert data.movies["genres"].tolist() == ["Drama", "", "Crime|Thriller"]


# formats

@pytest.mark.parametrize("name", FILES)
def test_each_set_is_parsed_in_its_own_format(name, folder, capsys):
    write(folder / name, *FILES[name])
    data = load_movielens(name)
    check_tables(data)
    assert (data.name, data.source) == (name, f"the folder …/{name}")
    assert capsys.readouterr().out == (f"{name}: 3 ratings by 2 users; 3 of 3 movies rated; from the folder "
                                       f"…/{name}\n")


def test_recboles_copy_is_parsed_and_named_for_what_it_is(folder):
    write(folder / "ml-100k", RECBOLE, "utf-8")
    data = load_movielens()
    check_tables(data)
    assert "RecBole" in data.source and data.source.startswith("the folder")


def test_grouplens_own_files_go_before_recboles(folder):
    files, encoding = FILES["ml-100k"]
    write(folder / "ml-100k", {**files, **RECBOLE}, encoding)
    assert "RecBole" not in load_movielens().source


def test_ml_10m_is_found_under_the_name_of_its_zips_folder(folder):
    write(folder / "ml-10M100K", *FILES["ml-10m"])
    check_tables(load_movielens("ml-10m"))


@pytest.mark.parametrize("name", FILES)
def test_windows_line_ends_change_nothing(name, folder):
    files, encoding = FILES[name]
    write(folder / name, {file: text.replace("\n", "\r\n") for file, text in files.items()}, encoding)
    check_tables(load_movielens(name))


def test_unrated_movies_are_kept(folder):
    write(folder / "ml-1m", {**COLONS, "movies.dat": COLONS["movies.dat"] + "51::Unseen (1990)::Drama\n"}, "latin-1")
    assert load_movielens("ml-1m").movies["item"].tolist() == [3, 9, 50, 51]


def test_quoted_titles_and_half_stars_are_read(folder):
    movies = 'movieId,title,genres\n3,"""Quoted"", and a comma (2002) ",Drama\n50,B (1990),Drama\n9,C,Drama\n'
    ratings = COMMAS["ratings.csv"].replace("5.0", "0.5")
    write(folder / "ml-20m", {"ratings.csv": ratings, "movies.csv": movies}, "utf-8")
    data = load_movielens("ml-20m")
    assert data.movies["title"][0] == '"Quoted", and a comma' and data.ratings["rating"][0] == 0.5


@pytest.mark.parametrize("published, title, year", [
    ("Toy Story (1995)", "Toy Story", 1995),
    ("Usual Suspects, The (1995)", "The Usual Suspects", 1995),
    ("Single Girl, A (La Fille Seule) (1995)", "A Single Girl (La Fille Seule)", 1995),
    ("Officer and a Gentleman, An (1982)", "An Officer and a Gentleman", 1982),
    ("Shanghai Triad (Yao a yao yao dao waipo qiao) (1995)", "Shanghai Triad (Yao a yao yao dao waipo qiao)", 1995),
    ("City of Lost Children, The (Cité des enfants perdus, La) (1995)",
     "The City of Lost Children (Cité des enfants perdus, La)", 1995),
    ("Die xue shuang xiong (Killer, The) (1989)", "Die xue shuang xiong (The Killer)", 1989),
    ("Leon (a.k.a. Professional, The) (1994)", "Leon (a.k.a. The Professional)", 1994),
    ("Postino, Il (1994)", "Postino, Il", 1994),
    ("Wonderful, Horrible Life of Leni Riefenstahl, The (1993)", "The Wonderful, Horrible Life of Leni Riefenstahl",
     1993),
    ("Associate, The (L'Associe)(1982)", "The Associate (L'Associe)", 1982),
    ("Eighth Day, The (Le Huitième jour ) (1996)", "The Eighth Day (Le Huitième jour)", 1996),
    ("Truth or Consequences, N.M. (1997)", "Truth or Consequences, N.M.", 1997),
    ("Land Before Time III (1995) (V)", "Land Before Time III", 1995),
    ("Two Friends (1986) ", "Two Friends", 1986),
    ("Death Note (2006–2007)", "Death Note", 2006),
    ("2001: A Space Odyssey (1968)", "2001: A Space Odyssey", 1968),
    ("(500) Days of Summer (2009)", "(500) Days of Summer", 2009),
    ("Babylon 5", "Babylon 5", None),
    ("unknown", "unknown", None)])
def test_titles_lose_the_year_and_get_their_article_back(published, title, year):
    assert split_title(published) == (title, year)


# names and folders

def test_the_name_comes_from_the_environment_and_is_ml_100k_without(folder, monkeypatch):
    write(folder / "ml-100k", *FILES["ml-100k"])
    write(folder / "ml-1m", *FILES["ml-1m"])
    assert load_movielens().name == "ml-100k"
    monkeypatch.setenv("RECSYS_DATASET", "ml-1m")
    assert load_movielens().name == "ml-1m"
    assert load_movielens("ml-100k").name == "ml-100k"


def test_the_data_folder_does_not_depend_on_the_working_directory(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RECSYS_DATA_DIR", "elsewhere")
    assert data_dir() == movielens.ROOT / "elsewhere"
    monkeypatch.delenv("RECSYS_DATA_DIR")
    assert data_dir() == movielens.ROOT / "data" and (movielens.ROOT / "recsys_utils").is_dir()


def test_an_unknown_name_gets_the_nearest_and_the_list():
    with pytest.raises(ValueError, match=r"'ML100K': did you mean 'ml-100k'\?.*ml-32m.*synthetic"):
        load_movielens("ML100K")
    with pytest.raises(ValueError) as far:
        load_movielens("netflix")
    assert "did you mean" not in str(far.value) and "ml-latest-small" in str(far.value)


def test_synthetic_needs_no_folder_and_takes_a_size(folder):
    assert len(load_movielens("synthetic").ratings) == 10_000
    data = load_movielens("synthetic:2k")
    assert len(data.ratings) == 2_000 and data.name == "synthetic:2k" and not folder.exists()


# damaged files

def damaged(folder, name, file, text):
    files, encoding = FILES[name]
    write(folder / name, {**files, file: text}, encoding)
    with pytest.raises(DataError) as error:
        load_movielens(name)
    assert str(folder / name) in str(error.value) and "load again" in str(error.value)
    return str(error.value)


def test_a_cut_off_ratings_file_is_noticed_by_its_count(folder):
    message = damaged(folder, "ml-1m", "ratings.dat", "7::50::5::978300760\n2::9::3::978302109\n")
    assert "ratings.dat holds 2 ratings, but 3 are published" in message


@pytest.mark.parametrize("line", ["7::50::5", "7::50::5::1::1", "7::x::5::978300760", "7::50::5::97830.5", "::::::"])
@pytest.mark.parametrize("place", [0, 2])
def test_a_malformed_rating_is_shown_with_file_and_line_number(folder, line, place):
    lines = COLONS["ratings.dat"].splitlines()
    lines[place] = line
    message = damaged(folder, "ml-1m", "ratings.dat", "\n".join(lines) + "\n")
    assert f"ratings.dat, line {place + 1}, is not user, item, rating, timestamp: {line!r}" in message


@pytest.mark.parametrize("before, after", [("0::", ""), ("", "::1")])
def test_a_field_too_many_in_every_line_is_noticed(folder, before, after):
    text = "".join(f"{before}{line}{after}\n" for line in COLONS["ratings.dat"].splitlines())
    assert "line 1, is not user, item" in damaged(folder, "ml-1m", "ratings.dat", text)


@pytest.mark.parametrize("name, file, good, bad, line", [
    ("ml-1m", "ratings.dat", "::3::9", "::6::9", 2), ("ml-1m", "ratings.dat", "::4::9", "::0::9", 3),
    ("ml-20m", "ratings.csv", ",5.0,", ",5.5,", 2), ("ml-20m", "ratings.csv", ",3.0,", ",3.25,", 3),
    ("ml-1m", "ratings.dat", "::4::9", "::3.5::9", 3), ("ml-20m", "ratings.csv", ",4.0,", ",nan,", 4)])
def test_a_rating_off_the_scale_is_shown_with_its_line(folder, name, file, good, bad, line):
    text = FILES[name][0][file]
    assert good in text
    assert f"{file}, line {line}, has a rating off the scale" in damaged(folder, name, file, text.replace(good, bad))


@pytest.mark.parametrize("name, file, line", [
    ("ml-100k", "u.item", "9|unknown|"), ("ml-1m", "movies.dat", "9::unknown"), ("ml-20m", "movies.csv", "9,unknown"),
    ("ml-20m", "movies.csv", 'x,"unknown",Drama')])
def test_a_malformed_movie_is_shown_with_file_and_line_number(folder, name, file, line):
    lines = FILES[name][0][file].splitlines()
    number = next(number for number, text in enumerate(lines) if text.startswith("9"))
    lines[number] = line
    assert f"{file}, line {number + 1}, is not a movie's: {line!r}" in damaged(folder, name, file, "\n".join(lines))


def test_a_movies_file_cut_off_between_lines_is_noticed(folder):
    text = "".join(COLONS["movies.dat"].splitlines(keepends=True)[:2])
    assert "no line for 1 of the rated movies, such as movie 50" in damaged(folder, "ml-1m", "movies.dat", text)


@pytest.mark.parametrize("name, file, text", [("ml-latest-small", "ratings.csv", ""), ("ml-1m", "ratings.dat", ""),
                                              ("ml-latest-small", "ratings.csv", "userId,movieId,rating,timestamp\n")])
def test_an_empty_ratings_file_is_named(folder, name, file, text):
    assert "holds nothing that reads as ratings" in damaged(folder, name, file, text)


def test_an_incomplete_folder_is_never_overwritten(folder, server, monkeypatch):
    offer(server, monkeypatch, "ml-1m")
    write(folder / "ml-1m", {"notes.txt": "mine"}, "utf-8")
    with pytest.raises(DataError, match="without ratings.dat and movies.dat"):
        load_movielens("ml-1m")
    assert (folder / "ml-1m" / "notes.txt").read_text() == "mine"


def test_a_link_to_nowhere_and_a_file_that_cannot_be_read_are_named(folder, monkeypatch):
    folder.mkdir()
    (folder / "ml-1m").symlink_to(folder / "nowhere")
    with pytest.raises(DataError, match="ml-1m is there, but without ratings.dat and movies.dat"):
        load_movielens("ml-1m")

    def denied(*_):
        raise PermissionError(errno.EACCES, "Permission denied", "u.data")

    write(folder / "ml-100k", *FILES["ml-100k"])
    monkeypatch.setattr(movielens, "read_set", denied)
    with pytest.raises(DataError, match="ml-100k could not be read or kept .*Permission denied: 'u.data'.: make"):
        load_movielens()


# sources

@pytest.mark.parametrize("name", FILES)
def test_a_download_is_verified_and_only_its_two_files_are_kept(name, folder, server, monkeypatch):
    offer(server, monkeypatch, name)
    data = load_movielens(name)
    check_tables(data)
    assert data.source == "GroupLens's zip, checksum verified"
    assert sorted(place.name for place in folder.rglob("*")) == sorted([name, *FILES[name][0]])
    server.files.clear()
    assert load_movielens(name).source == f"the folder …/{name}"


def test_the_changing_set_is_verified_by_the_checksum_beside_it(folder, server):
    content, _ = zipped("ml-latest-small", COMMAS)
    server.files["/ml-latest-small.zip"] = content
    server.files["/ml-latest-small.zip.md5"] = b"0" * 32 + b"  ml-latest-small.zip\n"
    with pytest.raises(DataError, match="wrong checksum"):
        load_movielens("ml-latest-small")
    server.files["/ml-latest-small.zip.md5"] = f"MD5 (x.zip) = {hashlib.md5(content).hexdigest()}\n".encode()
    check_tables(load_movielens("ml-latest-small"))


def failed(folder, name="ml-1m"):
    with pytest.raises(DataError) as error:
        load_movielens(name)
    assert not folder.exists() or not list(folder.iterdir()), "something half done was left"
    return str(error.value)


def test_a_wrong_checksum_keeps_nothing(folder, server, monkeypatch):
    offer(server, monkeypatch, "ml-1m", known_hash="md5:" + "0" * 32)
    assert "wrong checksum" in failed(folder)


def test_a_download_cut_off_in_the_middle_keeps_nothing(folder, server, monkeypatch):
    offer(server, monkeypatch, "ml-1m")
    server.missing = 100
    assert "cut off in the middle" in failed(folder)


def test_an_answer_that_is_no_file_is_told_with_its_number(folder, server):
    assert "GroupLens answered 404" in failed(folder)


def test_nothing_reachable_names_three_ways_the_address_and_the_folder(folder):
    message = failed(folder, "ml-100k")
    assert "GroupLens was not reachable" in message and "ERROR: no network" in message
    assert all(part in message for part in ("(1)", "(2)", "(3)", "/ml-100k.zip", str(folder), "recbole==1.2.1"))


def test_a_lapsed_certificate_is_told_and_the_check_stays_on(folder, monkeypatch):
    def lapsed(url, **options):
        assert options.get("verify", True) is True
        raise requests.exceptions.SSLError("certificate has expired")

    monkeypatch.setattr(requests, "get", lapsed)
    message = failed(folder)
    assert "certificate could not be verified" in message and str(folder) in message


@pytest.mark.parametrize("stage", ["copyfileobj", "replace"])
@pytest.mark.parametrize("trouble", [KeyboardInterrupt(), OSError(errno.EIO, "broken")])
def test_an_interruption_leaves_nothing_half_done(folder, server, monkeypatch, stage, trouble):
    def interrupted(*_):
        raise trouble

    offer(server, monkeypatch, "ml-1m")
    where = movielens_download.shutil if stage == "copyfileobj" else movielens.os
    monkeypatch.setattr(where, stage, interrupted)
    with pytest.raises((KeyboardInterrupt, DataError), match="^$|ml-1m could not be read or kept .*broken"):
        load_movielens("ml-1m")
    assert list(folder.iterdir()) == []


def test_another_notebook_may_be_quicker(folder, server, monkeypatch):
    def too_late(_files, target):
        write(target, *FILES["ml-1m"])
        raise OSError(errno.ENOTEMPTY, "Directory not empty")

    offer(server, monkeypatch, "ml-1m")
    monkeypatch.setattr(movielens.os, "replace", too_late)
    check_tables(load_movielens("ml-1m"))
    assert [place.name for place in folder.iterdir()] == ["ml-1m"]


def test_a_full_disk_is_told_and_cleaned_up(folder, server, monkeypatch):
    def full(_source, target, _size):
        target.write(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    offer(server, monkeypatch, "ml-1m")
    monkeypatch.setattr(movielens_download.shutil, "copyfileobj", full)
    message = failed(folder)
    assert "disk is full" in message and str(folder) in message and "RECSYS_DATA_DIR" in message


def test_a_zip_put_there_by_hand_is_verified_and_kept(folder, server, monkeypatch):
    content = offer(server, monkeypatch, "ml-1m")
    server.files.clear()
    folder.mkdir()
    (folder / "ml-1m.zip").write_bytes(content[:-1])
    with pytest.raises(DataError, match="ml-1m.zip is not the published zip: its checksum"):
        load_movielens("ml-1m")
    (folder / "ml-1m.zip").write_bytes(content)
    data = load_movielens("ml-1m")
    check_tables(data)
    assert data.source == "the zip …/ml-1m.zip, checksum verified"
    assert (folder / "ml-1m.zip").read_bytes() == content


def test_a_damaged_zip_without_a_fixed_checksum_is_told(folder):
    folder.mkdir()
    (folder / "ml-latest-small.zip").write_bytes(zipped("ml-latest-small", COMMAS)[0][:-30])
    with pytest.raises(DataError, match="ml-latest-small.zip is damaged"):
        load_movielens("ml-latest-small")


def test_a_data_folder_that_cannot_be_written_still_loads(tmp_path, server, monkeypatch, capsys):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("RECSYS_DATA_DIR", str(tmp_path / "file"))
    offer(server, monkeypatch, "ml-1m")
    check_tables(load_movielens("ml-1m"))
    told = capsys.readouterr().out
    assert f"The data folder {tmp_path / 'file'} cannot be written" in told and "RECSYS_DATA_DIR" in told
    assert (tmp_path / "file").read_text() == "in the way"


def test_a_read_only_folder_with_the_files_needs_no_word(folder, monkeypatch, capsys):
    def denied(**_):
        raise PermissionError(errno.EACCES, "Permission denied")

    write(folder / "ml-1m", *FILES["ml-1m"])
    monkeypatch.setattr(movielens.tempfile, "TemporaryFile", denied)
    check_tables(load_movielens("ml-1m"))
    assert "cannot be written" not in capsys.readouterr().out


def pip_gives(monkeypatch, wheel, calls):
    def run(command, **_):
        calls.append(command)
        destination = Path(command[command.index("--dest") + 1])
        (destination / "recbole-1.2.1-py3-none-any.whl").write_bytes(wheel)
        return SimpleNamespace(returncode=0, stderr="")

    monkeypatch.setattr(subprocess, "run", run)


def test_ml_100k_comes_from_recboles_wheel_when_grouplens_does_not_answer(folder, monkeypatch):
    wheel, checksum = zipped("recbole/dataset_example/ml-100k", RECBOLE)
    monkeypatch.setattr(movielens_download, "WHEEL_HASH", checksum)
    pip_gives(monkeypatch, wheel, calls := [])
    data = load_movielens()
    check_tables(data)
    assert "RecBole's wheel" in data.source and data.source.endswith("GroupLens was not reachable")
    assert "RecBole's wheel" in load_movielens().source and len(calls) == 1
    assert "download" in calls[0] and "--no-deps" in calls[0] and "install" not in calls[0]
    assert sorted(place.name for place in folder.rglob("*")) == ["ml-100k", *sorted(RECBOLE)]


def test_a_lapsed_certificate_is_told_where_the_wheel_helps(folder, monkeypatch, capsys):
    def lapsed(url, **_):
        raise requests.exceptions.SSLError("certificate has expired")

    wheel, checksum = zipped("recbole/dataset_example/ml-100k", RECBOLE)
    monkeypatch.setattr(movielens_download, "WHEEL_HASH", checksum)
    monkeypatch.setattr(requests, "get", lapsed)
    pip_gives(monkeypatch, wheel, [])
    check_tables(load_movielens())
    assert "certificate could not be verified" in capsys.readouterr().out


def test_a_wheel_with_a_wrong_checksum_is_not_used(folder, monkeypatch):
    pip_gives(monkeypatch, zipped("recbole/dataset_example/ml-100k", RECBOLE)[0], [])
    assert "wheel of recbole==1.2.1 has a wrong checksum" in failed(folder, "ml-100k")


def test_pip_out_of_time_is_told(folder, monkeypatch):
    def slow(command, timeout, **_):
        raise subprocess.TimeoutExpired(command, timeout)

    monkeypatch.setattr(subprocess, "run", slow)
    assert "pip did not fetch recbole==1.2.1 in time" in failed(folder, "ml-100k")


def test_the_wheel_is_for_ml_100k_only(folder, monkeypatch):
    pip_gives(monkeypatch, b"", calls := [])
    failed(folder, "ml-1m")
    assert calls == []


# the published data

@pytest.mark.parametrize("name, n_ratings, n_users, n_rated, n_movies, mean", [
    ("ml-100k", 100_000, 943, 1_682, 1_682, 3.5299), ("ml-1m", 1_000_209, 6_040, 3_706, 3_883, 3.5816)])
def test_the_published_counts(name, n_ratings, n_users, n_rated, n_movies, mean, monkeypatch):
    home = next((place for place in REAL if (place / name).is_dir()), None)
    if home is None:
        pytest.skip(f"{name} is not in the data folder")
    monkeypatch.setenv("RECSYS_DATA_DIR", str(home))
    monkeypatch.setitem(SETS, name, replace(SETS[name], n_ratings=n_ratings))
    data = load_movielens(name)
    assert len(data.ratings) == n_ratings and data.ratings["user"].nunique() == n_users
    assert data.ratings["item"].nunique() == n_rated and len(data.movies) == n_movies
    assert data.ratings["rating"].astype(float).mean() == pytest.approx(mean, abs=5e-5)
    assert data.movies["title"][0] == "Toy Story" and data.movies["year"][0] == 1995


@pytest.mark.parametrize("change", ["none", "sorted", "exchanged", "cut", "a row twice", "another rating"])
def test_what_is_not_as_published_is_told(change, tmp_path, monkeypatch):
    home = next((place for place in REAL if (place / "ml-100k").is_dir()), None)
    if home is None:
        pytest.skip("ml-100k is not in the data folder")
    monkeypatch.setenv("RECSYS_DATA_DIR", str(home))
    monkeypatch.setitem(SETS, "ml-100k", replace(SETS["ml-100k"], n_ratings=100_000))
    data = load_movielens()
    rows = [[str(int(value)) for value in row] for row in data.ratings.to_numpy()]
    changed = {"none": rows, "sorted": sorted(rows), "exchanged": [[item, user, *more] for user, item, *more in rows],
               "cut": [*rows[:-1], [*rows[-1][:3], rows[-1][3][:-3]]], "a row twice": [*rows[1:], rows[-1]],
               "another rating": [[*rows[0][:2], "1", rows[0][3]], *rows[1:]]}[change]
    (tmp_path / "ratings.dat").write_text("\n".join(map("::".join, changed)))
    (tmp_path / "movies.dat").write_text("".join(f"{item}::A::B\n" for item in data.movies["item"]))
    if change == "none":
        assert read_set(tmp_path, ML_1M, 100_000)[0].equals(data.ratings)
        return
    words = "line 100000, rates a movie a second" if change == "a row twice" else "ratings.dat was changed: its ratings"
    with pytest.raises(DataError, match=words):
        read_set(tmp_path, ML_1M, 100_000)


def test_the_published_counts_are_the_ones_checked(monkeypatch):
    monkeypatch.undo()  # the sets of three ratings
    assert {name: one.n_ratings for name, one in SETS.items()} == {
        "ml-100k": 100_000, "ml-1m": 1_000_209, "ml-10m": 10_000_054, "ml-20m": 20_000_263, "ml-25m": 25_000_095,
        "ml-32m": 32_000_204, "ml-latest-small": None}
