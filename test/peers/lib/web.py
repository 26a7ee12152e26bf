# SPDX-License-Identifier: Apache-2.0
"""web.py - a web server on the loopback that gives out repositories.

/NAME/metadata/FILE and /NAME/targets/PATH; every request is noted. A file can
be made to misbehave: repo.answers[name] is a function of the handler.
"""

import http.server
import threading
import time
from urllib.parse import unquote


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        name, _, path = self.path.lstrip("/").partition("/")
        site = self.server.sites.get(name)
        if site is None:
            self.send_error(404)
            return
        site.log.append(path)
        kind, _, item = path.partition("/")
        answer = site.answers.get(path)
        if answer is not None:
            answer(self)
            return
        files = site.repo.metadata if kind == "metadata" else None
        if kind == "targets":
            files, item = site.repo.targets, unquote(item)
        data = files.get(item) if files is not None else None
        if data is None:
            self.send_error(404)
        else:
            give(data)(self)

    def do_HEAD(self):
        self.server.strange.append(f"HEAD {self.path}")
        self.send_error(405)

    def log_message(self, *_):
        pass


class Site:
    """One repository as one client sees it."""

    def __init__(self, server, name, repo):
        self.server, self.name, self.repo = server, name, repo
        self.log, self.answers = [], {}
        self.url = f"http://127.0.0.1:{server.server_port}/{name}"
        server.sites[name] = self

    def take_log(self):
        """What was asked for since the last call."""
        log, self.log = self.log, []
        return log

    def close(self):
        del self.server.sites[self.name]


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.sites = {}
        self.strange = []  # requests that no client should make
        self.count = 0
        threading.Thread(target=self.serve_forever, args=(0.05,),
                         daemon=True).start()

    def site(self, repo, name=None):
        self.count += 1
        return Site(self, name or f"site{self.count}", repo)

    def handle_error(self, *_):
        pass  # a client may hang up


def give(data, status=200):
    def answer(handler):
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(data)))
        handler.end_headers()
        handler.wfile.write(data)
    return answer


def status(number):
    return give(b"no", number)


def redirect(url):
    def answer(handler):
        handler.send_response(302)
        handler.send_header("Location", url)
        handler.send_header("Content-Length", "0")
        handler.end_headers()
    return answer


def hang_up(handler):
    """Close the connection without a word."""
    handler.close_connection = True
    handler.connection.close()


def cut(data):
    """Promise more than is sent."""
    def answer(handler):
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(data)))
        handler.end_headers()
        handler.wfile.write(data[:len(data) // 2])
    return answer


def endless(handler):
    """Data without end, until the client has had enough."""
    handler.send_response(200)
    handler.end_headers()
    sent = 0
    try:
        while sent < 1 << 30:
            sent += handler.wfile.write(b" " * 65536)
    except OSError:
        pass
    handler.server.endless_sent = sent


def drip(handler):
    """A byte now and then."""
    handler.send_response(200)
    handler.end_headers()
    try:
        for _ in range(600):
            handler.wfile.write(b" ")
            handler.wfile.flush()
            time.sleep(0.2)
    except OSError:
        pass
