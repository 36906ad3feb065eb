"""The network that can be cut does what it says: else the soak would prove nothing."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator

import pytest

from tests.e2e.proxy import Cut, Fault, Network

GONE = (b"", "reset")


class Echo:
    """A server that answers each line with itself, and remembers what it was asked."""

    def __init__(self) -> None:
        self.heard = b""
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with connection:
            try:
                while data := connection.recv(1000):
                    self.heard += data
                    connection.sendall(data)
            except OSError:
                return


@pytest.fixture
def echo() -> Iterator[Echo]:
    server = Echo()
    yield server
    server.close()


@pytest.fixture
def network(echo: Echo) -> Iterator[Network]:
    with Network(echo.port, 2) as network:
        yield network


def line(network: Network, number: int = 0) -> socket.socket:
    """A connection to the server by one of the lines."""
    return socket.create_connection(("127.0.0.1", network.ports[number]), timeout=5)


def ask(connection: socket.socket, text: bytes) -> bytes | str:
    """What is answered: nothing when it was closed, ``reset``, or ``silence`` after a while."""
    try:
        connection.sendall(text)
        return connection.recv(1000)
    except TimeoutError:
        return "silence"
    except OSError:
        return "reset"


def asked_anew(network: Network, text: bytes) -> bytes | str:
    """What a new connection is answered; it may be reset before it stands."""
    try:
        with line(network) as connection:
            return ask(connection, text)
    except OSError:
        return "reset"


def test_a_line_that_is_well_hands_on_everything(network: Network):
    with line(network) as connection:
        assert [ask(connection, text) for text in (b"one", b"two")] == [b"one", b"two"]


@pytest.mark.parametrize(("cut", "seen"), [(Cut.REFUSE, GONE), (Cut.RESET, ("reset",))])
def test_connections_end_and_new_ones_too_until_it_is_healed(network: Network, cut: Cut, seen: tuple[object, ...]):
    with line(network) as connection, line(network, 1) as other:
        assert ask(connection, b"one") == b"one"
        network.cut(0, Fault(cut))
        assert ask(connection, b"two") in seen
        assert asked_anew(network, b"three") in GONE
        assert ask(other, b"four") == b"four"
    network.heal(0)
    with line(network) as connection:
        assert ask(connection, b"five") == b"five"


@pytest.mark.parametrize(("cut", "heard"), [(Cut.DROP, b"one"), (Cut.DEAFEN, b"onetwo")])
def test_what_was_lost_is_never_answered(network: Network, echo: Echo, cut: Cut, heard: bytes):
    with line(network) as connection:
        assert ask(connection, b"one") == b"one"
        network.cut(0, Fault(cut))
        connection.settimeout(0.2)
        assert ask(connection, b"two") == "silence"
        network.heal(0)
        connection.settimeout(5)
        assert ask(connection, b"three") in GONE
    assert echo.heard == heard


def test_an_answer_is_cut_off(network: Network, echo: Echo):
    with line(network) as connection:
        network.cut(0, Fault(Cut.TRUNCATE, 3))
        assert ask(connection, b"a long text") == b"a l"
        assert ask(connection, b"more") in GONE
    assert echo.heard == b"a long text"


def test_everything_arrives_later(network: Network):
    with line(network) as connection:
        network.cut(0, Fault(Cut.DELAY, 0.1))
        began = time.monotonic()
        assert ask(connection, b"one") == b"one"
        assert time.monotonic() - began >= 0.2
