"""Proxies: the shell's and the engine's ought to agree, and leave this computer itself alone."""

from __future__ import annotations

from collections.abc import Iterator

from grader.doctor.finding import Finding, warning
from grader.doctor.machine import Machine
from grader.messages import msg


def findings(machine: Machine) -> Iterator[Finding]:
    """What may go wrong because of a proxy; nothing where there is none."""
    names, engine = machine.proxies.names, machine.engine
    own = engine and engine.local and not engine.desktop and engine.product != "Podman"
    if names and engine and own and not engine.proxy:
        yield warning(
            "proxy-engine",
            msg("this terminal uses a proxy ({names}), but the engine does not", names=names),
            msg(
                "if `docker pull` fails: give the engine the proxy, as "
                "https://docs.docker.com/engine/daemon/proxy/ says"
            ),
            msg("then restart it: `sudo systemctl restart docker`"),
        )
    if engine and own and engine.proxy and not names:
        yield warning(
            "proxy-shell",
            msg("the engine uses a proxy, but this terminal does not"),
            msg("if `curl` or `pip` fail, set HTTPS_PROXY in this terminal as well"),
        )
    if names and not machine.proxies.spares_localhost:
        set_ = (
            msg('in PowerShell, type `$Env:NO_PROXY = "localhost,127.0.0.1"`')
            if machine.surroundings.platform == "win32"
            else msg("type `export NO_PROXY=localhost,127.0.0.1 no_proxy=localhost,127.0.0.1`")
        )
        yield warning(
            "proxy-localhost",
            msg("the proxy is also asked for this computer's own addresses"),
            set_,
            detail=msg("`curl http://localhost:8080` goes to the proxy, and not to your container"),
        )
