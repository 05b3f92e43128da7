"""A WebSocket client of the standard library: text messages in, text messages out (RFC 6455)."""
import base64
import hashlib
import os
import socket
import struct

MAGIC = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
CONTINUATION, TEXT, CLOSE, PING, PONG = 0x0, 0x1, 0x8, 0x9, 0xA


class WebSocketClosed(ConnectionError):
    """The other side closed the connection, or it broke."""


class WebSocketClient:
    """One connection; not for several threads at once."""

    def __init__(self, port, path, timeout=30):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.received = b""
        try:
            self._shake_hands(port, path)
        except BaseException:
            self.socket.close()
            raise

    def _shake_hands(self, port, path):
        key = base64.b64encode(os.urandom(16))
        self.socket.sendall(
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key.decode()}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode())
        while b"\r\n\r\n" not in self.received:
            self._receive_more()
        head, self.received = self.received.split(b"\r\n\r\n", 1)
        status, *lines = head.split(b"\r\n")
        headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(b":") for line in lines)}
        expected = base64.b64encode(hashlib.sha1(key + MAGIC).digest())
        if status.split()[1:2] != [b"101"] or headers.get(b"sec-websocket-accept") != expected:
            raise WebSocketClosed(f"the server refused the upgrade: {status.decode()}")

    def send(self, text):
        self._send_frame(TEXT, text.encode())

    def receive(self):
        """The next text message, put together from its fragments."""
        parts = []
        while True:
            final, kind, payload = self._receive_frame()
            if kind == PING:
                self._send_frame(PONG, payload)
            elif kind == CLOSE:
                raise WebSocketClosed("the server closed the connection")
            elif kind in (TEXT, CONTINUATION):
                parts.append(payload)
                if final:
                    return b"".join(parts).decode()

    def close(self):
        try:
            self._send_frame(CLOSE, struct.pack("!H", 1000))
        except OSError:
            pass  # the server may be gone already
        self.socket.close()

    def _send_frame(self, kind, payload):
        length = len(payload)
        if length < 126:
            head = struct.pack("!BB", 0x80 | kind, 0x80 | length)
        elif length < 65536:
            head = struct.pack("!BBH", 0x80 | kind, 0x80 | 126, length)
        else:
            head = struct.pack("!BBQ", 0x80 | kind, 0x80 | 127, length)
        mask = os.urandom(4)  # clients must mask
        masked = bytes(byte ^ mask[index % 4] for index, byte in enumerate(payload))
        self.socket.sendall(head + mask + masked)

    def _receive_frame(self):
        first, second = self._take(2)
        length = second & 0x7F
        if length == 126:
            length, = struct.unpack("!H", self._take(2))
        elif length == 127:
            length, = struct.unpack("!Q", self._take(8))
        return bool(first & 0x80), first & 0x0F, self._take(length)

    def _take(self, count):
        while len(self.received) < count:
            self._receive_more()
        taken, self.received = self.received[:count], self.received[count:]
        return taken

    def _receive_more(self):
        chunk = self.socket.recv(65536)
        if not chunk:
            raise WebSocketClosed("the connection ended")
        self.received += chunk
