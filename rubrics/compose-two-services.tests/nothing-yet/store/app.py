"""The store of the guestbook: it counts visits, and keeps the number in a file of /data."""

import os
import signal
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import FrameType

PORT = 9000
TOKEN = os.environ.get("STORE_TOKEN", "")
VISITS = Path("/data/visits")


class Store(BaseHTTPRequestHandler):
    """/health says that it runs; /visit counts one more, for those who know the token."""

    def do_GET(self) -> None:
        if self.path == "/health":
            self.reply(200, "ok")
        elif self.headers["Authorization"] != f"Bearer {TOKEN}" or not TOKEN:
            self.reply(403, "STORE_TOKEN is not the same in both services, or is missing")
        else:
            count = int(VISITS.read_text()) + 1 if VISITS.exists() else 1
            VISITS.write_text(str(count))
            self.reply(200, str(count))

    def reply(self, status: int, text: str) -> None:
        """Send a short text."""
        self.send_response(status)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())


def stop(_number: int, _frame: FrameType | None) -> None:
    """End at once when Compose asks for it."""
    sys.exit(0)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, stop)
    VISITS.parent.mkdir(exist_ok=True)
    print(f"store is listening on port {PORT}", flush=True)
    HTTPServer(("0.0.0.0", PORT), Store).serve_forever()
