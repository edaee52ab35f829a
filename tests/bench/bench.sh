#!/bin/sh
# What a host costs: CPU, rate and peak memory of fleetscan and of whatever else
# is installed, against HOSTS (5000) names on nginx, ROUNDS (3) times in turn.
# The fleet runs in a network and mount namespace of its own, so this needs
# root; nothing leaves the machine.  Scanners share the first core, servers have
# the last.  Machines drift: only the ratios within one run mean anything.
set -eu

top=$(cd "$(dirname "$0")/../.." && pwd)
cd "$top"
case ${B:=build} in
/*) build=$B ;;
*) build=$top/$B ;;
esac
hosts=${HOSTS:-5000}
rounds=${ROUNDS:-3}
fleet=$build/bench/$hosts
results=$build/bench/results
servers=

refuse() {
	echo "bench: $1" >&2
	exit 2
}

check_tools() {
	[ "$(id -u)" -eq 0 ] ||
		refuse 'the fleet needs a network namespace: run as root'
	for tool in nginx:nginx-light dnsmasq:dnsmasq-base ip:iproute2 \
		unshare:util-linux nsenter:util-linux taskset:util-linux \
		openssl:openssl python3:python3; do
		command -v "${tool%:*}" >/dev/null 2>&1 ||
			refuse "needs ${tool%:*} (Debian package ${tool#*:})"
	done
	[ -x "$build/fleetscan" ] || refuse "needs $build/fleetscan: run make"
}

make_fleet() {
	[ -e "$fleet/nginx.conf" ] && return
	echo "making a fleet of $hosts hosts, once"
	rm -rf "$fleet"
	python3 tests/bench/fleet.py "$fleet" "$hosts"
}

# The shell in the namespace stays as its keeper; all die with it.
start_fleet() {
	rm -f "$fleet/nginx.pid" "$fleet/dnsmasq.pid"
	last=$(($(nproc) - 1))
	unshare -n -m sh -c '
		ip link set lo up
		echo "1024 65000" >/proc/sys/net/ipv4/ip_local_port_range
		echo 1 >/proc/sys/net/ipv4/tcp_tw_reuse
		mount --bind "$0/resolv.conf" /etc/resolv.conf
		mount --bind "$0/hosts" /etc/hosts
		ulimit -n 20000
		taskset -c "$1" nginx -p "$0" -c "$0/nginx.conf" || exit 1
		taskset -c "$1" dnsmasq -C "$0/dnsmasq.conf" || exit 1
		exec sleep 86400' "$fleet" "$last" \
		>"$fleet/start.log" 2>&1 </dev/null &
	servers=$!
	trap stop_fleet EXIT
	trap 'exit 130' INT TERM
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		[ -s "$fleet/nginx.pid" ] && [ -s "$fleet/dnsmasq.pid" ] && return
		sleep 0.5
	done
	cat "$fleet/start.log" >&2
	refuse 'the fleet did not start'
}

stop_fleet() {
	for pid in "$(cat "$fleet/nginx.pid" 2>/dev/null)" \
		"$(cat "$fleet/dnsmasq.pid" 2>/dev/null)" "$servers"; do
		[ -z "$pid" ] || kill "$pid" 2>/dev/null || true
	done
}

# name, its command, hosts it is given: starting a process a host is slow.
contestants() {
	few=$((hosts < 500 ? hosts : 500))
	cat <<-END
	fleetscan|$hosts|$build/fleetscan scan --json -q -l LIST --trust root.pem -c 100 --threads 1 --aia off --intermediates none
	tls-scan|$hosts|tls-scan --infile=LIST --port=443 --concurrency=100 --cacert=root.pem
	tlsx|$hosts|tlsx -l LIST -c 100 -r 127.0.0.53 -silent -json -disable-update-check
	zgrab2|$hosts|zgrab2 tls -f LIST -s 100 --root-cas=root.pem
	curl|$hosts|sed 's|.*|url=https://&/|' LIST | curl -sZ --parallel-max 100 --cacert root.pem -o /dev/null -K -
	openssl|$few|xargs -a LIST -P 100 -I NAME openssl s_client -connect NAME:443 -servername NAME -CAfile root.pem </dev/null
	END
}

# measure NAME HOSTS COMMAND: one run, one line in results/NAME.
measure() {
	head -n "$2" "$fleet/hosts.txt" >"$fleet/list"
	command=$(echo "$3" | sed "s|LIST|$fleet/list|g; s|root.pem|$fleet/root.pem|g")
	nsenter -t "$servers" -n -m -- taskset -c 0 "$build/measure" \
		"$results/$1" sh -c "ulimit -n 20000; $command" \
		>"$results/$1.out" 2>"$results/$1.err" </dev/null || true
}

run_rounds() {
	rm -rf "$results"
	mkdir -p "$results"
	round=0
	while [ "$round" -lt "$rounds" ]; do
		round=$((round + 1))
		echo "round $round of $rounds"
		contestants | while IFS='|' read -r name count command; do
			command -v "$name" >/dev/null 2>&1 ||
				[ "$name" = fleetscan ] || continue
			measure "$name" "$count" "$command"
		done
	done
}

# Medians, and what each costs as a multiple of what fleetscan does.
print_table() {
	contestants | while IFS='|' read -r name count _; do
		if [ ! -s "$results/$name" ]; then
			echo "$name - not installed"
			continue
		fi
		for column in 1 2 3; do
			sort -n -k "$column,$column" "$results/$name" |
				awk -v c="$column" '{ v[NR] = $c }
				END { printf "%s ", v[int((NR + 1) / 2)] }'
		done | sed "s|^|$name $count |"
		echo
	done | awk '
	BEGIN { printf "%-10s %10s %12s %10s %10s %10s\n", "", "hosts/s",
		"us CPU/host", "peak MiB", "CPU ratio", "RSS ratio" }
	$2 == "-" { printf "%-10s not installed\n", $1; next }
	NF == 5 {
		cpu = $4 / $2 * 1e6
		if ($1 == "fleetscan") { base = cpu; memory = $5 }
		printf "%-10s %10.0f %12.0f %10.1f %10.2f %10.2f\n", $1, $2 / $3,
			cpu, $5 / 1024, base ? cpu / base : 0,
			memory ? $5 / memory : 0
	}'
}

# Speed counts only where the answers are right.
check_answers() {
	python3 - "$fleet/truth.csv" "$results/fleetscan.out" <<-'END'
	import json, sys
	truth = dict(line.strip().split(",") for line in open(sys.argv[1]))
	said = {r["host"]: r["class"] for r in map(json.loads, open(sys.argv[2]))}
	wrong = [h for h in truth if said.get(h) != truth[h]]
	print(f"fleetscan's classes: {len(truth) - len(wrong)} of {len(truth)} right")
	for host in wrong[:5]:
	    print(f"  {host}: {said.get(host)}, should be {truth[host]}")
	sys.exit(bool(wrong))
	END
}

check_tools
make_fleet
start_fleet
run_rounds
print_table
check_answers
