"""Files are whole or not there; a folder that cannot be written is one line, not an error."""
import os

import pytest

from recsys_utils.storage import replace_whole, write_whole

pytestmark = pytest.mark.filterwarnings("error")


def test_bytes_are_written_and_folders_made(tmp_path):
    path = tmp_path / "a" / "b" / "x.pt"
    assert write_whole(path, b"12\n\x00") is True
    assert path.read_bytes() == b"12\n\x00" and os.listdir(path.parent) == ["x.pt"]


def test_an_earlier_file_is_replaced(tmp_path):
    write_whole(tmp_path / "x.pt", b"a long first version")
    write_whole(str(tmp_path / "x.pt"), b"new")
    assert (tmp_path / "x.pt").read_bytes() == b"new" and os.listdir(tmp_path) == ["x.pt"]


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path, capsys):
    (tmp_path / "file").write_text("in the way")
    assert write_whole(tmp_path / "file" / "results" / "x.pt", b"1") is False
    said = capsys.readouterr().out
    assert said.startswith("Not kept: x.pt (Not a directory)") and said.count("\n") == 1 and "RECSYS_DATA_DIR" in said


def test_a_disk_that_is_full_leaves_the_earlier_file_and_nothing_half_written(tmp_path, capsys, monkeypatch):
    write_whole(tmp_path / "x.pt", b"whole")

    def full(*_):
        assert (tmp_path / "x.pt").read_bytes() == b"whole"              # what a reader sees meanwhile
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    assert write_whole(tmp_path / "x.pt", b"new") is False
    assert (tmp_path / "x.pt").read_bytes() == b"whole" and os.listdir(tmp_path) == ["x.pt"]
    assert "No space left on device" in capsys.readouterr().out


def test_a_half_written_file_does_not_have_the_name_that_readers_look_for(tmp_path, monkeypatch):
    replace, names = os.replace, []

    def spy(source, target):
        names.append(os.listdir(tmp_path))
        replace(source, target)

    monkeypatch.setattr(os, "replace", spy)
    write_whole(tmp_path / "x.pt", b"1")
    assert len(names[0]) == 1 and not names[0][0].endswith(".pt")
    assert os.listdir(tmp_path) == ["x.pt"]


@pytest.mark.parametrize("content, written", [
    (b"\x00\xff", b"\x00\xff"), ("é\n", b"\xc3\xa9\n"), ("a\r\nb", b"a\r\nb"), ("half: \ud800", b"half: ?")])
def test_a_file_is_replaced_by_bytes_or_a_text(tmp_path, content, written):
    replace_whole(tmp_path / "a" / "x", b"before")
    replace_whole(str(tmp_path / "a" / "x"), content)
    assert (tmp_path / "a" / "x").read_bytes() == written and os.listdir(tmp_path / "a") == ["x"]


def test_replacing_raises_where_it_cannot_and_leaves_the_earlier_file(tmp_path, monkeypatch):
    replace_whole(tmp_path / "x", b"whole")
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OSError):
        replace_whole(tmp_path / "file" / "x", b"1")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="No space left"):
        replace_whole(tmp_path / "x", b"new")
    assert (tmp_path / "x").read_bytes() == b"whole" and sorted(os.listdir(tmp_path)) == ["file", "x"]


def test_a_name_as_long_as_a_disk_takes_is_written(tmp_path):
    replace_whole(tmp_path / ("x" * 255), b"1")
    assert os.listdir(tmp_path) == ["x" * 255]
