"""An engine's socket behind TLS with client certificates, as `dockerd --tlsverify` listens."""

from __future__ import annotations

import asyncio
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread


@contextmanager
def tls_before(host: str, folder: Path) -> Iterator[dict[str, str]]:
    """Yields the variables by which the docker command finds it."""
    certificates = self_signed(folder / "certificates")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates / "cert.pem", certificates / "key.pem")
    context.load_verify_locations(certificates / "ca.pem")
    context.verify_mode = ssl.CERT_REQUIRED
    loop = asyncio.new_event_loop()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        engine = await asyncio.open_unix_connection(host.removeprefix("unix://"))
        await asyncio.gather(_pass_on(reader, engine[1]), _pass_on(engine[0], writer))

    server = loop.run_until_complete(asyncio.start_server(serve, "127.0.0.1", 0, ssl=context))
    port = server.sockets[0].getsockname()[1]
    thread = Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield {
            "DOCKER_HOST": f"tcp://127.0.0.1:{port}",
            "DOCKER_TLS_VERIFY": "1",
            "DOCKER_CERT_PATH": str(certificates),
        }
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        server.close()


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError, ssl.SSLError):
        while data := await reader.read(2**16):
            writer.write(data)
            await writer.drain()
    writer.close()


def self_signed(folder: Path) -> Path:
    """A new folder with ``cert.pem`` for this computer, its ``key.pem``, and, alike, ``ca.pem``."""
    folder.mkdir()
    options = "req -x509 -newkey rsa:2048 -nodes -days 2 -keyout key.pem -out cert.pem"
    subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run(
        ["openssl", *options.split(), *subject], cwd=folder, check=True, capture_output=True
    )
    (folder / "ca.pem").write_bytes((folder / "cert.pem").read_bytes())
    return folder
