"""wisheasy, as a colleague left it: something is wrong, and not only here."""

import os
import signal
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import FrameType

HOST, PORT = "127.0.0.1", 8000
OWNER = os.environ.get("WISHEASY_OWNER", "")


class Handler(BaseHTTPRequestHandler):
    """Answers every request with the same page."""

    def do_GET(self) -> None:
        body = f"wisheasy: the wishes of {OWNER}\n".encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def stop(_number: int, _frame: FrameType | None) -> None:
    """End at once when `docker stop` asks for it."""
    sys.exit(0)


def main() -> None:
    """Serve until a signal says stop; without an owner, say why not and give up."""
    if not OWNER:
        print("error: WISHEASY_OWNER is not set", file=sys.stderr, flush=True)
        sys.exit(1)
    signal.signal(signal.SIGTERM, stop)
    print(f"wisheasy is listening on {HOST}:{PORT}", flush=True)
    ThreadingHTTPServer((HOST, PORT), Handler).serve_forever()


if __name__ == "__main__":
    main()
