"""What is taken in and what is refused, by a file crafted for each reason."""

import io
import zipfile
import zlib

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name

from office.uploads import archives
from office.uploads.inspection import inspect
from office.uploads.kinds import kind_of
from office.uploads.plain_text import OLD
from office.uploads.refusals import FileRefused
from tests.uploads import files as f

ENCRYPTED = f.OLE + b"\0" * 64 + "EncryptedPackage".encode("utf-16-le")
MACRO = "application/vnd.ms-word.document.macroEnabled.main+xml"


def look(name: str, content: bytes) -> str:
    kind = kind_of(name)
    assert kind is not None
    return inspect(io.BytesIO(content), kind)


def refused(name: str, content: bytes) -> FileRefused:
    with pytest.raises(FileRefused) as why:
        look(name, content)
    said = str(why.value)
    assert said.startswith("The selected file")
    assert "upload" in said, "it says what to do next"
    return why.value


@pytest.mark.parametrize("name", f.GOOD)
def test_a_right_file_of_every_kind_is_taken(name):
    assert look(name, f.GOOD[name]) == ""


@pytest.mark.parametrize("name", f.GOOD)
@pytest.mark.parametrize(
    "content", ["plan.pdf", "plan.docx", "plan.xlsx", "plan.odt", "plan.ods", "plan.png", "plan.jpg"]
)
def test_content_under_the_name_of_another_kind_is_refused(name, content):
    if {name, content} == {"plan.jpg", "plan.jpeg"} or name == content:
        return
    assert refused(name, f.GOOD[content]).code == "content"


@pytest.mark.parametrize("name", [name for name in f.GOOD if not name.endswith(("csv", "txt"))])
@pytest.mark.parametrize("content", [b"a,b\n1,2\n", b"MZ\x90\0\3\0\0\0", b"<html><script>x</script></html>"])
def test_text_and_programs_under_a_good_name_are_refused(name, content):
    assert refused(name, content).code == "content"


@pytest.mark.parametrize("name", ["plan.docx", "plan.xlsx", "plan.odt", "plan.ods", "plan.png"])
def test_a_file_cut_short_is_refused(name):
    assert refused(name, f.GOOD[name][:-30]).code == "content"


# --- zip archives


def test_an_archive_of_too_many_files_is_refused():
    many = {f"word/{n}.xml": b"" for n in range(archives.MOST_ENTRIES)}
    assert "more than we can check" in str(refused("a.docx", f.office(more=many)))


def test_a_bomb_is_refused_by_its_ratio():
    assert "more than we can check" in str(
        refused("a.docx", f.office(more={"word/a.xml": b"\0" * 30_000_000}))
    )


def test_a_bomb_is_refused_by_its_size(monkeypatch):
    monkeypatch.setattr(archives, "MOST_BYTES", 1000)
    wide = {"xl/a.xml": bytes(range(256)) * 8}
    with (
        pytest.raises(FileRefused, match="more than we can check"),
        archives.opened(io.BytesIO(f.office("xlsx", wide)), "XLSX", archives.MOST_BYTES),
    ):
        pass


def test_a_size_that_lies_is_refused():
    content = f.office(more={"word/a.xml": b"A" * 5000})
    refused("a.docx", f.patched(content, [((5000).to_bytes(4, "little"), (50).to_bytes(4, "little"))]))


@pytest.mark.parametrize("path", ["../a.xml", "/etc/a.xml", "word/../../a.xml", "C:a.xml", "word\\a.xml"])
def test_a_path_that_leads_out_is_refused(path):
    refused(
        "a.docx", f.patched(f.office(more={"x" * len(path): b"<a/>"}), [(b"x" * len(path), path.encode())])
    )


def test_two_entries_of_one_name_are_refused():
    refused("a.docx", f.patched(f.office(more={"word/Xocument.xml": b"<a/>"}), [(b"word/X", b"word/d")]))


def test_an_encrypted_entry_is_refused_as_a_password():
    made = io.BytesIO(f.office())
    with zipfile.ZipFile(made) as whole:
        flags = [entry.header_offset + 6 for entry in whole.infolist()]
        start = whole.start_dir
    content = bytearray(made.getvalue())
    content[flags[0]] |= 1
    content[start + 8] |= 1
    assert refused("a.docx", bytes(content)).code == "password"


def test_another_way_of_packing_is_refused():
    entries = {"[Content_Types].xml": f.types("x"), "word/document.xml": "<a/>"}
    refused("a.docx", f.archive(entries, zipfile.ZIP_LZMA))


