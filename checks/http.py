"""``http``: the app in a container answers on its published port."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field

from grader.check import Check, Failed, Part, Proof, Unproven, Verdict, conclude, judge_series
from grader.checking.sought import SoughtText
from grader.checking.subject import ContainerSubject, run_again
from grader.evidence import Evidence
from grader.facts import Container as ContainerFact
from grader.facts import Fact, HttpResponse, Reason
from grader.messages import msg
from grader.needs import HttpNeed, Need
from grader.series import Series
from grader.system_error import translatable


class Http(SoughtText, ContainerSubject, Check):
    """A GET of ``path`` on the container's ``port`` was answered with ``status``.

    ``port`` is the container's; the port of the computer that it is published on is found out.
    ``contains`` and ``matches`` are sought in the body, as text. ``deadline`` is how long the app
    may take to begin to answer, in seconds.
    """

    type: Literal["http"]
    port: Annotated[int, Field(ge=1, le=65535)]
    path: Annotated[str, Field(pattern=r"^/[!-~]*$")] = "/"
    status: Annotated[int, Field(ge=100, le=599)] = 200
    deadline: Annotated[float, Field(gt=0, le=60)] = 10.0

    @cached_property
    def _need(self) -> HttpNeed:
        return HttpNeed(
            **self.picked,
            port=self.port,
            path=self.path,
            deadline=self.deadline,
        )

    def run_options(self) -> Sequence[str]:
        return [f"-p {self.port}:{self.port}"]

    def needs(self) -> Iterable[Need[Fact]]:
        return [self._need, *self.subject_needs(), self.logs_need]

    def judge(self, evidence: Evidence) -> Verdict:
        return judge_series(
            evidence.of(self._need, reproduced=True),
            lambda response: list(self._parts(response)),
            subject=msg("GET {path}", path=self.path),
            detail=lambda response: msg(
                "GET {url} → {status}", url=response.url, status=response.status
            ),
            missing=lambda: self._no_answer(evidence),
        )

    def _parts(self, response: HttpResponse) -> Iterator[Part]:
        look = msg("read `docker logs {name}`: it says why", name=self.typed)
        yield Part(
            response.status == self.status,
            msg("status {status}", status=self.status),
            msg("status {status}", status=response.status),
            look,
            problem=msg(
                "GET {path} was answered with status {status}",
                path=self.path,
                status=response.status,
            ),
        )
        for wanted, count in self.counts(response.body):
            yield Part(
                count > 0,
                wanted,
                msg("{wanted}: not in the answer", wanted=wanted),
                msg("open {url} in a browser and compare", url=response.url),
                problem=msg("the answer to GET {path} lacks something", path=self.path),
                unknown=None if count or response.complete else _cut(),
            )

    def _no_answer(self, evidence: Evidence) -> Verdict:
        series = evidence.of(self._need, reproduced=True)
        found = self.containers(evidence).found
        if not found and series.absent is Reason.NO_ANSWER:
            return self._silent(series)
        if not found or not series.absent:
            return self.missing(evidence)
        container = found[0].fact
        was = msg("container {name} was {status}", name=container.name, status=container.status)
        proofs = (Proof.of(found[0], was),)
        # What was told of an earlier container says nothing of this one.
        begun = min(seen.at for seen in found if seen.fact.id == container.id)
        stale = series.looked_at is None or series.looked_at < begun
        match series.absent:
            case Reason.NOT_PUBLISHED:
                message = msg("port {port} of the container is not published", port=self.port)
                asked = any(each.container == f"{self.port}/tcp" for each in container.ports)
                if asked and container.running and not container.networks:
                    # Docker 29 starts one so after its port was taken (moby/moby#51758).
                    message = msg(
                        "container {name} has no network, as when its port was in use at first: "
                        "remove it, and run it again",
                        name=container.name,
                    )
                return Failed(
                    message=message,
                    proofs=proofs,
                    expected=f"-p …:{self.port}",
                    pending=stale,
                    hint=run_again(container.name, f"-p {self.port}:{self.port}"),
                )
            case Reason.NO_ANSWER:
                return Failed(
                    message=msg(
                        "nothing answers on port {port} of the container within {deadline} s",
                        port=self.port,
                        deadline=f"{self.deadline:g}",
                    ),
                    proofs=proofs,
                    pending=stale,
                    hint=msg(
                        "read `docker logs {name}`; the app must listen on 0.0.0.0, not only on "
                        "127.0.0.1",
                        name=container.name,
                    ),
                )
            case _:
                return self._not_running(container, evidence)

    def _silent(self, series: Series[HttpResponse]) -> Verdict:
        """Of a container that is known by its silence alone."""
        asked = msg("GET {path}: no answer", path=self.path)
        proofs = (
            (Proof(series.strength, "http", series.looked_at, asked),)
            if series.strength and series.looked_at
            else ()
        )
        return Failed(
            message=msg(
                "nothing answers on port {port} of the container within {deadline} s",
                port=self.port,
                deadline=f"{self.deadline:g}",
            ),
            proofs=proofs,
            expected=msg("an answer on port {port}", port=self.port),
            actual=translatable(series.detail) or None,
            hint=msg(
                "run `docker run --rm -p {port}:{port} IMAGE` and read what it prints; the app "
                "must listen on 0.0.0.0, not only on 127.0.0.1",
                port=self.port,
            ),
        )

    def _not_running(self, container: ContainerFact, evidence: Evidence) -> Verdict:
        state = self.state(evidence, container)
        if not state.holds:
            return conclude([state], (), passed=self.subject, failed=self.subject)
        return Unproven(
            message=msg("{subject} did not run when grade-lab looked", subject=self.subject),
            hint=msg(
                "run it again (`docker start {name}`), and run `grade-lab` while it runs",
                name=container.name,
            ),
        )


def _cut() -> Unproven:
    return Unproven(
        message=msg("the answer is longer than what grade-lab reads of it"),
        hint=msg("ask your instructor: this point can be given by hand"),
    )
