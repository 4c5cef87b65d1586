"""A learner's computer as a state machine: what each command changes, and the events it causes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any

from grader import facts
from grader.reference import familiar, repository_of
from tests.factories import hex_id, minutes
from tests.lab_files import ENV_NAMES, FILES, HISTORY, LISTENS, LOCAL, NAME


@dataclass
class Machine:
    """A computer with an engine, its history of events, a registry and the learner's files.

    ``heard`` is called after each event, when what it tells of has happened. ``skew`` is how many
    minutes the engine's clock is ahead.
    """

    random: Random
    heard: Callable[[datetime, facts.Event], None] = lambda at, event: None
    containerd: bool = False
    skew: float = 0
    now: float = 0
    login: bool = False
    history: list[tuple[datetime, facts.Event]] = field(default_factory=list)
    tags: dict[str, str] = field(default_factory=dict)
    known: dict[str, set[str]] = field(default_factory=dict)
    images: dict[str, facts.Image] = field(default_factory=dict)
    contents: dict[str, dict[str, str]] = field(default_factory=dict)
    registry: dict[str, str] = field(default_factory=dict)
    registered: dict[str, facts.Image] = field(default_factory=dict)
    containers: dict[str, facts.Container] = field(default_factory=dict)
    logs: dict[str, str] = field(default_factory=dict)
    resources: set[tuple[str, str]] = field(default_factory=set)
    files: dict[str, str | None] = field(default_factory=lambda: dict.fromkeys(FILES))

    def pass_time(self, minutes_: float = 0.01) -> datetime:
        """Let time pass; what the engine's clock shows then."""
        self.now += minutes_
        return minutes(self.now + self.skew)

    def _emit(self, what: str, **fields: Any) -> None:
        kind, _, action = what.partition(" ")
        told = self.pass_time(), facts.Event(type=kind, action=action, **fields)
        self.history = [*self.history, told][-256:]
        self.heard(*told)

    def _of_container(self, action: str, id_: str, **fields: Any) -> None:
        it = self.containers[id_]
        told = {"id": id_, "name": it.name, "image": familiar(it.image), **fields}
        if action == "destroy":
            del self.containers[id_]
        self._emit(f"container {action}", **told)

    def _set(self, id_: str, **fields: Any) -> None:
        self.containers[id_] = self.containers[id_].model_copy(update=fields)

    def _set_image(self, id_: str, **fields: Any) -> None:
        self.images[id_] = self.images[id_].model_copy(update=fields)

    def _named(self, name: str) -> str | None:
        return next((id_ for id_, it in self.containers.items() if it.name == name), None)

    # What the learner does

    def edit(self, path: str, version: int) -> None:
        """Write a file; answers quote what is there to be quoted now."""
        text = FILES[path][version % len(FILES[path])]
        id_ = self._named(NAME) or "nothing"
        image = self.tags.get(familiar(LOCAL), "sha256:nothing")[7:19]
        quotes = {"line": self.logs.get(id_, "").strip(), "container": id_[:12], "image": image}
        self.files[path] = text and (text.format(**quotes) if path == "answers.md" else text)

    def build(self, reference: str) -> None:
        """``docker build -t REFERENCE .``."""
        dockerfile, app = self.files["Dockerfile"], self.files["app.py"]
        if not dockerfile or not app or dockerfile.startswith("FRM"):
            return
        id_ = f"sha256:{hex_id(dockerfile + app)}"
        exposes = "EXPOSE" in dockerfile
        self.contents.setdefault(id_, {"app.py": hex_id(app)})
        made = facts.Image(
            id=id_,
            created=minutes(self.now + self.skew).isoformat(),
            exposes=("8000/tcp",) if exposes else (),
            history=HISTORY if exposes else (*HISTORY[:3], *HISTORY[4:]),
            labels={"course": "docker"},
            command=("python", "app.py"),
            user="1000",
            workdir="/app",
            env=("PATH",),
            platform="linux/amd64",
            size=50_000_000,
        )
        self.images.setdefault(id_, made)
        self._tag(id_, reference, silent=self.containerd)

    def tag(self, source: str, reference: str) -> None:
        """``docker tag SOURCE REFERENCE``."""
        if id_ := self.tags.get(familiar(source)):
            self._tag(id_, reference)

    def _tag(self, id_: str, reference: str, *, silent: bool = False) -> None:
        self._name(id_, reference)
        self._set_image(id_, last_tagged=self.pass_time())
        if self.containerd:
            self._know_digest(id_, reference)
        if not silent:
            self._emit("image tag", id=id_, name=familiar(reference))

    def _name(self, id_: str, reference: str) -> None:
        self.tags[familiar(reference)] = id_
        self.known.setdefault(familiar(reference), set()).add(id_)

    def _know_digest(self, id_: str, reference: str) -> None:
        digest = f"{repository_of(reference)}@{self.digest(id_)}"
        self._set_image(id_, digests=(*{*self.images[id_].digests, digest},))

    def digest(self, id_: str) -> str:
        """What the registry calls an image; of a containerd store, its id."""
        return id_ if self.containerd else f"sha256:{hex_id(id_)}"

    def push(self, reference: str) -> None:
        """``docker push REFERENCE``; it needs a login."""
        id_ = self.tags.get(familiar(reference))
        if id_ and self.login and "/" in reference:
            self.registry[familiar(reference)] = id_
            blank: dict[str, object] = {"last_tagged": None, "digests": ()}
            self.registered[id_] = self.images[id_].model_copy(update=blank)
            self._know_digest(id_, reference)
            self._emit("image push", name=familiar(reference))

    def pull(self, reference: str) -> None:
        """``docker pull REFERENCE``."""
        if id_ := self.registry.get(familiar(reference)):
            self.images.setdefault(id_, self.registered[id_])
            self._name(id_, reference)
            self._know_digest(id_, reference)
            self._emit("image pull", name=familiar(reference))

    def rmi(self, reference: str) -> None:
        """``docker image rm REFERENCE``, refused for the last name of an image in use."""
        name = familiar(reference)
        id_ = self.tags.get(name)
        last = list(self.tags.values()).count(id_ or "") == 1
        if id_ is None or (last and any(c.image_id == id_ for c in self.containers.values())):
            return
        del self.tags[name]
        others = {repository_of(n) for n, i in self.tags.items() if i == id_}
        kept = [d for d in self.images[id_].digests if d.partition("@")[0] in others]
        self._set_image(id_, digests=(*kept,))
        if last:
            del self.images[id_]
        self._emit("image untag", id=id_, name=name if self.containerd else "")
        if last:
            self._emit("image delete", id=id_)

    def run(self, name: str, reference: str, how: str = "right") -> None:
        """``docker run``: ``how`` is right, or what is wrong or special about it."""
        if self._named(name) or familiar(reference) not in self.tags:
            return
        image = self.tags[familiar(reference)]
        id_ = hex_id(f"{name}{self.now}")
        self.containers[id_] = facts.Container(
            id=id_,
            name=name,
            image=reference,
            image_id=image,
            status="created",
            created=self.pass_time(),
            ports=(facts.PortBinding(container="8000/tcp", host=str(8000 + 80 * (how != "port"))),),
            env={"PATH": "image", **dict.fromkeys(ENV_NAMES if how != "no env" else (), "run")},
            detached=how != "foreground",
            networks=("bridge",),
        )
        self._of_container("create", id_)
        if how != "create":
            self.start(name, crash=how == "crash")
        if how in {"foreground", "rm"}:
            self.end(name)
        if how == "rm" and id_ in self.containers:
            self._of_container("destroy", id_)

    def start(self, name: str, *, crash: bool = False) -> None:
        """``docker start``; ``crash``: it ends at once with exit code 1."""
        id_ = self._named(name)
        if id_ is None or self.containers[id_].running:
            return
        self._set(id_, status="running", started=self.pass_time(), exit_code=None, finished=None)
        self.logs[id_] = self.logs.get(id_, "") + ("Traceback: boom\n" if crash else LISTENS + "\n")
        self._of_container("start", id_)
        if crash:
            self.end(name, 1)

    def end(self, name: str, code: int = 0) -> None:
        """The process ends by itself."""
        id_ = self._named(name)
        if id_ and self.containers[id_].running:
            self._set(id_, status="exited", exit_code=code, finished=self.pass_time())
            self._of_container("die", id_, exit_code=code)

    def kill(self, name: str, signal: str = "9", code: int = 137) -> None:
        """``docker kill``."""
        id_ = self._named(name)
        if id_ and self.containers[id_].running:
            self._of_container("kill", id_, signal=signal)
            self.end(name, code)

    def stop(self, name: str) -> None:
        """``docker stop``: an app may end with any code of its own when it is told to."""
        id_ = self._named(name)
        if id_ and self.containers[id_].running:
            self.kill(name, "15", self.random.choice((0, 0, 1, 137, 143)))
            self._of_container("stop", id_)

    def restart(self, name: str) -> None:
        """``docker restart``."""
        id_ = self._named(name)
        if id_ is not None:
            self.stop(name)
            self.start(name)
            self._of_container("restart", id_)

    def rm(self, name: str) -> None:
        """``docker rm``."""
        id_ = self._named(name)
        if id_ and not self.containers[id_].running:
            self._of_container("destroy", id_)

    def rm_f(self, name: str) -> None:
        """``docker rm -f``."""
        self.kill(name)
        self.rm(name)

    def rename(self, name: str, to: str) -> None:
        """``docker rename``."""
        id_ = self._named(name)
        if id_ and not self._named(to):
            self._set(id_, name=to)
            self._of_container("rename", id_)

    def exec(self, name: str, command: str = "sh") -> None:
        """``docker exec``."""
        id_ = self._named(name)
        if id_ and self.containers[id_].running:
            self._of_container("exec_start", id_, command=command)
            self._of_container("exec_die", id_, exit_code=0)

    def log_in(self, logged_in: bool = True) -> None:
        """``docker login`` or ``docker logout``."""
        self.login = logged_in

    def resource(self, kind: str, name: str) -> None:
        """Create a volume or network, or remove the one that is there."""
        there = (kind, name) in self.resources
        self.resources ^= {(kind, name)}
        self._emit(f"{kind} {'destroy' if there else 'create'}", name=name, id=hex_id(name))

    def restart_engine(self) -> None:
        """The engine forgets its events, and containers do not run any more."""
        for id_, it in self.containers.items():
            if it.running:
                self._set(id_, status="exited", exit_code=0, finished=self.pass_time())
        self.history = []
