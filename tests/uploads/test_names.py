"""Names: whatever is sent, what is kept is short, visible, in one piece, and of a kind that is taken."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from office.uploads.kinds import ENDINGS
from office.uploads.names import LONGEST, LONGEST_BYTES, tidy
from office.uploads.refusals import FileRefused


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("Plan 2026.PDF", "Plan 2026.pdf"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\somebody\\plan.docx", "plan.docx"),
        ("plan\u202efdp.exe.pdf", "planfdp.exe.pdf"),
        ("pl\u200ban\0\r\n.pdf", "plan.pdf"),
        ("  .. .plan.jpeg. ", "plan.jpeg"),
        ("CON.pdf", "_CON.pdf"),
        ("com1.2.csv", "_com1.2.csv"),
        ('a<b>:"|?*.ods', "a_b______.ods"),
        ("cafe\u0301.odt", "café.odt"),
        ("a\u00a0\u2003b.txt", "a b.txt"),
        (" .pdf", "document.pdf"),
    ],
)
def test_a_name_is_tidied(given, kept):
    assert tidy(given)[0] == kept


@pytest.mark.parametrize(
    "name", ["plan", "", "plan.exe", "plan.pdf.exe", "plan.docm", "plan.svg", "pdf", "plan.html"]
)
def test_other_kinds_are_refused_with_the_list_of_those_that_are_taken(name):
    with pytest.raises(FileRefused, match="must be a PDF, DOCX, XLSX, ODT, ODS, CSV, TXT, PNG or JPG") as why:
        tidy(name)
    assert why.value.code == "type"


@given(st.text(max_size=400), st.sampled_from([*ENDINGS, "PDF", "Jpg"]))
def test_whatever_the_name_what_is_kept_is_safe(stem, ending):
    name, kind = tidy(f"{stem}.{ending}")
    assert name.endswith(f".{kind.ending}")
    assert kind.ending == ending.lower()
    assert len(name) <= LONGEST
    assert len(name.encode()) <= LONGEST_BYTES
    assert not set(name) & set('/\\<>:"|?*')
    assert not any(unicodedata.category(char)[0] == "C" for char in name)
    assert name == name.strip(". ")
    assert " ".join(name.split()) == name
    assert tidy(name)[0] == name, "tidying twice changes nothing"
