"""Servers of the tests' own: each connection is served in a thread."""
import http.server
import socket
import struct
import threading


class Listener:
    """serve(connection) is given, or the subclass's.  It listens at once: what
    serve needs is set before."""

    def __init__(self, ip="127.0.0.1", port=0, serve=None, backlog=128):
        family = socket.AF_INET6 if ":" in ip else socket.AF_INET
        self.listener = socket.create_server((ip, port), family=family,
                                             backlog=backlog)
        self.port = self.listener.getsockname()[1]
        self.connections = 0
        if serve is not None:
            self.serve = serve
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            self.begin(connection)

    def begin(self, connection, *more):
        """In the order of the connections."""
        threading.Thread(target=self.serve, args=(connection, *more),
                         daemon=True).start()


def reset(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                          struct.pack("ii", 1, 0))
    connection.close()


def greet_smtp(connection, offered=b"250 STARTTLS\r\n"):
    """As far as TLS, where it is offered."""
    connection.sendall(b"220 mx.mail.test ESMTP\r\n")
    connection.recv(1000)
    connection.sendall(b"250-mx.mail.test\r\n" + offered)
    if b"STARTTLS" in offered:
        connection.recv(1000)
        connection.sendall(b"220 go ahead\r\n")


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


class HttpHandler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass


def serve_http(handler, port=0, tls=None, **attributes):
    """attributes: of the server, which its handlers have as self.server."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", port), handler)
    vars(server).update(attributes)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server
