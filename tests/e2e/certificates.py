"""Certificates of the tests' own, with any dates and SCTs: DER written here,
signed with openssl's P-256 keys."""
import base64
import datetime
import hashlib
import pathlib
import subprocess

ECDSA_SHA256 = bytes.fromhex("300a06082a8648ce3d040302")
OIDS = {"cn": "550403", "basic": "551d13", "names": "551d11",
        "purpose": "551d25", "usage": "551d0f",
        "points": "551d1f", "reason": "551d15", "scope": "551d1c",
        "aia": "2b06010505070101", "key": "551d0e", "issuer key": "551d23",
        "scts": "2b06010401d679020402",
        "features": "2b06010505070118"}
OCSP = bytes.fromhex("06082b06010505073001")
CA_ISSUERS = bytes.fromhex("06082b06010505073002")
CERT_SIGN = bytes.fromhex("03020106")
SERVER_AUTH = bytes.fromhex("06082b06010505070301")


def tlv(tag, *parts):
    body = b"".join(parts)
    size = len(body)
    if size < 128:
        return bytes([tag, size]) + body
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(octets)]) + octets + body


def name(cn):
    oid = tlv(0x06, bytes.fromhex(OIDS["cn"]))
    return tlv(0x30, tlv(0x31, tlv(0x30, oid, tlv(0x0c, cn.encode()))))


def time(text):
    """RFC 5280 4.1.2.5: UTCTime up to 2049."""
    day = datetime.datetime.fromisoformat(text)
    if day.year < 2050:
        return tlv(0x17, day.strftime("%y%m%d%H%M%SZ").encode())
    return tlv(0x18, day.strftime("%Y%m%d%H%M%SZ").encode())


def extension(oid, value, critical=False):
    return tlv(0x30, tlv(0x06, bytes.fromhex(OIDS[oid])),
               tlv(0x01, b"\xff") if critical else b"", tlv(0x04, value))


def sct_list(*times):
    """RFC 6962 3.3, with a log that does not exist and no valid signature."""
    scts = b""
    for text in times:
        logged = datetime.datetime.fromisoformat(text + "+00:00")
        sct = (b"\0" + bytes(32)
               + int(logged.timestamp() * 1000).to_bytes(8, "big")
               + b"\0\0" + b"\4\3" + b"\0\4" + bytes(4))
        scts += len(sct).to_bytes(2, "big") + sct
    return tlv(0x04, len(scts).to_bytes(2, "big") + scts)


def signed_scts(entry, logs, time_ms=1780000000000):
    """RFC 6962 3.2 and 3.3: entry is its type and what is logged."""
    scts = b""
    for log in logs:
        head = time_ms.to_bytes(8, "big")
        signature = log.sign(b"\0\0" + head + entry + b"\0\0")
        sct = (b"\0" + hashlib.sha256(log.public).digest() + head + b"\0\0"
               + b"\4\3" + len(signature).to_bytes(2, "big") + signature)
        scts += len(sct).to_bytes(2, "big") + sct
    return len(scts).to_bytes(2, "big") + scts


def signed_sct_list(tbs, issuer, logs):
    """In a certificate: each log signs for it without the list."""
    return tlv(0x04, signed_scts(
        b"\0\1" + hashlib.sha256(issuer.public).digest()
        + len(tbs).to_bytes(3, "big") + tbs, logs))


class Entity:
    """A name and a key."""

    def __init__(self, folder, cn):
        self.cn = cn
        self.path = pathlib.Path(folder) / (hashlib.sha256(cn.encode())
                                            .hexdigest()[:16] + ".key")
        subprocess.run(["openssl", "ecparam", "-name", "prime256v1", "-genkey",
                        "-noout", "-out", self.path], check=True)
        self.key_id = hashlib.sha256(cn.encode()).digest()[:20]
        self.public = subprocess.run(
            ["openssl", "pkey", "-in", self.path, "-pubout", "-outform",
             "DER"], check=True, capture_output=True).stdout

    def sign(self, octets):
        return subprocess.run(["openssl", "dgst", "-sha256", "-sign",
                               self.path], input=octets, check=True,
                              capture_output=True).stdout


