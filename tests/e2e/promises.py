"""The words, members and columns that scripts rely on, and the spellings of
options that users type: tables for contract.py, which holds them against runs.
"""
CLIENTS = ("openssl curl python python313 requests node ruby php perl gnutls "
           "wget git go java chrome firefox rustls boringssl node26 go127 "
           "java27").split()
STATUSES = ("success dns-error connection-refused connection-timeout "
            "connection-reset connection-closed io-timeout starttls-error "
            "proxy-error handshake-error protocol-error invalid-input "
            "unknown-error").split()
CLASSES = ("ok missing_intermediate wrong_root expired name_mismatch "
           "unknown_issuer invalid_chain weak revoked unreachable "
           "no_tls").split()

# A member and the types that it may have; "/" separates, a dict nests.
RECORD = {
    "schema": "str", "ordinal": "int", "input": "str", "host": "str",
    "port": "int", "site": "str", "ip": "str/NoneType",
    "sni": "str/NoneType", "starttls": "str/NoneType", "tags": "list",
    "timestamp": "str", "status": "str", "error": "str/NoneType",
    "attempts": "int", "class": "str", "cause": "str/NoneType",
    "severity": "str", "findings": "list", "received": "list",
    "path": "list", "missing": "list", "stores": "dict", "clients": "dict",
    "timing": {name: "int/float/NoneType"
               for name in ("dns_ms", "connect_ms", "tls_ms")},
    **{name: "bool" for name in ("expired", "self_signed", "mismatched",
                                 "untrusted", "revoked")},
}
TLS = {"version": "str", "cipher": "str", "group": "str/NoneType",
       "alpn": "str/NoneType", "client_cert_requested": "bool",
       "ocsp_stapled": "bool", "staple": "str/NoneType", "proof": "bool"}
LEAF = {**{name: "str" for name in (
    "sha256", "spki_sha256", "subject", "issuer", "serial", "not_before",
    "not_after", "key", "signature")}, "subject_cn": "str/NoneType",
    "issuer_cn": "str/NoneType", "names": "list", "days_left": "int"}
FINDING = {"id": "str", "cause": "str/NoneType", "severity": "str",
           "cert": "int/NoneType", "detail": "str", "evidence": "dict"}
STEP = {"sha256": "str", "subject": "str", "from": "str"}
MISSING = {**STEP, "where": "str/NoneType"}
STORE = {"trusted": "bool", "reason": "str/NoneType",
         "anchor": "str/NoneType"}
CLIENT = {"accepts": "bool/NoneType", "reason": "str/NoneType"}
CERTIFICATE = {name: "str" for name in (
    "sha256", "der", "subject", "issuer", "not_before", "not_after", "key")}

SUMMARY = {
    "schema": "str", "classes": "dict", "statuses": "dict",
    "severities": "dict", "clients": "dict", "causes": "list",
    "sites": "list",
    "run": {"id": "str", "started": "str", "finished": "str",
            "seconds": "int/float", "version": "str", "options": "dict",
            "targets": "int", "records": "int", "threads": "int"},
    "expiring": {"days_7": "int", "days_30": "int", "days_90": "int",
                 "weeks": "list"},
}
CAUSE = {"class": "str", "cause": "str/NoneType", "sha256": "str/NoneType",
         "subject": "str/NoneType", "hosts": "int", "examples": "list",
         "from": "str/NoneType", "where": "str/NoneType", "heals": "list"}
SITE_COUNT = {"site": "str", "hosts": "int", "ok": "int", "outliers": "int"}
WEEK = {"week": "str", "leaves": "int", "intermediates": "int"}

SITE = {"site": "str", "hosts": "int", "outliers": "list", "usual": {
    "issuer_cn": "str/NoneType", "root": "str/NoneType",
    "received": "int/NoneType", "key": "str/NoneType",
    "tls_version": "str/NoneType"}}
OUTLIER = {"host": "str", "port": "int", "ip": "str/NoneType",
           "class": "str", "differs": "list", "clients_failing": "list"}
CHANGE = {"change": "str", "host": "str", "port": "int",
          "ip": "str/NoneType", "from": "dict/NoneType",
          "to": "dict/NoneType", "fields": "list"}
REPAIR = {"sha256": "str", "subject": "str", "pem": "str", "hosts": "list",
          "heals": "list", "from": "str", "proven": "bool"}

HOST_COLUMNS = ("host,port,ip,site,status,class,cause,severity,refused_by,"
                "issuer_cn,root_cn,subject_cn,not_after,days_left,missing,"
                "missing_from,key,tls_version,received,error,tags,input,"
                "ordinal,what,repair,not_before,serial,sha256,names,starttls")
SITE_COLUMNS = "site,hosts,ok,host,port,ip,class,field,value,usual,refused_by"

# Letter, long name, values.  {pem} is a store, {dns} the DNS server.
VALUES = (
    ("o", "out", ["run"]), ("f", "format", ["csv", "ndjson,html,prom,csv"]),
    ("c", "concurrency", ["5"]), (None, "threads", ["2"]),
    (None, "rate", ["500"]), (None, "per-ip", ["2"]),
    ("t", "timeout", ["3", "2.5"]), (None, "retries", ["0"]),
    ("p", "port", ["444"]), (None, "sni", ["www.example.test"]),
    ("r", "resolver", ["127.0.0.1:{dns}", "127.0.0.1:{dns},[::1]:1"]),
    (None, "resolve", ["a.example.test:1:127.0.0.1:2",
                       "a.example.test:1:127.0.0.1",
                       "a.example.test:1:[::1]:2"]),
    (None, "trust", ["{pem}", "{folder}"]), (None, "trust-add", ["{pem}"]),
    (None, "store", ["mine={pem}"]),
    (None, "intermediates", ["none", "{pem}"]),
    (None, "aia", ["off", "cache", "fetch"]),
    (None, "at", ["+1d", "2199-01-01T00:00:00Z", "1795332688"]),
    (None, "warn-days", ["20"]), (None, "crit-days", ["3"]),
    (None, "handshake", ["full", "certificate"]), (None, "policy", ["none"]),
    (None, "shard", ["0/1"]), (None, "fail-on", ["none"]),
    (None, "progress", ["auto", "on", "off"]), ("l", "list", ["one.txt"]),
)
FLAGS = ("-4", "--aia-allow-private", "--json", "-q", "-v", "--no-color",
         "--strict", "--all-ips", "--mx")
WRONG = (
    "--nope", "--rate 0", "--rate x", "-c 0", "--threads -1", "-t 0",
    "--port 65536", "--shard 1/1", "--shard 1", "--shard -1/2",
    "--shard auto/2", "--at soon", "--at 2026-13-01T00:00:00Z", "-f xml",
    "--handshake half", "--aia maybe", "--fail-on no_such_class",
    "--progress perhaps", "--store mine", "--trust none.pem",
    "--trust-add none.pem", "--store mine=none.pem", "--intermediates no.pem",
    "--policy none.json", "-l none.txt", "-r dns.example", "--resolve a:1",
    "--config none.conf", "--resume", "-o",
)
