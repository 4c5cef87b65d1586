"""What a lab is about, and what the files of a learner may hold."""

from __future__ import annotations

LOCAL, HUB, NAME = "wisheasy:1.0", "docker.io/haneul/wisheasy:1.0", "wisheasy"
REFERENCES = (LOCAL, HUB, "docker.io/haneul/extra:1.0", "wisheasy:latest")
ENV_NAMES = ("WISHEASY_OWNER", "WISHEASY_GREETING")
LISTENS = "wisheasy is listening on port 8000"

DOCKERFILE = """FROM python:3.11-slim
WORKDIR /app
COPY app.py .
EXPOSE 8000
USER 1000
CMD ["python", "app.py"]
"""
HISTORY = (
    "ADD rootfs / # buildkit",
    "WORKDIR /app",
    "COPY app.py . # buildkit",
    "EXPOSE 8000/tcp",
    "USER 1000",
    'CMD ["python" "app.py"]',
)
ANSWERS = """
## log-line
{line}
## container-id
{container}
## image-id
{image}
## vm-vs-container
A container shares the kernel of its host, a VM has a guest OS of its own on a hypervisor. So a
container starts in seconds and is lightweight, and a VM has the better isolation.
## dockerfile
The base image in FROM, the WORKDIR, a COPY of the app, the port in EXPOSE, and CMD at the end.
## find-error
First `docker ps -a`, then `docker logs` of that container.
"""
FILES = {
    "Dockerfile": (DOCKERFILE, DOCKERFILE.replace("EXPOSE 8000\n", ""), "FRM python\n", None),
    ".dockerignore": (".env\n.git\n.venv\n", ".env\n", "app.py\n", None),
    "app.py": ("print('wishes')\n", "print('other wishes')\n"),
    "answers.md": (ANSWERS, "## log-line\n## image-id\nno idea\n", None),
}
"""What each file may hold: first what is right."""
