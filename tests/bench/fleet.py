#!/usr/bin/env python3
"""fleet.py DIR HOSTS: the files of a fleet for bench.sh.

Every host has a name and a loopback address of its own; eight share a
certificate.  One group in twenty is wrong on purpose, in turn by leaving out
the intermediate, by a private root, by age and by name.  Written to DIR:
hosts.txt, truth.csv (host,class), root.pem, nginx.conf, dnsmasq.conf, names,
resolv.conf, hosts.
"""
import os
import subprocess
import sys

GROUP = 8
FAULTS = ["missing_intermediate", "wrong_root", "expired", "name_mismatch"]
CA_CONFIG = """
[ca]
default_ca = fleet
[fleet]
database = index
new_certs_dir = new
rand_serial = yes
default_md = sha256
policy = any
unique_subject = no
copy_extensions = copy
email_in_dn = no
[any]
commonName = supplied
[ca_extensions]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[leaf_extensions]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = serverAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
"""
VALID = ("20250101000000Z", "20450101000000Z")
PAST = ("20240101000000Z", "20250101000000Z")


def openssl(*arguments):
    subprocess.run(["openssl", *arguments], check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def request(name, common_name, names=()):
    """A key and a certificate request, NAME.key and NAME.csr."""
    alternative = ",".join("DNS:" + each for each in names)
    extension = ["-addext", "subjectAltName=" + alternative] if names else []
    openssl("req", "-new", "-newkey", "ec", "-pkeyopt",
            "ec_paramgen_curve:P-256", "-nodes", "-keyout", name + ".key",
            "-subj", "/CN=" + common_name, "-out", name + ".csr", *extension)


def sign(name, issuer, extensions, dates):
    """NAME.pem from NAME.csr; an issuer of None signs itself."""
    by = (["-selfsign", "-keyfile", name + ".key"] if issuer is None else
          ["-cert", issuer + ".pem", "-keyfile", issuer + ".key"])
    openssl("ca", "-batch", "-notext", "-config", "ca.conf", *by,
            "-extensions", extensions, "-startdate", dates[0],
            "-enddate", dates[1], "-in", name + ".csr", "-out", name + ".pem")


def make_authorities():
    for root, intermediate in ("root", "issuing"), ("private", "private-issuing"):
        request(root, "Fleet " + root)
        sign(root, None, "ca_extensions", VALID)
        request(intermediate, "Fleet " + intermediate)
        sign(intermediate, root, "ca_extensions", VALID)


def make_group(number, hosts, verdict):
    """One certificate for these hosts: groupNUMBER.key and .chain."""
    name = f"group{number}"
    issuer = "private-issuing" if verdict == "wrong_root" else "issuing"
    names = ["other.fleet.test"] if verdict == "name_mismatch" else hosts
    request(name, names[0], names)
    sign(name, issuer, "leaf_extensions",
         PAST if verdict == "expired" else VALID)
    sent = [name] if verdict == "missing_intermediate" else [name, issuer]
    write(name + ".chain", "".join(open(each + ".pem").read() for each in sent))


def write(path, text):
    with open(path, "w") as out:
        out.write(text)


def server_block(number, hosts):
    return (f"server {{ listen 443 ssl; server_name {' '.join(hosts)};\n"
            f"ssl_certificate group{number}.chain;"
            f" ssl_certificate_key group{number}.key; return 204; }}\n")


def nginx_conf(blocks):
    here = os.getcwd()
    return f"""worker_processes 1;
pid {here}/nginx.pid;
error_log {here}/error.log crit;
events {{ worker_connections 8192; }}
http {{
access_log off;
keepalive_timeout 0;
server_names_hash_max_size 65536;
server_names_hash_bucket_size 128;
ssl_protocols TLSv1.2 TLSv1.3;
ssl_session_tickets off;
{''.join(blocks)}}}
"""


def main():
    directory, count = sys.argv[1], int(sys.argv[2])
    os.makedirs(directory + "/new", exist_ok=True)
    os.chdir(directory)
    write("ca.conf", CA_CONFIG)
    write("index", "")
    make_authorities()

    hosts = [f"h{i:05}.fleet.test" for i in range(count)]
    blocks, truth = [], []
    for number in range((count + GROUP - 1) // GROUP):
        group = hosts[number * GROUP:(number + 1) * GROUP]
        fault = FAULTS[number // 20 % len(FAULTS)]
        verdict = fault if number % 20 == 19 else "ok"
        make_group(number, group, verdict)
        blocks.append(server_block(number, group))
        truth += [f"{host},{verdict}\n" for host in group]

    write("hosts.txt", "".join(host + "\n" for host in hosts))
    write("truth.csv", "".join(truth))
    write("names", "".join(f"127.1.{i // 250}.{i % 250 + 1} {host}\n"
                           for i, host in enumerate(hosts)))
    write("dnsmasq.conf", f"no-resolv\nno-hosts\naddn-hosts={os.getcwd()}/names\n"
          f"pid-file={os.getcwd()}/dnsmasq.pid\nuser=root\n"
          "listen-address=127.0.0.53\nbind-interfaces\ncache-size=0\n")
    write("resolv.conf", "nameserver 127.0.0.53\n")
    write("hosts", "127.0.0.1 localhost\n")
    write("nginx.conf", nginx_conf(blocks))


main()
