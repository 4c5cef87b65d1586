"""What a look at a lab's machine finds: the answer to each kind of need."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from grader import facts, file_facts
from grader.facts import Fact, Reason
from grader.needs import ContainerNeed, ContentNeed, HttpNeed, ImageNeed, LogsNeed, Need
from grader.reference import familiar
from tests.factories import hex_id
from tests.lab_files import ENV_NAMES, LISTENS
from tests.lab_machine import Machine


def kind(need: Need[Fact]) -> str:
    """The need's own word for what it asks."""
    return str(getattr(need, "kind", ""))


def containers(
    machine: Machine, need: ContainerNeed | LogsNeed | HttpNeed
) -> list[facts.Container]:
    """The containers that a need is about: an image is known by every id that it ever had."""
    wanted = familiar(need.image) if need.image else None
    return [
        it
        for it in machine.containers.values()
        if need.name in {None, it.name}
        and (
            wanted in {None, familiar(it.image)}
            or it.image_id in machine.known.get(wanted or "", ())
        )
    ]


def _engine(machine: Machine, _: Need[Fact]) -> Iterator[Fact]:
    yield facts.Engine(
        product="Docker Engine",
        version="26.1.5",
        api_version="1.45",
        os="linux",
        arch="amd64",
        containerd_store=machine.containerd,
    )


def _image(machine: Machine, need: ImageNeed) -> Iterator[Fact]:
    if id_ := machine.tags.get(familiar(need.image)):
        tags = tuple(sorted(name for name, i in machine.tags.items() if i == id_))
        yield machine.images[id_].model_copy(update={"tags": tags})


def _logs(machine: Machine, need: LogsNeed) -> Iterator[Fact]:
    for it in containers(machine, need):
        text = machine.logs.get(it.id, "")
        yield facts.Logs(container_id=it.id, stdout=text, size=len(text))


def _http(machine: Machine, need: HttpNeed) -> Iterator[Fact | Reason]:
    there = containers(machine, need)
    running = next((it for it in there if it.running), None)
    if running is None:
        yield Reason.NOT_RUNNING if there else Reason.NOT_THERE
    elif LISTENS not in machine.logs[running.id]:
        yield Reason.NO_ANSWER
    else:
        url = f"http://127.0.0.1:{running.ports[0].host}/"
        body = "<h1>wisheasy</h1>"
        yield facts.HttpResponse(container_id=running.id, url=url, status=200, body=body)


def _content(machine: Machine, need: ContentNeed) -> Iterator[Fact]:
    if id_ := machine.tags.get(familiar(need.image)):
        files = machine.contents[id_] if need.path == "/app" else {}
        yield file_facts.Tree(files=files, origin=id_, image_id=id_)


def _manifest(machine: Machine, need: Any) -> Iterator[Fact]:
    if id_ := machine.registry.get(familiar(need.image)):
        yield facts.Manifest(digest=machine.digest(id_))


def _login(machine: Machine, need: Any) -> Iterator[Fact]:
    if machine.login:
        yield facts.Login(registry=need.registry)


def _resource(machine: Machine, need: Any) -> Iterator[Fact]:
    name = getattr(need, kind(need))
    if (kind(need), name) in machine.resources:
        yield facts.Resource(id=hex_id(name), name=name)


def _file(machine: Machine, need: Any) -> Iterator[Fact]:
    text = machine.files.get(need.path)
    if text is not None:
        yield file_facts.File(sha256=hex_id(text), size=len(text), text=text)


def _tree(machine: Machine, _: Any) -> Iterator[Fact]:
    there = {path: hex_id(text) for path, text in machine.files.items() if text}
    yield file_facts.Tree(files=there, origin="submission")


ANSWERS: Mapping[str, Callable[[Machine, Any], Iterable[Fact | Reason]]] = {
    "engine": _engine,
    "image": _image,
    "container": containers,
    "logs": _logs,
    "http": _http,
    "content": _content,
    "manifest": _manifest,
    "login": _login,
    "volume": _resource,
    "network": _resource,
    "file": _file,
    "env-file": lambda machine, need: [file_facts.EnvNames(names=ENV_NAMES)],
    "tree": _tree,
}
"""By kind: what is found, or why nothing is; not there when it is empty. Events are told apart."""
