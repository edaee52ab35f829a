#!/bin/sh
# The package in a booted system: installed, timer, run, removed, installed
# again, purged.  ROOT names a Debian tree with systemd-sysv and the libraries of
# the package, which is changed; skipped without.  It boots in namespaces of its
# own with nothing but loopback, and needs root:
#
#     debootstrap --variant=minbase --include=systemd-sysv,dbus bookworm TREE
#     chroot TREE apt-get install LIBRARIES
#     make test-deb ROOT=TREE
set -u

version=$("$FLEETSCAN" --version | cut -d' ' -f2)
package=$(ls "$PWD"/build/deb/fleetscan_"$version"_*.deb)
if [ -z "${ROOT:-}" ]; then
	echo 'skip - in a booted system: no ROOT is named'
	exit 0
fi
here=$(mktemp -d) || exit 2
export ROOT package here
init=
# With the first process all others of its namespaces end.
trap '[ -z "$init" ] || kill -KILL "$init"; rm -rf "$here"' EXIT

# PID 1 of the new namespaces.  systemd wants a root that is a mount, a cgroup tree
# of its own, /run and a word that it is a container.
# shellcheck disable=SC2016
timeout -s KILL 300 unshare --pid --fork --mount --uts --ipc --net --cgroup \
	--kill-child sh -ec '
	mount --bind "$ROOT" "$ROOT"
	mount --make-rprivate /
	mount -t proc proc "$ROOT/proc"
	mount -t sysfs sysfs "$ROOT/sys"
	mount -t tmpfs run "$ROOT/run"
	mount --rbind /dev "$ROOT/dev"
	mount -t cgroup2 none "$ROOT/sys/fs/cgroup"
	mkdir "$ROOT/run/package"
	cp "$package" "$ROOT/run/package/fleetscan.deb"
	cp "$BUILD/fleetlab" "$ROOT/run/package"
	cd "$ROOT"
	pivot_root . mnt
	umount -l /mnt
	exec env -i container=lxc PATH=/usr/sbin:/usr/bin:/sbin:/bin /sbin/init' \
	>"$here/boot" 2>&1 &
booted=$!

inside() {
	nsenter -t "$init" -p -m -n -u -i -r -w \
		env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@"
}

for _ in $(seq 60); do
	sleep 0.5
	init=$(pgrep -P "$(pgrep -P "$booted")") || continue
	state=$(inside systemctl is-system-running 2>/dev/null)
	[ "$state" != running ] && [ "$state" != degraded ] || break
done

status=0
check() {
	name=$1
	shift
	if inside sh -c "$1" >"$here/log" 2>&1; then
		echo "ok - $name"
		return
	fi
	echo "not ok - $name"
	sed 's/^/# /' "$here/log"
	status=1
}

install='dpkg -i /run/package/fleetscan.deb'
timer='systemctl is-active -q fleetscan.timer'

# The example fleet, for as long as something sleeps; the unit's options for it,
# and its hosts.  SOAK names of one server come after them.
# shellcheck disable=SC2016
fleet='mkdir /run/lab && systemd-run -q sh -c "sleep 280 |
	/run/package/fleetlab --fleet --dir /run/lab >/run/lab/ready" &&
for _ in $(seq 100); do
	grep -q dns= /run/lab/ready && break
	sleep 0.2
done
dns=$(sed "s/.*dns=\([0-9]*\).*/\1/" /run/lab/ready)
cat >>/etc/fleetscan/nightly.conf <<end
trust = /run/lab/trust/fleet.pem
resolver = 127.0.0.1:$dns
intermediates = none
aia-allow-private
timeout = 5
format = csv
format = ndjson
end
awk "-F\t" "
	NR == 1 { for (i = 1; i <= NF; i++) column[\$i] = i; next }
	{ print \$column[\"name\"] \":\" \$column[\"port\"] }" \
	/run/lab/scenarios.tsv >/etc/fleetscan/hosts.txt
[ "$(wc -l </etc/fleetscan/hosts.txt)" -gt 40 ]'
# What the unit takes away is not missed: the same as a scan without it.
# shellcheck disable=SC2016
same='classes() {
	cut -d, -f 1-4 "$1/hosts.csv" | sort
	sed "s/.*\"class\":\"\([a-z_]*\)\".*/\1/" "$1/hosts.ndjson" | sort
}
systemctl start fleetscan.service
fleetscan scan --config /etc/fleetscan/nightly.conf -o /run/plain || exit
classes /run/plain >/run/plain.txt
classes /var/lib/fleetscan/reports/latest >/run/unit.txt
diff /run/plain.txt /run/unit.txt && grep -q missing_intermediate /run/unit.txt'
# shellcheck disable=SC2016
soak='grep "\"class\":\"ok\"" /run/plain/hosts.ndjson | head -n 1 >/run/one
port=$(sed "s/.*\",\"port\":\([0-9]*\),.*/\1/" /run/one)
ip=$(sed "s/.*\"ip\":\"\([^\"]*\)\".*/\1/" /run/one)
cat >>/etc/fleetscan/nightly.conf <<end
resolve = *:$port:$ip
per-ip = 200
end
for number in $(seq '"${SOAK:-3000}"'); do
	echo "n$number.soak.test:$port"
done >/etc/fleetscan/hosts.txt
systemctl start fleetscan.service
grep -o "\"status\":\"[a-z-]*\"" \
	/var/lib/fleetscan/reports/latest/hosts.ndjson | sort | uniq -c |
	tee /run/soak.txt
[ "$(grep -c . /run/soak.txt)" -eq 1 ] &&
	grep -q "^ *'"${SOAK:-3000}"' .*success" /run/soak.txt'

check 'it is installed' "$install"
check 'nothing is scanned before it is asked for' "! $timer"
check 'the timer is enabled' 'echo 127.0.0.1:9 >/etc/fleetscan/hosts.txt &&
	systemctl enable -q --now fleetscan.timer && '"$timer"
check 'the service scans' 'systemctl start fleetscan.service &&
	grep 127.0.0.1 /var/lib/fleetscan/reports/latest/hosts.csv'
# The rest is what the job needs: the network, and Java in keytool.
check 'the unit is as closed as it was' \
	'systemd-analyze security --no-pager --threshold=12 fleetscan.service'
check 'the example fleet is there' "$fleet"
check 'the service finds what a scan without the unit finds' "$same"
check 'it scans '"${SOAK:-3000}"' names, all of them' "$soak"
check 'removed, the timer stops' "dpkg -r fleetscan && ! $timer"
check 'installed again, it goes on' "$install && $timer"
check 'an upgrade does not stop it' "$install && $timer"
check 'purged, nothing is left' "dpkg -P fleetscan && ! $timer &&
	! find / -xdev -name '*fleetscan*' | grep ."
check 'no unit of it failed' '! systemctl --failed --no-legend | grep fleetscan'
exit $status
