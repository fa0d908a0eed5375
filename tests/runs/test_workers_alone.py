"""`--workers` on a machine that others use too: only this run's processes may reach its scheduler and workers."""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Iterator
from typing import Any

import psutil
import pytest
from distributed import Client, LocalCluster, Security
from other_user import ANOTHER, needs_root, run_as

import stress
from stress.errors import ConfigError
from stress.runs import cluster

pytestmark = pytest.mark.filterwarnings("ignore")  # of Dask


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    with cluster.local(1) as local_client:
        local_client.wait_for_workers(1)
        yield local_client


def listening() -> list[int]:
    """Ports on which this process and its children wait."""
    own = psutil.Process()
    connections = [c for p in (own, *own.children(recursive=True)) for c in p.net_connections("inet")]
    assert {c.laddr.ip for c in connections if c.status == psutil.CONN_LISTEN} == {"127.0.0.1"}
    return sorted({c.laddr.port for c in connections if c.status == psutil.CONN_LISTEN})


def speaks_tls(port: int) -> bool:
    """Whether a port answers a TLS greeting in kind. The empty line after it ends a request: a server of pages, which
    waits for that, answers too."""
    greeting, context = ssl.MemoryBIO(), ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with contextlib.suppress(ssl.SSLWantReadError):
        context.wrap_bio(ssl.MemoryBIO(), greeting).do_handshake()
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=20) as plain:
        plain.sendall(greeting.read() + b"\r\n\r\n")
        return plain.recv(2) == b"\x16\x03"  # a record of a handshake
    return False


def answers_pages(port: int, *paths: str) -> bool:
    """Whether any of these pages is to be had at a port."""
    for path in paths:
        with socket.create_connection(("127.0.0.1", port), timeout=120) as plain:
            plain.sendall(f"GET {path} HTTP/1.0\r\n\r\n".encode())
            reply = plain.recv(64)
        if reply.split()[1:2] != [b"404"]:
            return True
    return False


def test_every_port_of_a_run_asks_for_its_keys_or_has_nothing(client: Any) -> None:
    ports = listening()
    secret = [port for port in ports if speaks_tls(port)]
    assert len(secret) >= 3  # scheduler, nanny, worker
    pages = "/", "/health", "/metrics", "/info/main/workers.html", "/status", "/json/identity.json"
    assert not any(answers_pages(port, *pages) for port in ports if port not in secret)


@pytest.mark.parametrize("keys", ["none", "others"])
def test_a_client_without_the_keys_of_the_run_does_not_get_in(client: Any, keys: str) -> None:
    port = client.scheduler.address.rpartition(":")[2]
    scheme, security = ("tcp", None) if keys == "none" else ("tls", Security.temporary())
    with cluster.connect.hushed(), pytest.raises((OSError, TimeoutError)):
        Client(f"{scheme}://127.0.0.1:{port}", security=security, timeout=2)


ATTACK = """
from stress.runs.cluster.connect import hushed
with hushed():
    for scheme, security in (("tcp", None), ("tls", OTHERS)):
        try:
            with Client(f"{scheme}://127.0.0.1:PORT", security=security, timeout=2) as client:
                print("ran as", client.run_on_scheduler(os.getuid))
        except (OSError, TimeoutError):
            print("refused")
"""


@needs_root
def test_another_user_of_the_machine_runs_nothing_on_the_scheduler(client: Any) -> None:
    """A Dask client of another user once ran code as the user of `--workers`."""
    port = client.scheduler.address.rpartition(":")[2]
    # keys and a first try before the user changes: what a client imports may be closed to others
    imports = "from distributed import Client, Security\nOTHERS = Security.temporary()\n" + ATTACK.replace("PORT", "1")
    done = run_as(ANOTHER, imports, ATTACK.replace("PORT", port))
    assert done.stdout == 4 * "refused\n", done
    assert client.run_on_scheduler(lambda: 1) == 1  # while its own client still does


def test_an_asynchronous_client_is_refused_in_words() -> None:
    async def ask() -> None:
        async with (
            LocalCluster(n_workers=0, processes=False, asynchronous=True, dashboard_address=None) as here,
            Client(here, asynchronous=True, set_as_default=False) as client,
        ):
            with pytest.raises(ConfigError, match="asynchronous"):
                cluster.check(client)

    asyncio.run(ask())


@pytest.mark.parametrize("given", ["tcp://127.0.0.1:8786", 3])
def test_what_is_no_client_is_refused_in_words(given: object) -> None:
    job = stress.load("scenarios/jobs/baitiao-24m.toml")
    with pytest.raises(ConfigError, match=rf"a {type(given).__name__} is no dask.distributed.Client"):
        stress.simulate(job, paths=64, client=given)


def test_a_closed_client_is_refused_in_words() -> None:
    """It ended in `RuntimeError: IOLoop is closed`."""
    with LocalCluster(n_workers=0, processes=False, dashboard_address=None) as here:
        client = Client(here, set_as_default=False)
        client.close()
    with pytest.raises(ConfigError, match=r"client: is closed; give one that is connected"):
        stress.simulate(stress.load("scenarios/jobs/baitiao-24m.toml"), paths=64, client=client)
