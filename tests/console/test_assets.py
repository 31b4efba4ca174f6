"""The console's assets: what is taken from the libraries, what is left behind, and how they are served."""

import json
import re

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from console import assets, vendored


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    into = tmp_path_factory.mktemp("console") / "assets"
    manifest = assets.build(into=into)
    return {name: (into / file).read_text(encoding="utf-8") for name, file in manifest.items()}


@pytest.fixture
def client():
    app = FastAPI()
    app.mount(assets.ADDRESS, assets.served())
    return TestClient(app)


def test_what_only_gov_uk_may_show_is_left_behind(built):
    for name, text in built.items():
        assert not re.search(r"GDS Transport|@font-face|#1d70b8|woff|govuk-crest", text, re.I), name


def test_the_libraries_still_hold_what_we_take_out():
    """Should a release name its font or crown otherwise, `own` would let it pass: this fails first."""
    govuk = (assets.MODULES / vendored.TEXTS["govuk-frontend.css"]).read_text(encoding="utf-8")
    for mark in ("@font-face", "GDS Transport", "#1d70b8", "govuk-crest"):
        assert mark in govuk


def test_text_is_set_in_the_reader_s_own_font(built):
    families = set(re.findall(r"font-family:([^;}]+)", built["govuk-frontend.css"]))
    assert families == {vendored.FONTS, "sans-serif"}  # sans-serif: in print


def test_every_address_in_the_assets_is_an_asset(built):
    files = {assets.url(name) for name in built}
    named = {
        address
        for text in built.values()
        for address in re.findall(r"/assets/[^\"')]+", text) + re.findall(r"url\(([^)]+)\)", text)
        if not address.startswith(("data:", '"data:'))
    }
    assert named
    assert named <= files


def test_no_asset_asks_for_a_source_map(built):
    assert [name for name, text in built.items() if "sourceMappingURL" in text] == []


def test_a_name_changes_with_what_is_in_it(tmp_path, monkeypatch):
    static = tmp_path / "static"
    static.mkdir()
    monkeypatch.setattr(assets, "STATIC", static)
    names = set()
    for text in ("a{color:red}", "a{color:blue}"):
        (static / "own.css").write_text(text)
        names.add(assets.build(into=tmp_path / "built")["own.css"])
    assert len(names) == 2
    assert len(list((tmp_path / "built").glob("own.*"))) == 1


def test_a_reference_to_no_asset_stops_the_build_and_leaves_the_old_one(tmp_path, monkeypatch):
    static = tmp_path / "static"
    static.mkdir()
    monkeypatch.setattr(assets, "STATIC", static)
    into = tmp_path / "built"
    assets.build(into=into)
    before = sorted(path.name for path in into.iterdir())
    (static / "own.js").write_text('import "/assets/missing.js"')
    with pytest.raises(assets.AssetsError, match=r"own\.js refers to /assets/missing\.js, which is no asset"):
        assets.build(into=into)
    assert sorted(path.name for path in into.iterdir()) == before


def test_without_the_libraries_the_build_says_what_to_do(tmp_path):
    with pytest.raises(
        assets.AssetsError, match=r"govuk-frontend\.min\.css is missing\. `make run` installs"
    ):
        assets.build(modules=tmp_path, into=tmp_path / "built")


def test_unbuilt_assets_say_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setattr(assets, "BUILT", tmp_path)
    assets._manifest.cache_clear()
    try:
        with pytest.raises(assets.AssetsError, match="`make run` installs and builds them"):
            assets.served()
    finally:
        assets._manifest.cache_clear()


def test_what_is_served_was_built_from_the_sources_as_they_are(tmp_path):
    """Else a source changed since `make run` or `python -m console.assets`."""
    kept = json.loads((assets.BUILT / assets.MANIFEST).read_text(encoding="utf-8"))
    assert kept == assets.build(into=tmp_path / "fresh")


def test_assets_may_be_kept_for_ever(client):
    answer = client.get(assets.url("console.css"))
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["Content-Type"].startswith("text/css")


def test_scripts_are_served_as_scripts(client):
    assert "javascript" in client.get(assets.url("console.js")).headers["Content-Type"]


def test_what_is_not_there_is_not_kept(client):
    answer = client.get("/assets/console.000000000000.css")
    assert answer.status_code == 404
    assert "immutable" not in answer.headers.get("Cache-Control", "")