def points(*urls):
    """RFC 5280 4.2.1.13: a distribution point each."""
    return extension("points", tlv(0x30, *(
        tlv(0x30, tlv(0xa0, tlv(0xa0, tlv(0x86, url.encode()))))
        for url in urls)))


def revocation_list(issuer, entries, begin, end, scope=None):
    """DER; entries: content of a serial number -> reason or None."""
    rows = [tlv(0x30, tlv(0x02, serial), time(begin),
                b"" if reason is None else tlv(0x30, extension(
                    "reason", tlv(0x0a, bytes([reason])))))
            for serial, reason in entries.items()]
    extensions = [extension("issuer key",
                            tlv(0x30, tlv(0x80, issuer.key_id)))]
    if scope is not None:
        extensions.append(extension("scope", tlv(0x30, scope), True))
    body = tlv(0x30, tlv(0x02, b"\1"), ECDSA_SHA256, name(issuer.cn),
               time(begin), time(end), tlv(0x30, *rows) if rows else b"",
               tlv(0xa0, tlv(0x30, *extensions)))
    return tlv(0x30, body, ECDSA_SHA256, tlv(0x03, b"\0", issuer.sign(body)))


def certify(subject, issuer, begin="2026-01-01", end="2036-01-01", host=None,
            logged=(), aia=None, urls=(), serial=None, ocsp=None,
            must_staple=False):
    """DER; with a host, or a list of them, a server's certificate, else a
    CA's.  logged: times of SCTs that nobody signed, or a function that makes a
    list for the TBS."""
    keys = [extension("key", tlv(0x04, subject.key_id)),
            extension("issuer key", tlv(0x30, tlv(0x80, issuer.key_id)))]
    extensions = [extension("basic", tlv(0x30, tlv(0x01, b"\xff")), True),
                  extension("usage", CERT_SIGN, True), *keys]
    if host is not None:
        hosts = [host] if isinstance(host, str) else host
        extensions = [
            extension("names", tlv(0x30, *(tlv(0x82, name.encode())
                                           for name in hosts))),
            extension("purpose", tlv(0x30, SERVER_AUTH)), *keys]
    places = b"".join(
        tlv(0x30, method, tlv(0x86, url.encode()))
        for method, url in ((OCSP, ocsp), (CA_ISSUERS, aia))
        if url is not None)
    if places:
        extensions.append(extension("aia", tlv(0x30, places)))
    if logged and not callable(logged):
        extensions.append(extension("scts", sct_list(*logged)))
    if must_staple:
        extensions.append(extension("features", bytes.fromhex("3003020105")))
    if urls:
        extensions.append(points(*urls))
    if serial is None:
        seed = repr((subject.cn, issuer.cn, begin, end, host,
                     None if callable(logged) else logged, aia))
        serial = b"\1" + hashlib.sha256(seed.encode()).digest()[:8]
    head = b"".join((
        tlv(0xa0, tlv(0x02, b"\2")), tlv(0x02, serial), ECDSA_SHA256,
        name(issuer.cn), tlv(0x30, time(begin), time(end)),
        name(subject.cn), subject.public))
    body = tlv(0x30, head, tlv(0xa3, tlv(0x30, *extensions)))
    if callable(logged):
        extensions.insert(1, extension("scts", logged(body)))
        body = tlv(0x30, head, tlv(0xa3, tlv(0x30, *extensions)))
    return tlv(0x30, body, ECDSA_SHA256, tlv(0x03, b"\0", issuer.sign(body)))


def pem(*certificates):
    text = ""
    for der in certificates:
        body = base64.encodebytes(der).decode()
        text += (f"-----BEGIN CERTIFICATE-----\n{body}"
                 "-----END CERTIFICATE-----\n")
    return text
