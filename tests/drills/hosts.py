"""Several worker hosts on one Redis and one PostgreSQL, each behind a cable that can be pulled.

Where the machine allows it, hosts are network namespaces with a link of their own to the one in
which the servers run; no address exists outside of them. Elsewhere they are processes on sockets
that are frozen in place of a cut: the same for everybody else, except that nothing times out.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

from tests import services

NETWORK, PORT = "10.77.0.0/16", 6379
_numbers = itertools.count(1)


@dataclass
class Host:
    """``prefix`` and ``environment`` start a worker there."""

    name: str
    prefix: list[str] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)

    def cut(self, worker: subprocess.Popen[bytes]) -> None:
        os.killpg(worker.pid, signal.SIGSTOP)

    def mend(self, worker: subprocess.Popen[bytes]) -> None:
        os.killpg(worker.pid, signal.SIGCONT)


@dataclass
class Namespace(Host):
    """The cable is pulled at the servers' end: the host sees its packets vanish."""

    servers: str = ""
    link: str = ""

    def cut(self, worker: subprocess.Popen[bytes]) -> None:
        _ip("-n", self.servers, "link", "set", self.link, "down")

    def mend(self, worker: subprocess.Popen[bytes]) -> None:
        _ip("-n", self.servers, "link", "set", self.link, "up")


@dataclass
class Site:
    """``database`` and ``redis`` as this process reaches them, and the hosts."""

    database: str
    redis: services.RedisServer
    hosts: list[Host]

    @property
    def database_folder(self) -> str:
        return parse_qs(urlsplit(self.database).query)["host"][0]


@contextlib.contextmanager
def several(*names: str) -> Iterator[Site]:
    with contextlib.ExitStack() as stack:
        if not namespaces_work():
            database = stack.enter_context(services.postgresql())
            redis = stack.enter_context(services.redis_server())
            yield Site(database, redis, [Host(name) for name in names])
            return
        home = stack.enter_context(_namespace("servers"))
        hosts = [
            stack.enter_context(_host(home, name, number)) for number, name in enumerate(names)
        ]
        inside = _inside(home)
        database = stack.enter_context(services.postgresql(inside, reachable_from=NETWORK))
        redis = stack.enter_context(services.redis_server(inside=inside, port=PORT))
        yield Site(database, redis, list(hosts))


def namespaces_work() -> bool:
    if os.getuid() != 0 or shutil.which("ip") is None:
        return False
    try:
        with _namespace("probe") as name:
            _ip("link", "add", "l0", "netns", name, "type", "veth", "peer", "l1", "netns", name)
    except subprocess.CalledProcessError:
        return False
    return True


@contextlib.contextmanager
def _namespace(what: str) -> Iterator[str]:
    name = f"hedgelab-{os.getpid()}-{next(_numbers)}-{what}"
    _ip("netns", "add", name)
    try:
        _ip("-n", name, "link", "set", "lo", "up")
        yield name
    finally:
        subprocess.run(["ip", "netns", "delete", name], check=False)


@contextlib.contextmanager
def _host(home: str, name: str, number: int) -> Iterator[Namespace]:
    """A namespace with a link and a network of its own to the servers."""
    ours, theirs, link = f"10.77.{number}.1", f"10.77.{number}.2", f"to{number}"
    with _namespace(name) as space:
        _ip("link", "add", "up0", "netns", space, "type", "veth", "peer", link, "netns", home)
        for where, device, address in ((home, link, ours), (space, "up0", theirs)):
            _ip("-n", where, "address", "add", f"{address}/30", "dev", device)
            _ip("-n", where, "link", "set", device, "up")
        named = ["unshare", "--uts", "sh", "-c", 'hostname "$0" && exec "$@"', name]
        environment = {
            "DATABASE_URL": f"postgres://postgres@{ours}/postgres",
            "REDIS_URL": f"redis://{ours}:{PORT}/0",
        }
        yield Namespace(name, [*_inside(space), *named], environment, home, link)


def _inside(space: str) -> list[str]:
    return ["ip", "netns", "exec", space]


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, stderr=subprocess.DEVNULL)
