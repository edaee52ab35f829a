#!/bin/sh
# metrics.prom, the alert rules and the dashboard that are made for it: as
# Prometheus's own tool reads them, and no metric is asked for that no run
# writes.
set -u

status=0

check() {
	name=$1
	shift
	if "$@" >"$TMPDIR/log" 2>&1; then
		echo "ok - $name"
		return
	fi
	echo "not ok - $name"
	sed 's/^/# /' "$TMPDIR/log"
	status=1
}

: "${TMPDIR:=/tmp}"
root=$(pwd)
run=$(mktemp -d "$TMPDIR/prometheus.XXXXXX") || exit 2
trap 'rm -rf "$run"' EXIT
(cd "$run" && "$FLEETSCAN" demo >/dev/null 2>&1)
metrics=$run/reports/latest/metrics.prom

# Names that the rules and the dashboard use, and those that are written.
used_metrics_exist() {
	grep -oh 'fleetscan_[a-z_]*' data/prometheus-alerts.yml \
		data/grafana-dashboard.json | sort -u >"$run/used"
	sed -n 's/^# TYPE \([^ ]*\) .*/\1/p' "$metrics" | sort -u >"$run/there"
	comm -23 "$run/used" "$run/there" | tee "$run/lacking"
	[ -s "$run/used" ] && [ ! -s "$run/lacking" ]
}

# It prints only where something is wrong.
check_with_promtool() {
	for file in "$metrics" "$run/hosts/metrics.prom"; do
		promtool check metrics <"$file" || return
		[ -z "$(promtool check metrics <"$file" 2>&1)" ] || return
	done
}

test_rules() {
	cp tests/e2e/prometheus-rules-test.yml "$run/test.yml" &&
		cp data/prometheus-alerts.yml "$run/alerts.yml" &&
		cd "$run" && promtool test rules test.yml
}

# Series of single hosts are written with --prom-hosts only.
hosts_on_demand() {
	! grep -q '^fleetscan_host_' "$metrics" &&
		"$FLEETSCAN" demo --prom-hosts -f prom -o "$run/hosts" \
			>/dev/null 2>&1 &&
		grep -q '^fleetscan_host_info{' "$run/hosts/metrics.prom"
}

check 'a run writes metrics.prom' [ -s "$metrics" ]
check '--prom-hosts adds series of hosts' hosts_on_demand
check 'rules and dashboard ask for metrics that exist' used_metrics_exist
check 'the dashboard is JSON' python3 -m json.tool \
	"$root/data/grafana-dashboard.json" /dev/null
if ! command -v promtool >/dev/null; then
	echo 'skip - metrics and rules: promtool is not installed'
	exit $status
fi
check 'promtool check metrics' check_with_promtool
check 'promtool check rules' promtool check rules data/prometheus-alerts.yml
check 'promtool test rules' test_rules
exit $status
