"""wisheasy: 소원을 적어 두는 작은 웹 앱. 파이썬 표준 라이브러리만 쓴다."""

import json
import os
import signal
import sys
from html import escape
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import FrameType
from urllib.parse import parse_qs, quote, urlsplit

from wishes import MAX_LENGTH, WishList

PORT = 8000
MAX_FORM_BYTES = 4096
OWNER = os.environ.get("WISHEASY_OWNER", "").strip()
GREETING = os.environ.get("WISHEASY_GREETING", "").strip() or "어서 오세요."
WISHES = WishList()

PAGE = """<!doctype html>
<html lang="ko">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>wisheasy</title>
<style>
  body {{ max-width: 32rem; margin: 3rem auto; padding: 0 1rem; font: 1rem/1.6 sans-serif; }}
  form {{ display: flex; gap: .5rem; }}
  input {{ flex: 1; }}
  input, button {{ padding: .5rem; font: inherit; }}
</style>
<h1>{owner}의 위시 리스트</h1>
<p>{greeting}</p>
<form method="post" action="/">
  <input name="wish" aria-label="새 소원" placeholder="새 소원" maxlength="{limit}" required>
  <button>더하기</button>
</form>
<ul>{wishes}</ul>
</html>
"""


def page() -> str:
    """첫 화면. 사용자가 적은 글은 모두 이스케이프한다."""
    return PAGE.format(
        owner=escape(OWNER or "(주인을 알 수 없음)"),
        greeting=escape(GREETING),
        limit=MAX_LENGTH,
        wishes="".join(f"<li>{escape(wish)}</li>" for wish in WISHES.all()),
    )


class Handler(BaseHTTPRequestHandler):
    """요청 하나를 처리한다."""

    timeout = 10  # 초. 아무것도 보내지 않는 접속이 스레드를 붙잡지 못하게 한다.

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        if path == "/":
            self._answer(HTTPStatus.OK, "text/html", page())
        elif path == "/health":
            health = {"status": "ok", "wishes": len(WISHES.all())}
            self._answer(HTTPStatus.OK, "application/json", json.dumps(health))
        else:
            self._answer(HTTPStatus.NOT_FOUND, "text/plain", "그런 페이지는 없습니다.\n")

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if urlsplit(self.path).path != "/":
            self._answer(HTTPStatus.NOT_FOUND, "text/plain", "그런 페이지는 없습니다.\n")
        elif not length.isdecimal() or int(length) > MAX_FORM_BYTES:
            self.close_connection = True
            self._answer(
                HTTPStatus.BAD_REQUEST, "text/plain", "너무 크거나 길이가 없는 요청입니다.\n"
            )
        else:
            form = parse_qs(self.rfile.read(int(length)).decode("utf-8", errors="replace"))
            if WISHES.add(form.get("wish", [""])[0]):
                self._answer(HTTPStatus.SEE_OTHER, "text/plain", "", location="/")
            else:
                text = f"소원은 1자에서 {MAX_LENGTH}자까지 적을 수 있습니다.\n"
                self._answer(HTTPStatus.BAD_REQUEST, "text/plain", text)

    def _answer(self, status: HTTPStatus, kind: str, text: str, location: str = "") -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        if location:
            self.send_header("Location", location)
        self.end_headers()
        self.wfile.write(body)

    def log_request(self, code: int | str = "-", _size: int | str = "-") -> None:
        """요청마다 한 줄: GET / 200"""
        status = code.value if isinstance(code, HTTPStatus) else code
        asked = getattr(self, "path", "-")  # 첫 줄부터 잘못된 요청에는 경로가 없다
        path = quote(urlsplit(asked).path, safe="/%")  # 제어 문자가 로그를 흐리지 않게
        print(f"{self.command} {path} {status}", flush=True)


def stop(_number: int, _frame: FrameType | None) -> None:
    """docker stop이 보내는 SIGTERM을 받으면 바로, 정상으로 끝낸다."""
    sys.exit(0)


def main() -> None:
    """서버를 켜고, 끝내라는 신호가 올 때까지 요청을 받는다."""
    signal.signal(signal.SIGTERM, stop)
    server = ThreadingHTTPServer(("0.0.0.0", PORT), Handler)
    for name in ("WISHEASY_OWNER", "WISHEASY_GREETING"):
        if not os.environ.get(name, "").strip():
            print(f"warning: {name} is not set; use --env-file .env", flush=True)
    print(f"wisheasy is listening on port {PORT} for {OWNER or 'unknown'}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
