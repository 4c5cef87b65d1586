"""The floor: what one grading asks, asked by a script that does nothing else.

    python floor.py CALLS.json

CALLS.json holds ``{"calls": ["/v1.41/info", …], "pages": ["http://127.0.0.1:8080/"]}``.
"""

import json
import os
import re
import sys
import time
from datetime import datetime
from http.client import HTTPConnection
from urllib.parse import unquote, urlsplit

import docker

with open(sys.argv[1], encoding="utf-8") as file:  # noqa: PTH123 # pathlib costs an import
    recorded = json.load(file)

version = re.match(r"/v([\d.]+)/", recorded["calls"][-1])
api = docker.APIClient(os.environ["DOCKER_HOST"], version[1] if version else "auto")
now = time.time()
for target in recorded["calls"]:
    if asked := re.fullmatch(r"/v[\d.]+/distribution/(.+)/json", target):
        api.inspect_distribution(unquote(asked[1]))  # adds the login from docker's configuration
        continue
    # Events up to now, as the engine's clock has it; those since the recording count, too.
    answer = api.get(api.base_url + re.sub(r"\buntil=[^&]*", f"until={now:.9f}", target))
    if answer.status_code != 404:  # a grading, too, asks for what is not there
        answer.raise_for_status()
    if target.endswith("/info"):
        now = datetime.fromisoformat(answer.json()["SystemTime"]).timestamp()

for page in recorded["pages"]:
    parts = urlsplit(page)
    connection = HTTPConnection(parts.netloc)
    connection.request("GET", parts.path)
    connection.getresponse().read()
