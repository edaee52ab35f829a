#!/usr/bin/env python3
"""The scripts of a repair kit and the clients they repair, themselves: each
refuses a host that lacks its intermediate, accepts it after the script, and
refuses it again after the script's undo."""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

from laboratory import FLEETSCAN, Laboratory
from tap import FAILED, check_sentences as check, skip


def run(*command, **options):
    return subprocess.run([str(word) for word in command], text=True,
                          capture_output=True, timeout=60, **options)


def script(kit, name, folder, *verb, **more):
    return run("sh", kit / "client" / name, *verb, env={
        "PATH": os.environ["PATH"], "HOME": str(folder), **more})


# Each connects to argv's ADDRESS PORT NAME and prints "accepted" or why not.
REQUESTS = """
import socket, sys, requests
address, port, name = sys.argv[1:]
ask = socket.getaddrinfo
socket.getaddrinfo = lambda host, *rest, **more: ask(address, *rest, **more)
try:
    requests.get(f"https://{name}:{port}/", timeout=20)
    print("accepted")
except requests.exceptions.SSLError as error:
    print(f"refused: {error}")
except requests.exceptions.ConnectionError:
    print("accepted")
"""
PYTHON = """
import socket, ssl, sys
address, port, name = sys.argv[1:]
try:
    with socket.create_connection((address, int(port)), 20) as plain:
        ssl.create_default_context().wrap_socket(plain, server_hostname=name)
    print("accepted")
except ssl.SSLError as error:
    print(f"refused: {error}")
"""
NODE = """
const [address, port, name] = process.argv.slice(2);
const socket = require('tls').connect(
  {host: address, port: Number(port), servername: name});
socket.on('secureConnect', () => { console.log('accepted'); process.exit(); });
socket.on('error', (error) => console.log(`refused: ${error.message}`));
"""
JAVA = """
import java.net.Socket;
import javax.net.ssl.*;
class Visit {
  public static void main(String[] argv) throws Exception {
    Socket plain = new Socket(argv[0], Integer.parseInt(argv[1]));
    SSLSocket socket = (SSLSocket) ((SSLSocketFactory)
        SSLSocketFactory.getDefault()).createSocket(
            plain, argv[2], plain.getPort(), true);
    SSLParameters how = socket.getSSLParameters();
    how.setEndpointIdentificationAlgorithm("HTTPS");
    socket.setSSLParameters(how);
    try {
      socket.startHandshake();
      System.out.println("accepted");
    } catch (SSLException error) {
      System.out.println("refused: " + error.getMessage());
    }
  }
}
"""


def visits(before, after, undone):
    """What a client says before the script, after it, and after its undo."""
    wrong = []
    if not before.stdout.startswith("refused"):
        wrong.append(f"before: {before.stdout}{before.stderr}")
    if after.stdout != "accepted\n":
        wrong.append(f"after: {after.stdout}{after.stderr}")
    if not undone.stdout.startswith("refused"):
        wrong.append(f"after undo: {undone.stdout}{undone.stderr}")
    return wrong


def check_variable(kit, root, path, server, name, command, variable):
    """A script that tells its clients of a bundle by a variable."""
    folder = path / f"visit-{name}"
    folder.mkdir()
    bundle = folder / "bundle.pem"

    def visit(value):
        return run(*command, *server,
                   env={**os.environ, variable: str(value)})
    before = visit(root)
    script(kit, name, folder, **{variable: root, "FLEETSCAN_BUNDLE":
                                     str(bundle)})
    after = visit(bundle)
    script(kit, name, folder, "undo", FLEETSCAN_BUNDLE=str(bundle))
    check(f"{command[0]} accepts the host after {name}, and no more after "
          "its undo", visits(before, after, visit(root)) +
          (["undo leaves the bundle"] if bundle.exists() else []))


def check_java(kit, root, path, server):
    folder = path / "visit-java"
    folder.mkdir()
    (folder / "Visit.java").write_text(JAVA)
    store = folder / "cacerts"
    made = run("javac", "-d", folder, folder / "Visit.java")
    run("keytool", "-importcert", "-noprompt", "-alias", "root", "-file",
        root, "-keystore", store, "-storepass",
        "changeit")

    def visit():
        return run("java", f"-Djavax.net.ssl.trustStore={store}",
                   "-Djavax.net.ssl.trustStorePassword=changeit",
                   "-cp", folder, "Visit", *server)
    before = visit()
    script(kit, "java.sh", folder, FLEETSCAN_CACERTS=str(store))
    after = visit()
    script(kit, "java.sh", folder, "undo", FLEETSCAN_CACERTS=str(store))
    check("java accepts the host after java.sh, and no more after its undo",
          visits(before, after, visit()) +
          ([made.stderr] if made.returncode != 0 else []))


