"""Building: the same bytes again, only what changed, one swap, nothing lost that was published."""

import fcntl
import shutil
from datetime import timedelta

import pytest

from lifecycle import acts as a
from lifecycle.words import InspectionResult, Refused
from publication.check import problems
from publication.shelf import File, Shelf, SiteBusy
from tests.publication.scene import REPORT, Scene, contents


def test_the_same_ledger_gives_the_same_bytes(scene: Scene, tmp_path):
    scene.published()
    first, second = scene.build(), scene.build(folder=tmp_path / "another")
    assert first.name == second.name
    assert scene.files() == contents((tmp_path / "another" / "current").resolve())
    assert problems(scene.folder) == []


def test_nothing_is_written_when_nothing_changed(scene: Scene):
    scene.published().build()
    again = scene.build()
    assert (again.written, again.swapped) == ((), False)


def test_only_what_changed_is_written(scene: Scene):
    scene.published().build()
    case = scene.story("kent")
    case.now += timedelta(days=30)
    narrative = scene.sealed(case, "NARRATIVE")
    case.take(
        a.RecordInspection(key="i", actor="adams", result=InspectionResult.verified, narrative=narrative)
    )
    done = scene.build()
    assert done.swapped
    assert "cases/R-2016-6085/kent.html" in done.written
    assert "bodies/kent.html" in done.written
    assert not {"cases/R-2016-6085/bedfordshire.html", "letters/R-2016-6085/kent.html", "about.html"} & {
        *done.written
    }
    assert "Closed: verified by inspection" in scene.page("cases/R-2016-6085/kent.html")


def test_a_damaged_file_is_found_and_made_again(scene: Scene):
    scene.published().build()
    path = scene.folder / "current" / "letters/R-2016-6085/kent.html"
    path.write_text("Nothing to see", encoding="utf-8")
    [found] = problems(scene.folder)
    assert found.startswith("letters/R-2016-6085/kent.html: it was changed since it was built")
    path.unlink()
    assert "it is missing" in problems(scene.folder)[0]
    scene.build(afresh=True)
    assert problems(scene.folder) == []


def test_one_builds_at_a_time(scene: Scene):
    scene.build()
    with (scene.folder / "build.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(SiteBusy, match="another process"):
            scene.build()


def test_an_address_that_would_be_lost_gets_a_page_and_data_may_not_be_lost(scene: Scene):
    scene.published().build()
    book = scene.folder / "addresses.txt"
    book.write_text(book.read_text() + "cases/R-2012-1/kent.html\n")
    assert scene.build().gone == 1
    assert "No longer published" in scene.page("cases/R-2012-1/kent.html")
    assert problems(scene.folder) == []
    before = scene.files()
    book.write_text(book.read_text() + "reports/old/outcomes.csv\n")
    with pytest.raises(Refused, match=r"1 addresses .* lost, the first reports/old/outcomes.csv"):
        scene.build()
    assert scene.files() == before


def test_the_list_of_addresses_survives_the_loss_of_either_half(scene: Scene):
    scene.published().build()
    (scene.folder / "addresses.txt").unlink()
    shelf = Shelf(scene.folder)
    assert f"reports/{REPORT}.html" in shelf.addresses()
    scene.build()
    shutil.rmtree(scene.folder / "releases")
    assert f"reports/{REPORT}.html" in shelf.addresses()
    scene.build()
    assert problems(scene.folder) == []


@pytest.mark.parametrize("address", ["../secrets", "/etc/passwd", "a//b", "a/./b"])
def test_no_file_is_written_outside_the_site(tmp_path, address):
    shelf = Shelf(tmp_path)
    with shelf.held(), pytest.raises(Refused, match="no address below the site"):
        shelf.put([File(address, lambda: b"")])


def test_two_pages_never_share_an_address(tmp_path):
    shelf = Shelf(tmp_path)
    with shelf.held(), pytest.raises(Refused, match="Two pages"):
        shelf.put([File("a.html", lambda: b"1"), File("a.html", lambda: b"2")])


def test_old_releases_go_and_three_stay(tmp_path):
    shelf = Shelf(tmp_path)
    for content in (b"0", b"1", b"2", b"3", b"4", b"5"):
        with shelf.held():
            shelf.put([File("a.html", content.strip)])
    assert len([path for path in shelf.releases.iterdir() if path.is_dir()]) == 3
    assert (shelf.current / "a.html").read_text() == "5"
