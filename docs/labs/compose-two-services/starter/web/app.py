"""The page of the guestbook. It keeps nothing itself: the service `store` counts the visits."""

import os
import signal
import sys
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import FrameType

PORT = 8000
TITLE = os.environ.get("TITLE", "guestbook")
STORE = os.environ.get("STORE", "store:9000")
TOKEN = os.environ.get("STORE_TOKEN", "")


class Page(BaseHTTPRequestHandler):
    """Answers every request with the number of visits, as the store tells it."""

    def do_GET(self) -> None:
        try:
            store = HTTPConnection(STORE, timeout=3)
            store.request("GET", "/visit", headers={"Authorization": f"Bearer {TOKEN}"})
            answer = store.getresponse()
            text = answer.read().decode()
        except (OSError, HTTPException) as trouble:
            self.reply(502, f"{TITLE}: the store does not answer: {trouble}\n")
            return
        if answer.status == 200:
            self.reply(200, f"{TITLE}: visit {text}, kept by store\n")
        else:
            self.reply(502, f"{TITLE}: the store says: {text}\n")

    def reply(self, status: int, text: str) -> None:
        """Send a short text."""
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def stop(_number: int, _frame: FrameType | None) -> None:
    """End at once when Compose asks for it."""
    sys.exit(0)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, stop)
    print(f"web is listening on port {PORT}", flush=True)
    ThreadingHTTPServer(("0.0.0.0", PORT), Page).serve_forever()