def test_a_document_type_is_refused():
    declared = '<!DOCTYPE Types [<!ENTITY a "b">]>' + f.types("x")
    refused("a.docx", f.office(more={"[Content_Types].xml": declared}))


# --- office


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"word/vbaProject.bin": b"x"}, "macros"),
        ({"word/vbaData.xml": b"<a/>"}, "macros"),
        ({"word/activeX/activeX1.xml": b"<a/>"}, "macros"),
        ({"xl/macrosheets/sheet1.xml": b"<a/>"}, "macros"),
        ({"word/embeddings/oleObject1.bin": b"x"}, "macros or embedded objects"),
        ({"word/other.bin": b"x"}, "an embedded object"),
        ({"word/media/image1.png": f.OLE + b"x" * 600}, "an embedded object"),
        ({"word/media/image1.png": b"MZ\x90\0"}, "a program"),
        ({"word/embeddings/a.zip": f.archive({"a": b"b"})}, "another archive"),
        ({"word/embeddings/a.xlsx": f.office("xlsx", {"xl/vbaProject.bin": b"x"})}, "macros"),
        (
            {"word/embeddings/a.xlsx": f.office("xlsx", {"xl/b.xlsx": f.office("xlsx")})},
            "archives within archives",
        ),
        (
            {"word/_rels/settings.xml.rels": f.relationship("attachedTemplate", "http://x.example/a.dotm")},
            "fetched",
        ),
        ({"word/_rels/document.xml.rels": f.relationship("oleObject", "file:///a")}, "fetched"),
        (
            {"word/_rels/document.xml.rels": f.relationship("image", "http://x.example/a", "external")},
            "fetched",
        ),
    ],
)
def test_what_runs_or_fetches_is_refused(more, said):
    assert said in str(refused("a.docx", f.office(more=more)))


@pytest.mark.parametrize(
    "more",
    [
        {"xl/printerSettings/printerSettings1.bin": b"x"},
        {"word/embeddings/Workbook1.xlsx": f.office("xlsx")},
        {"word/_rels/document.xml.rels": f.relationship("hyperlink", "https://www.example/")},
    ],
)
def test_what_ordinary_documents_hold_is_taken(more):
    assert look("a.docx", f.office(more=more)) == ""


def test_a_document_that_may_hold_macros_is_refused():
    assert "macros" in str(refused("a.docx", f.office(main=MACRO)))


def test_an_office_document_with_a_password_is_said_to_be_one():
    assert refused("a.xlsx", ENCRYPTED).code == "password"


def test_an_old_office_document_is_not_what_its_name_says():
    assert refused("a.docx", f.OLE + b"\0" * 600).code == "content"


def test_a_zip_called_docx_is_refused():
    assert refused("a.docx", f.archive({"a.txt": b"x"})).code == "content"


# --- OpenDocument


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"Basic/Standard/Module1.xml": b"<a/>"}, "macros"),
        ({"Scripts/python/a.py": b"x"}, "macros"),
        ({"content.xml": '<a xmlns:s="s"><s:event-listener s:event-name="load"/></a>'}, "scripts"),
        ({"styles.xml": "<a><script/></a>"}, "scripts"),
        ({"Object 1": f.OLE + b"x"}, "an embedded object"),
        ({"Object 2": f.archive({"a": b"b"})}, "another archive"),
        (
            {"META-INF/manifest.xml": "<manifest><file-entry><encryption-data/></file-entry></manifest>"},
            "password",
        ),
    ],
)
def test_what_runs_or_is_locked_in_open_document_is_refused(more, said):
    assert said in str(refused("a.odt", f.opendocument(more=more)))


def test_a_template_is_not_a_text():
    refused("a.odt", f.opendocument(media="application/vnd.oasis.opendocument.text-template"))


# --- PDF


def script(made: pikepdf.Pdf) -> None:
    made.Root.OpenAction = Dictionary(S=Name.JavaScript, JS="app.alert(1)")


def deep(made: pikepdf.Pdf) -> None:
    made.pages[0].Annots = Array(
        [Dictionary(Type=Name.Annot, AA=Dictionary(E=Dictionary(S=Name.JavaScript)))]
    )


def launch(made: pikepdf.Pdf) -> None:
    made.pages[0].AA = made.make_indirect(Dictionary(O=Dictionary(S=Name.Launch, F="calc.exe")))


def attached(made: pikepdf.Pdf) -> None:
    made.attachments["tool.exe"] = b"MZ\x90\0"


