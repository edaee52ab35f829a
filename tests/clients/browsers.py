"""Chromium and Firefox before hosts of the lab, headless, without a network.

A browser is started once a trust store, which stands in the NSS database of a
profile of its own.  visit() answers with (accepts, its own words) by row id.
"""
import json
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time

from chromium import Chromium, find

WAIT = 60

# The page's own error code, whichever of the two kinds of error page it is.
FIREFOX_ERROR = """
for (const info of ["getFailedCertSecurityInfo", "getNetErrorInfo"])
    try { return document[info]().errorCodeString; } catch (error) {}
return document.documentURI;
"""

FIREFOX_PREFERENCES = {
    "marionette.port": 0,
    # Nothing that one host sends may help another one.
    "browser.privatebrowsing.autostart": True,
    "security.ssl.disable_session_identifiers": True,
    "security.remote_settings.intermediates.enabled": False,
    # No traffic of its own.
    "app.normandy.enabled": False,
    "app.update.enabled": False,
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "extensions.update.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "network.http.connection-timeout": 5,
    "network.http.tls-handshake-timeout": 5,
    "network.http.response.timeout": 5,
    "services.settings.server": "data:,#remote-settings-dummy/v1",
    "toolkit.telemetry.enabled": False,
}


def certificates(store):
    """The PEM blocks of a store."""
    end = "-----END CERTIFICATE-----\n"
    text = pathlib.Path(store).read_text(encoding="ascii")
    return [block + end for block in text.split(end) if "BEGIN" in block]


def make_database(folder, store):
    folder.mkdir(parents=True, exist_ok=True)
    place = f"sql:{folder}"
    subprocess.run(["certutil", "-N", "-d", place, "--empty-password"],
                   check=True, capture_output=True)
    for number, pem in enumerate(certificates(store)):
        subprocess.run(["certutil", "-A", "-d", place, "-a", "-t", "C,,",
                        "-n", f"lab {number}"], input=pem.encode(),
                       check=True, capture_output=True)


class Chrome(Chromium):
    """with Chrome(store, rows, hosts) as browser: browser.visit(row)"""

    def __init__(self, store, rows, _hosts):
        self.home = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        make_database(pathlib.Path(self.home.name, ".pki/nssdb"), store)
        self.environment = {**os.environ, "HOME": self.home.name}
        rules = [f"MAP {row['name']}{dot} {row['ip']}" for row in rows
                 for dot in ("", ".")]
        rules += ["MAP aia.lab.test 127.0.0.1", "MAP * ~NOTFOUND",
                  "EXCLUDE 127.*"]
        self.OPTIONS = (*Chromium.OPTIONS,
                        "--host-resolver-rules=" + ",".join(rules))

    def __exit__(self, *rest):
        super().__exit__(*rest)
        self.home.cleanup()

    def visit(self, row):
        said = self.call("Page.navigate",
                         url=f"https://{row['host']}:{row['port']}/")
        error = said.get("errorText", "")
        return not error, error.encode()


class Firefox:
    """The same, over the Marionette protocol: [0, id, command, arguments]"""

    def __init__(self, store, _rows, hosts):
        self.store, self.hosts = store, hosts

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        profile = pathlib.Path(self.folder.name)
        make_database(profile, self.store)
        (profile / "user.js").write_text("".join(
            f"user_pref({json.dumps(name)}, {json.dumps(value)});\n"
            for name, value in FIREFOX_PREFERENCES.items()))
        self.process = subprocess.Popen(
            ["unshare", "-m", "sh", "-c",
             'mount --bind "$1" /etc/hosts && shift && exec "$@"', "sh",
             str(self.hosts), "firefox-esr", "--headless", "--marionette",
             "--no-remote", "--profile", str(profile), "about:blank"],
            env={**os.environ, "HOME": str(profile)},
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        self.rest, self.number = b"", 0
        self.wire = socket.create_connection(
            ("127.0.0.1", self.wait_for_port(profile)), WAIT)
        self.receive()
        self.call("WebDriver:NewSession", capabilities={
            "alwaysMatch": {"timeouts": {"pageLoad": 6000, "script": 3000}}})
        return self

    def __exit__(self, *_):
        try:
            self.call("Marionette:Quit", flags=["eForceQuit"])
        except (OSError, EOFError):
            self.process.terminate()
        self.wire.close()
        try:
            self.process.wait(WAIT)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.folder.cleanup()

    def wait_for_port(self, profile):
        """It writes the file once it listens."""
        file = profile / "MarionetteActivePort"
        end = time.monotonic() + WAIT
        while time.monotonic() < end and self.process.poll() is None:
            if file.exists() and file.read_text():
                return int(file.read_text())
            time.sleep(0.1)
        raise RuntimeError("Firefox did not start")

    def receive(self):
        """A message: its length in digits, a colon, JSON."""
        while b":" not in self.rest:
            self.read_more()
        length, self.rest = self.rest.split(b":", 1)
        while len(self.rest) < int(length):
            self.read_more()
        message = self.rest[:int(length)]
        self.rest = self.rest[int(length):]
        return json.loads(message)

    def read_more(self):
        block = self.wire.recv(1 << 16)
        if not block:
            raise EOFError("Firefox is gone")
        self.rest += block

    def call(self, command, **arguments):
        """(error, value), one of which is None."""
        self.number += 1
        data = json.dumps([0, self.number, command, arguments]).encode()
        self.wire.sendall(b"%d:%s" % (len(data), data))
        while True:
            kind, number, error, value = self.receive()
            if (kind, number) == (1, self.number):
                return error, value

    def visit(self, row):
        error, _ = self.call("WebDriver:Navigate",
                             url=f"https://{row['host']}:{row['port']}/")
        if error is None:
            return True, b""
        if error["error"] == "timeout":
            return False, b"timeout"
        _, said = self.call("WebDriver:ExecuteScript", script=FIREFOX_ERROR,
                            args=[], sandbox="system")
        words = said["value"] if said else error["message"]
        return False, str(words).encode()


def installed():
    """The browsers of this machine by client id."""
    found = {}
    if shutil.which("certutil") and find():
        found["chrome"] = Chrome
    if shutil.which("certutil") and shutil.which("firefox-esr") and \
            os.geteuid() == 0 and \
            subprocess.run(["unshare", "-m", "true"],
                           capture_output=True, check=False).returncode == 0:
        found["firefox"] = Firefox
    return found


def visit(browser, rows, hosts):
    """Every row, with the store that is named in it: answers by row id."""
    answers = {}
    for store in sorted({row["store"] for row in rows}):
        mine = [row for row in rows if row["store"] == store]
        while mine:
            mine = visit_until_stuck(browser, store, mine, hosts, answers)
    return answers


def visit_until_stuck(browser, store, rows, hosts, answers):
    """The rows that are left when one made the browser hang."""
    with browser(store, rows, hosts) as window:
        for index, row in enumerate(rows):
            try:
                answers[row["id"]] = window.visit(row)
            except (TimeoutError, EOFError):
                answers[row["id"]] = False, b"timeout"
                return rows[index + 1:]
    return []
