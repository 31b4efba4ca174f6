"""Where a form's reading ends: a request that is whole is answered at once, and nothing is read behind a form's end."""

from starlette.requests import Request
from starlette.responses import PlainTextResponse

from console.arriving import read_form
from console.safety import NotTooLarge

FORM = b'--between\r\nContent-Disposition: form-data; name="text"\r\n\r\nWords.\r\n--between--\r\n'
SCOPE = {
    "type": "http",
    "method": "POST",
    "path": "/",
    "query_string": b"",
    "headers": [
        (b"content-type", b"multipart/form-data; boundary=between"),
        (b"transfer-encoding", b"chunked"),
    ],
}


class Sender:
    """Sends these pieces, and then nothing more or the last of them for ever."""

    def __init__(self, *pieces: bytes, endless: bool = False) -> None:
        self.pieces = pieces
        self.endless = endless
        self.asked = 0

    async def receive(self) -> dict[str, object]:
        self.asked += 1
        last = self.asked >= len(self.pieces)
        assert self.endless or self.asked <= len(self.pieces), "the request was whole"
        assert self.asked < 100, "read for ever"
        body = self.pieces[min(self.asked, len(self.pieces)) - 1]
        return {"type": "http.request", "body": body, "more_body": self.endless or not last}


async def test_a_request_that_was_read_whole_is_answered_without_waiting():
    sender = Sender(FORM[:20], FORM[20:], b"")
    sent: list[dict[str, object]] = []

    async def app(scope, receive, send):
        await Request(scope, receive).body()
        await PlainTextResponse("Taken.")(scope, receive, send)

    async def send(message):
        sent.append(message)

    await NotTooLarge(app)({**SCOPE}, sender.receive, send)
    assert [one["type"] for one in sent] == ["http.response.start", "http.response.body"]
    assert sender.asked == 3


async def test_nothing_is_read_behind_the_end_of_a_form():
    sender = Sender(FORM, b"x" * 1024, endless=True)
    fields: dict[str, str] = {}

    async def take(name, content):
        raise AssertionError("there is no file")

    await read_form(Request({**SCOPE}, sender.receive), fields, take)
    assert fields == {"text": "Words."}
    assert sender.asked == 1
