"""Any file is a roster in which each learner is found by id, or an error with its lines."""

from __future__ import annotations

from pathlib import Path

from grader.batch.roster import Roster
from grader.errors import GradeLabError

SEEDS = [
    "학번,이름,이메일,도커허브 아이디,경로\n2023,김민지,m@snu.ac.kr,minji,subs/kim.zip\n".encode(
        "cp949"
    ),
    '\ufeffid;name;submitted\r\ns-1;"Kim; Minji";2026-03-02 10:00\r\n'.encode(),
    b'sep=,\nStudent,ID,SIS User ID,SIS Login ID\n  Points Possible,,,\n"K, M",9,s-1,mk\n',
    "id\tname\ns-1\t'=1+1\ns-2\t\n".encode("utf-16"),
    b'identifier,github_username,github_id,name\n"s-1","octo",1,""\n',
    b"id,source,submitted_at\ns-1,https://h/x.git,2026-03-02T10:00:00Z\ns-2,../b,1 March 2026\n",
]


def check(data: bytes, folder: Path) -> None:
    path = folder / "roster.csv"
    path.write_bytes(data)
    try:
        roster = Roster.load(path)
    except GradeLabError as error:
        assert all(str(problem).startswith(str(path)) for problem in error.problems)
        return
    for one in list(roster)[:20]:
        assert roster.find("id", one.id) == (one,)
        assert one.id.isprintable()
        roster.place(one)
        for field in ("email", "name", "hub_id", "user"):
            roster.find(field, one.id)
    roster.of_source(path)