def form(made: pikepdf.Pdf) -> None:
    made.Root.AcroForm = Dictionary(XFA="<xdp/>")


@pytest.mark.parametrize("packed", [pikepdf.ObjectStreamMode.disable, pikepdf.ObjectStreamMode.generate])
@pytest.mark.parametrize(
    ("change", "said"),
    [
        (script, "JavaScript"),
        (deep, "JavaScript"),
        (launch, "an order to start a program"),
        (attached, "attached files"),
        (form, "a form with scripts"),
    ],
)
def test_a_pdf_that_acts_is_refused(change, said, packed):
    assert said in str(refused("a.pdf", f.pdf(change, object_stream_mode=packed)))


def test_a_disguised_name_is_seen_through():
    made = f.pdf(script, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    disguised = f.patched(made, [(b"/JavaScript", b"/J#61vaScript"), (b"/JS ", b"/J#53 ")])
    assert "JavaScript" in str(refused("a.pdf", disguised))


def test_words_about_scripts_are_no_scripts():
    def titled(made: pikepdf.Pdf) -> None:
        made.docinfo["/Title"] = "Why /JS and /Launch are refused"

    assert look("a.pdf", f.pdf(titled)) == ""


@pytest.mark.parametrize("owner_only", [False, True])
def test_a_locked_pdf_is_said_to_have_a_password(owner_only):
    lock = pikepdf.Encryption(owner="secret", user="" if owner_only else "secret")
    assert refused("a.pdf", f.pdf(encryption=lock)).code == "password"


def test_a_pdf_that_unpacks_to_a_gigabyte_is_refused_in_little_memory():
    inside = b"10 0 " + b" " * (128 * 1024 * 1024)
    assert refused("a.pdf", bomb(inside)).code == "content"


def bomb(inside: bytes) -> bytes:
    """A PDF whose only page tree lies in a stream of objects that unpacks to so much."""
    packed = zlib.compress(inside, 9)
    out, at = b"%PDF-1.7\n", {}
    for number, body in (
        (1, b"<< /Type /Catalog /Pages 10 0 R >>"),
        (
            3,
            b"<< /Type /ObjStm /N 1 /First 5 /Filter /FlateDecode /Length %d >>\nstream\n" % len(packed)
            + packed
            + b"\nendstream",
        ),
    ):
        at[number] = len(out)
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    rows = {1: (1, at[1], 0), 3: (1, at[3], 0), 4: (1, len(out), 0), 10: (2, 3, 0)}
    table = b"".join(
        bytes([kind]) + where.to_bytes(3, "big") + bytes([index])
        for kind, where, index in (rows.get(number, (0, 0, 0)) for number in range(11))
    )
    here = len(out)
    head = b"<< /Type /XRef /Size 11 /W [1 3 1] /Root 1 0 R /Length %d >>" % len(table)
    return (
        out
        + b"4 0 obj\n"
        + head
        + b"\nstream\n"
        + table
        + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % here
    )


# --- text and pictures


def test_old_text_is_taken_with_a_word_about_it():
    assert look("a.csv", "fee,£\n1,5 – 6\n".encode("cp1252")) == OLD


@pytest.mark.parametrize(
    "content",
    [
        b"a\0b",
        b"a\x1b[2Jb",
        b"%PDF-1.7 and so on",
        "a,b\n".encode("utf-16"),
        b"\x81\x8d\x8f",
        b"\xc3\x28\x81",
    ],
)
def test_what_is_no_text_is_refused(content):
    assert refused("a.csv", content).code == "content"


def test_a_character_over_the_edge_of_a_piece_is_read_whole():
    assert look("a.txt", b"a" * (1024 * 1024 - 1) + "é".encode()) == ""


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.png", f.png(40_000, 1)),
        ("a.png", f.png(20_000, 20_000)),
        ("a.jpg", f.jpeg(40_000, 1)),
    ],
)
def test_a_picture_too_large_to_show_is_refused(name, content):
    assert "pixels" in str(refused(name, content))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.png", f.png(0, 5)),
        ("a.png", f.png() + b"PK\3\4 something after the end"),
        ("a.jpg", f.jpeg()[:24]),
        ("a.jpg", b"\xff\xd8\xff\xe0\0\0"),
        ("a.jpg", b"\xff\xd8\xff\xe0\0\x04abjunk"),
    ],
)
def test_a_picture_with_a_wrong_header_is_refused(name, content):
    assert refused(name, content).code == "content"
