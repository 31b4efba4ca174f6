"""Why a file is not taken, in the words of the GOV.UK file-upload component, and what to do next."""

from lifecycle.words import Refused

ACCEPTED = "PDF, DOCX, XLSX, ODT, ODS, CSV, TXT, PNG or JPG"


class FileRefused(Refused):
    """A file that is not taken in. `code` is for programs: too_big, empty, type, content, password, virus, quota."""

    def __init__(self, code: str, said: str) -> None:
        super().__init__(said)
        self.code = code


def too_big(name: str, megabytes: int) -> FileRefused:
    return FileRefused(
        "too_big",
        f"The selected file must be smaller than {megabytes}MB, and {name} is larger. Split it into parts, or save "
        "it with smaller pictures, and upload it again.",
    )


def empty() -> FileRefused:
    return FileRefused("empty", "The selected file is empty. Check that it was saved, and upload it again.")


def wrong_type() -> FileRefused:
    return FileRefused(
        "type",
        f"The selected file must be a {ACCEPTED}. Save it as one of these, for instance as PDF, and upload that.",
    )


def not_what_it_says(kind: str) -> FileRefused:
    return FileRefused(
        "content",
        f"The selected file is called {kind} but its content is something else, or it is damaged. Open it in the "
        f"program that made it, save it as {kind} again, and upload that.",
    )


def password() -> FileRefused:
    return FileRefused(
        "password",
        "The selected file is password protected. Save a copy without a password or restrictions, and upload that.",
    )


def virus(name: str = "The selected file") -> FileRefused:
    return FileRefused(
        "virus",
        f"{name} contains a virus. Do not open or send it again. Tell your IT team, and upload a clean copy.",
    )


def active(what: str, instead: str = "Save it as PDF") -> FileRefused:
    """It holds something that runs, or fetches."""
    return FileRefused("content", f"The selected file contains {what}. {instead}, and upload that.")


def too_large_inside() -> FileRefused:
    return FileRefused(
        "content",
        "The selected file unpacks to more than we can check. Save it with fewer or smaller pictures, or as PDF, "
        "and upload that.",
    )
