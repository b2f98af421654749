"""Fetching MovieLens: a zip put there by hand, GroupLens's own, and for ml-100k the copy inside RecBole's wheel."""
import errno
import logging
import re
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass

import pooch
import requests

from recsys_utils.movielens_formats import RECBOLE, DataError, Format

GROUPLENS = "https://files.grouplens.org/datasets/movielens"
TIMEOUT = (5, 30)  # seconds to connect, seconds of silence: someone offline should not wait for minutes
WHEEL = "recbole==1.2.1"
WHEEL_HASH = "sha256:9c9948202011f37eb0a7c6768129313f00d6403ad221ec940d5e2d5d5f33a407"
WHEEL_WORDS = ("the copy inside RecBole's wheel on PyPI: ratings and order equal GroupLens's, movie 267's title is "
               "misspelt")


@dataclass(frozen=True)
class Published:
    """What GroupLens publishes of one set."""

    name: str
    form: Format
    n_ratings: int | None    # None: not fixed
    known_hash: str | None   # None: the set changes, its checksum stands in a file beside the zip
    zip_folder: str          # the folder's name inside the zip

    @property
    def address(self) -> str:
        """Returns the zip's URL."""
        return f"{GROUPLENS}/{self.name}.zip"


class Unavailable(Exception):
    """One source did not give the set; the message says why, and the next source is tried."""


def fetch(files, one, folder):
    """Puts a set's two files into `files`; returns their Format, and words for the first source that gave them.

    files: Path of an empty folder, whose parent is for scratch; one: Published; folder: Path of the data folder
    Raises DataError where no source gives the set or the disk is full; the caller removes what was half written.
    """
    troubles = []
    try:
        for source in (_from_own_zip, _from_grouplens, _from_recbole):
            try:
                form, words = source(files, one, folder)
                return form, "; ".join([words, *troubles])
            except Unavailable as why:
                troubles += why.args
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        raise DataError(f"The disk is full: {one.name} did not fit into {files.parent.parent}; what was half written "
                        f"is removed. Free some space, or set RECSYS_DATA_DIR to a folder on another disk.") from None
    raise DataError(f"{one.name} could not be had: {'; '.join(troubles)}. Three ways to get it: (1) fetch "
                    f"{one.address} in a browser and put the zip, unopened, into {folder}; (2) with a network, load "
                    f"again: the same zip is then fetched; (3) with PyPI in reach, take ml-100k, of which pip fetches "
                    f"a copy ({WHEEL}). RECSYS_DATASET=synthetic needs none of them.")


def _from_own_zip(files, one, folder):
    archive = folder / f"{one.name}.zip"
    if not archive.is_file():
        raise Unavailable
    if one.known_hash and not _hash_is(archive, one.known_hash):
        raise DataError(f"{archive} is not the published zip: its checksum is not {one.known_hash}. It was cut off or "
                        f"changed: move it away, then load again, or fetch {one.address} once more.")
    _unpack(archive, one.zip_folder, one.form, files)
    checked = "checksum verified" if one.known_hash else "checksum not verified, as this set changes over time"
    return one.form, f"the zip …/{archive.name}, {checked}"


def _from_grouplens(files, one, _folder):
    pooch.get_logger().setLevel(logging.WARNING)
    with_bar = pooch.HTTPDownloader(progressbar=True, chunk_size=2**18, timeout=TIMEOUT)
    try:
        known_hash = one.known_hash or _hash_beside(one.address)
        archive = pooch.retrieve(one.address, known_hash, f"{one.name}.zip", files.parent, downloader=with_bar)
    except (requests.RequestException, ValueError) as error:
        raise Unavailable(_why(error)) from None
    _unpack(archive, one.zip_folder, one.form, files)
    return one.form, "GroupLens's zip, checksum verified"


def _why(error):
    """Returns words for what `requests` or `pooch` raised."""
    if isinstance(error, requests.exceptions.SSLError):
        return ("GroupLens's certificate could not be verified (it has lapsed at times; the check is never switched "
                "off)")
    if isinstance(error, requests.HTTPError):
        return f"GroupLens answered {error.response.status_code}"
    if isinstance(error, requests.exceptions.ChunkedEncodingError) or "Read timed out" in str(error):
        return "the download from GroupLens was cut off in the middle"
    if isinstance(error, requests.RequestException):
        return "GroupLens was not reachable"
    return "what came from GroupLens has a wrong checksum (perhaps it is a network's login page)"


def _hash_beside(address):
    beside = requests.get(f"{address}.md5", timeout=TIMEOUT)
    beside.raise_for_status()
    checksum = re.search(r"\b[0-9a-f]{32}\b", beside.text)
    if not checksum:
        raise ValueError(f"no checksum in {address}.md5")
    return f"md5:{checksum[0]}"


def _from_recbole(files, one, _folder):
    """pip fetches the wheel without its dependencies; two files are taken out, and nothing is installed."""
    if one.name != "ml-100k":
        raise Unavailable
    options = "--no-deps --only-binary=:all: --no-input --quiet --timeout=10 --retries=1 --disable-pip-version-check"
    command = [sys.executable, "-m", "pip", "download", *options.split(), "--dest", str(files.parent), WHEEL]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    except (subprocess.TimeoutExpired, OSError):
        raise Unavailable(f"pip did not fetch {WHEEL} in time") from None
    wheel = next(files.parent.glob("*.whl"), None)
    if done.returncode or not wheel:
        raise Unavailable(f"pip could not fetch {WHEEL}: {(done.stderr.strip() or 'no reason given').splitlines()[-1]}")
    if not _hash_is(wheel, WHEEL_HASH):
        raise Unavailable(f"the wheel of {WHEEL} has a wrong checksum")
    _unpack(wheel, "recbole/dataset_example/ml-100k", RECBOLE, files)
    return RECBOLE, WHEEL_WORDS


def _hash_is(path, known_hash):
    algorithm, checksum = known_hash.split(":")
    return pooch.file_hash(path, algorithm) == checksum


def _unpack(archive, inside, form, files):
    """Takes the set's two files, and nothing else, out of the archive."""
    try:
        with zipfile.ZipFile(archive) as opened:
            for name in (form.ratings, form.movies):
                with opened.open(f"{inside}/{name}") as source, open(files / name, "wb") as target:
                    shutil.copyfileobj(source, target, 2**20)
    except (zipfile.BadZipFile, KeyError) as error:
        raise DataError(f"{archive} is damaged ({error}): move it away and load again.") from None