# In a mount namespace of its own: the system's store is a copy there.
SYSTEM = """
set -e
mkdir -p "$FOLDER/local" && cp -a /etc/ssl/certs "$FOLDER/certs"
cp "$ROOT" "$FOLDER/local/laboratory.crt"
mount --bind "$FOLDER/certs" /etc/ssl/certs
mount --bind "$FOLDER/local" /usr/local/share/ca-certificates
# What other packages do with the store is slow, and not what is asked here.
mkdir "$FOLDER/none" && mount --bind "$FOLDER/none" /etc/ca-certificates/update.d
visit() {
  curl -sS -o /dev/null --resolve "$3:$2:$1" "https://$3:$2/" 2>&1 || :
  echo "curl $1 done"
  "$PYTHON" "$FOLDER/visit.py" "$@"
}
{ update-ca-certificates; } >&2
visit "$@"; echo ----
sh "$SCRIPT" >&2; visit "$@"; echo ----
sh "$SCRIPT" undo >&2; visit "$@"
"""


def check_debian(kit, root, path, server):
    """debian.sh itself, with update-ca-certificates, curl and python3."""
    name = "curl and python3 accept the host after debian.sh, and no more " \
        "after its undo"
    tools = ("unshare", "mount", "update-ca-certificates", "curl")
    places = os.environ["PATH"] + ":/usr/sbin:/sbin"
    lacking = [tool for tool in tools if not shutil.which(tool, path=places)]
    if os.geteuid() != 0 or lacking or \
            not pathlib.Path("/usr/local/share/ca-certificates").is_dir() or \
            run("unshare", "-m", "true").returncode != 0:
        skip(name, "needs root, mount namespaces and Debian's store")
        return
    folder = path / "visit-debian"
    folder.mkdir()
    (folder / "visit.py").write_text(PYTHON)
    python = shutil.which("python3", path="/usr/bin") or "python3"
    done = run("unshare", "-m", "--propagation", "private", "sh", "-c", SYSTEM,
               "sh", *server, env={
                   "PATH": places, "FOLDER": str(folder), "PYTHON": python,
                   "ROOT": root, "HOME": str(folder),
                   "SCRIPT": str(kit / "client" / "debian.sh")})
    parts = done.stdout.split("----\n")
    wrong = [] if len(parts) == 3 else [done.stdout + done.stderr]
    for part, good in zip(parts, (False, True, False)):
        curl_refuses = "curl: (60)" in part
        if curl_refuses == good or ("\naccepted" in part) != good:
            wrong.append(part)
    check(name, wrong)


def check_all(kit, root, path, server):
    for name, command, variable in (
            ("requests.sh", ("python3", "-c", REQUESTS), "REQUESTS_CA_BUNDLE"),
            ("node.sh", ("node", "-e", NODE, "-"), "NODE_EXTRA_CA_CERTS")):
        probe = {"node.sh": ("node", "--version"),
                 "requests.sh": ("python3", "-c", "import requests, certifi")}
        if shutil.which(command[0]) is None or \
                run(*probe[name]).returncode != 0:
            skip(f"what {name} repairs", "its client is not installed")
            continue
        check_variable(kit, root, path, server, name, command, variable)
    if not all(map(shutil.which, ("java", "javac", "keytool"))):
        skip("what java.sh repairs", "no JDK is installed")
    else:
        check_java(kit, root, path, server)
    check_debian(kit, root, path, server)


def main():
    with Laboratory("--fleet") as lab, \
            tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder)
        rows = [row for row in lab.hosts if row["trust"] == "fleet"]
        lab.scan(rows, "fleet", "-o", path / "run")
        done = run(FLEETSCAN, "fix", path / "run", "-o", path / "kit")
        assert done.returncode == 0, done.stderr
        row = next(row for row in rows if row["id"] == "kilas.example.test")
        check_all(path / "kit", lab.trust("fleet"), path,
                  (row["ip"], row["port"], row["name"]))
    return 1 if FAILED else 0


if __name__ == "__main__":
    sys.exit(main())
