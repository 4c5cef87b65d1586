"""A sound rubric, and changes of it after which there is something to warn of."""

from __future__ import annotations

SOUND = """\
schema: grade-lab/rubric/1
id: demo
title: {ko: "연습", en: Demo}
pass_mark: 0.7
variables:
  tag: {default: "1.0"}
objectives:
  - id: build
    title: {ko: "빌드", en: Build the image}
    points: 40
    checks:
      - {type: image, image: "app:{tag}", weight: 2}
      - {type: built_from, image: "app:{tag}"}
  - id: run
    title: {ko: "실행", en: Run it}
    points: 40
    checks:
      - {type: container, name: page, ports: ["8080:80"]}
      - {type: http, name: page, port: 80}
  - id: more
    title: {ko: "더", en: More}
    points: 20
    requires: [run]
    checks:
      - {type: removed, container: page}
"""

WARNINGS = [
    ("everybody-passes", "pass_mark: 0.7", "pass_mark: 0", "0"),
    ("hint-is-title", "weight: 2}", "hint: build the Image.}", "hint"),
    ("latest", "name: page, ports", "name: page, image: 'app:latest', ports", ":latest"),
    ("lost-after-cleanup", "name: page, ports", "name: page, when: now, ports", "now"),
    ("lost-after-cleanup", "name: page, ports", "name: page, when: running, ports", "running"),
    ("missing-language", '{ko: "더", en: More}', '{ko: "더"}', "title"),
    ("missing-language", "weight: 2}", "hint: {en: Type it}}", "hint"),
    ("much-depends", "points: 40\n    checks:\n      - {type: c", None, "build"),
    ("odd-total", "points: 20", "points: 17", "objectives"),
    ("only-removed", "container: page}", "volume: data}", "removed"),
    ("passed-by-files", '{type: image, image: "app:{tag}", weight: 2}', None, "pass_mark"),
    ("redundant-requires", "requires: [run]", "requires: [run, run]", "run"),
    ("same-check", "{type: built_from, i", "{type: image, i", "image"),
    ("tiny-share", "weight: 2}", "weight: 0.0001}", "weight"),
    ("unknown-language", '{ko: "더", en: More}', '{ko: "더", en: More, kr: "더"}', "title"),
    ("unused-variable", "variables:\n", "variables:\n  port: {default: 8080}\n", "port"),
]

REWRITTEN = {
    "much-depends": SOUND.replace("[run]", "[build]").replace(
        "points: 40\n    checks:\n      - {type: c",
        "points: 40\n    requires: [build]\n    checks:\n      - {type: c",
    ),
    "passed-by-files": SOUND.replace("0.7", "0.4")
    .replace('{type: image, image: "app:{tag}", weight: 2}', "{type: file, path: 'a-{tag}'}")
    .replace('      - {type: built_from, image: "app:{tag}"}\n', ""),
}
