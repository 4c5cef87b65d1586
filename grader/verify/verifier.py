"""One run of verification: the engine, the registries and what they share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from threading import Event, Lock

from grader.collect import content
from grader.collect.answer import AbsentError, NoAnswerError
from grader.collect.endpoint import Endpoint
from grader.collect.observe import answers, found, unanswered
from grader.collect.registry import Registries
from grader.collect.view import EngineView
from grader.evidence import Evidence
from grader.facts import Fact, Manifest, Reason
from grader.journal import EMPTY, Observation, Source
from grader.needs import ContentNeed, HttpNeed, ImageNeed, ManifestNeed
from grader.reference import registry_of
from grader.rubric.model import Rubric
from grader.rubric.sandbox import Sandbox
from grader.verify.engine import Engine
from grader.verify.environment import environment
from grader.verify.images import Images, Obtained
from grader.verify.logins import Logins
from grader.verify.ownership import Ownership
from grader.verify.plan import OfImage, OfRegistry, Subject, plan
from grader.verify.registries import RegistryDesk
from grader.verify.sandbox import Sandboxes

REPRODUCTION: Source = "reproduction"


class Verifier:
    """Verifies submissions, from several threads if wanted, ``jobs`` of them in the engine.

    Raises:
        GradeLabError: the engine's address or the folder for ``state`` cannot be used.
    """

    def __init__(self, endpoint: Endpoint, env: Mapping[str, str], jobs: int, state: Path) -> None:
        self._stopping = Event()
        self._engine = Engine(endpoint)
        self._logins = Logins(env)
        self._desk = RegistryDesk(self._logins, self._stopping)
        self._ownership = Ownership(self._engine, state)
        self._images = Images(self._engine, self._ownership)
        self._sandboxes = Sandboxes(self._engine, self._ownership, jobs, self._stopping)
        self._begun = False
        self._beginning = Lock()

    def verify(self, rubric: Rubric, folder: Path) -> Iterator[Observation]:
        """What can be found out of a submission without its learner's computer."""
        todo = plan(rubric.needs())
        manifests = Registries(self._desk.manifest)
        images = Registries(lambda name: self._desk.image(name, self._platform()))

        def ask(need: OfRegistry) -> Iterable[Fact]:
            asked = manifests if isinstance(need, ManifestNeed) else images
            return [asked.look(need.image)]

        for need in todo.of_registry:
            yield from answers(need, "registry", ask)
        given = environment(folder, todo.env_files, rubric.sandbox.env_file)
        for subject in todo.subjects:
            try:
                yield from self._reproduced(subject, folder, rubric.sandbox, given, manifests)
            except NoAnswerError as error:
                yield from (unanswered(need, REPRODUCTION, error) for need in subject.needs)

    def stop(self) -> None:
        """End what is under way, soon."""
        self._stopping.set()
        self._engine.interrupt()

    def close(self) -> None:
        """Remove all that was made, also by runs that were killed."""
        self.stop()
        try:
            with suppress(NoAnswerError):
                if self._ownership.others:
                    self._begin()
            with suppress(NoAnswerError):
                self._ownership.end()
        finally:
            self._engine.close()

    def _platform(self) -> Mapping[str, str]:
        with suppress(NoAnswerError):
            told = self._engine.version()
            return {"os": str(told.get("Os")), "architecture": str(told.get("Arch"))}
        return {}

    def _reproduced(
        self,
        subject: Subject,
        folder: Path,
        sandbox: Sandbox,
        given: Mapping[str, str],
        manifests: Registries[Manifest],
    ) -> Iterator[Observation]:
        with self._sandboxes.place():
            self._begin()
            with self._obtained(subject, folder, sandbox, manifests) as image:
                if image.pushed:
                    view = EngineView(self._engine, Evidence(EMPTY))
                    for need in subject.of_image:
                        yield from _of_image(view, image, need)
                if subject.of_run:
                    yield from self._run(image, subject, sandbox, given)

    def _run(
        self, image: Obtained, subject: Subject, sandbox: Sandbox, given: Mapping[str, str]
    ) -> Iterator[Observation]:
        try:
            findings = self._sandboxes.run(image, subject, sandbox, given)
        except NoAnswerError as error:
            yield from (unanswered(need, REPRODUCTION, error) for need in subject.of_run)
            return
        for need in subject.of_run:
            answer = findings.http[need] if isinstance(need, HttpNeed) else findings.log
            if isinstance(answer, NoAnswerError):
                yield unanswered(need, REPRODUCTION, answer)
            else:
                yield found(need, REPRODUCTION, answer)

    def _begin(self) -> None:
        with self._beginning:
            if not self._begun:
                self._ownership.begin()
                self._begun = True

    @contextmanager
    def _obtained(
        self,
        subject: Subject,
        folder: Path,
        sandbox: Sandbox,
        manifests: Registries[Manifest],
    ) -> Iterator[Obtained]:
        """The image that the registry holds; where it holds none, the submission's build."""
        manifest = self._held(subject, folder, sandbox, manifests)
        if manifest is not None and subject.image:
            login = self._logins.of(registry_of(subject.image))
            with self._images.pulled(subject.image, manifest, login) as image:
                yield image
        elif not subject.of_run:
            raise AbsentError(Reason.NOT_THERE, "the registry does not hold it")
        elif not sandbox.build:
            raise AbsentError(Reason.NOT_THERE, "there is no image to run")
        else:
            with self._images.built(folder, sandbox) as image:
                yield image

    def _held(
        self,
        subject: Subject,
        folder: Path,
        sandbox: Sandbox,
        manifests: Registries[Manifest],
    ) -> Manifest | None:
        """What the registry holds; it is not asked for a name that only a computer knows."""
        buildable = sandbox.build and (folder / sandbox.dockerfile).is_file()
        if subject.image is None or (buildable and subject.local):
            return None
        try:
            return manifests.look(subject.image)
        except AbsentError:
            return None
        except NoAnswerError:
            if subject.pushed or not buildable:
                raise
            return None  # Docker Hub also refuses to tell of what it does not have


def _of_image(view: EngineView, image: Obtained, need: OfImage) -> Iterator[Observation]:
    def look(asked: OfImage) -> Iterable[Fact]:
        if isinstance(asked, ImageNeed):
            return [view.image_fact(image.reference)]
        assert isinstance(asked, ContentNeed)  # noqa: S101 # of an image there is nothing else
        return [content.read(view, replace(asked, image=image.reference))]

    yield from answers(need, REPRODUCTION, look)
