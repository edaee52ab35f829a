/*
 * Where each kind of client keeps what it trusts, and how a certificate gets
 * in and out again.  The shell of each row defines put_in and take_out; what
 * stands around it is written in kit_client.c, which also sets $here (the
 * script's folder), $certificates, $roots (those of them that are roots), and
 * the functions run and quoted.
 */
#include "repair/kit_parts.h"

#define SYSTEM_CLIENTS \
	"openssl curl python python313 ruby php perl gnutls wget git go"

/* A copy of the client's bundle with the kit's certificates behind it, which
 * an environment variable names; `usual` sets base to the client's own. */
#define BUNDLE_SCRIPT(name, variable, usual)                                  \
	"data=${XDG_DATA_HOME:-${HOME:-/root}/.local/share}\n"                \
	"bundle=${FLEETSCAN_BUNDLE:-$root$data/fleetscan/" name ".pem}\n"     \
	"\n"                                                                  \
	"put_in() {\n"                                                        \
	"\tbase=${" variable ":-$bundle}\n"                                   \
	"\tif [ \"$base\" = \"$bundle\" ]; then\n" usual "\tfi\n"             \
	"\tmkdir -p \"$(dirname -- \"$bundle\")\"\n"                          \
	"\tcat \"$base\" >\"$bundle.$$\"\n"                                   \
	"\tfor name in $certificates; do\n"                                   \
	"\t\techo\n"                                                          \
	"\t\tcat \"$here/$name\"\n"                                           \
	"\tdone >>\"$bundle.$$\"\n"                                           \
	"\tmv \"$bundle.$$\" \"$bundle\"\n"                                   \
	"\tprintf 'export " variable "=%s\\n' \"$(quoted \"$bundle\")\"\n"    \
	"\techo 'Put this line where the program gets its environment (the' " \
	">&2\n"                                                               \
	"\techo 'profile of its shell; Environment= of its systemd unit,' "   \
	">&2\n"                                                               \
	"\techo 'without \"export\"), then start it again.' >&2\n"            \
	"}\n"                                                                 \
	"\n"                                                                  \
	"take_out() {\n"                                                      \
	"\trm -f \"$bundle\"\n"                                               \
	"\techo 'unset " variable "'\n"                                       \
	"}\n"

static const struct kit_platform platforms[] = {
	{ "debian.sh", "Debian and Ubuntu: the system's store",
	    "# requests and Node read this store where the distribution\n"
	    "# packages them, not from pip or nodejs.org; Java does where\n"
	    "# ca-certificates-java is installed.\n",
	    SYSTEM_CLIENTS, "command -v update-ca-certificates >/dev/null",
	    "there is no update-ca-certificates",
	    "folder=$root/usr/local/share/ca-certificates/fleetscan\n"
	    "\n"
	    "put_in() {\n"
	    "\tmkdir -p \"$folder\"\n"
	    "\trm -f \"$folder\"/*.crt\n"
	    "\tfor name in $certificates; do\n"
	    "\t\tcp \"$here/$name\" \"$folder/$name\"\n"
	    "\t\tchmod 644 \"$folder/$name\"\n"
	    "\tdone\n"
	    "\trun update-ca-certificates\n"
	    "}\n"
	    "\n"
	    "take_out() {\n"
	    "\trm -rf \"$folder\"\n"
	    "\trun update-ca-certificates --fresh\n"
	    "}\n" },
	{ "rhel.sh", "RHEL, CentOS, Fedora: the system's store",
	    "# requests and Node read this store where the distribution\n"
	    "# packages them, not from pip or nodejs.org; so does its Java.\n",
	    SYSTEM_CLIENTS,
	    "command -v update-ca-trust >/dev/null && "
	    "[ -d /etc/pki/ca-trust/source ]",
	    "there is no update-ca-trust with /etc/pki/ca-trust/source",
	    "folder=$root/etc/pki/ca-trust/source/anchors\n"
	    "\n"
	    "put_in() {\n"
	    "\tmkdir -p \"$folder\"\n"
	    "\trm -f \"$folder\"/fleetscan-*.crt\n"
	    "\tfor name in $certificates; do\n"
	    "\t\tcp \"$here/$name\" \"$folder/fleetscan-$name\"\n"
	    "\t\tchmod 644 \"$folder/fleetscan-$name\"\n"
	    "\tdone\n"
	    "\trun update-ca-trust extract\n"
	    "}\n"
	    "\n"
	    "take_out() {\n"
	    "\trm -f \"$folder\"/fleetscan-*.crt\n"
	    "\trun update-ca-trust extract\n"
	    "}\n" },
	{ "requests.sh", "Python's requests: certifi's bundle and these",
	    "# Only programs that get the variable printed at the end.  A\n"
	    "# bundle that REQUESTS_CA_BUNDLE names already is taken in place\n"
	    "# of certifi's.  The copy grows old: run this again when certifi\n"
	    "# is updated.  FLEETSCAN_BUNDLE names another place for it.\n",
	    "requests",
	    "[ \"${1:-}\" = undo ] || [ -n \"${REQUESTS_CA_BUNDLE:-}\" ] ||\n"
	    "\t\"${PYTHON:-python3}\" -c 'import certifi' 2>/dev/null",
	    "${PYTHON:-python3} has no certifi (PYTHON names another)",
	    BUNDLE_SCRIPT("requests", "REQUESTS_CA_BUNDLE",
		"\t\tbase=$(\"${PYTHON:-python3}\" -c \\\n"
		"\t\t\t'import certifi; print(certifi.where())')\n") },
	{ "node.sh", "Node: certificates beside its own",
	    "# Only programs that get the variable printed at the end.  What\n"
	    "# NODE_EXTRA_CA_CERTS names already is kept in the new file.\n"
	    "# FLEETSCAN_BUNDLE names another place for it.\n",
	    "node", NULL, NULL,
	    BUNDLE_SCRIPT(
		"node", "NODE_EXTRA_CA_CERTS", "\t\tbase=/dev/null\n") },
	{ "java.sh", "Java: its cacerts",
	    "# The Java of JAVA_HOME, else of PATH, 9 or newer;\n"
	    "# FLEETSCAN_CACERTS names another keystore, FLEETSCAN_STOREPASS\n"
	    "# another password than \"changeit\".  Running programs notice\n"
	    "# when they are started again.\n",
	    "java", "command -v \"$keytool\" >/dev/null",
	    "there is no $keytool (JAVA_HOME names a Java)",
	    "keytool=${JAVA_HOME:+$JAVA_HOME/bin/}keytool\n"
	    "password=${FLEETSCAN_STOREPASS:-changeit}\n"
	    "cacerts=${FLEETSCAN_CACERTS:-}\n"
	    "if [ -z \"$cacerts\" ] && [ -n \"$root\" ]; then\n"
	    "\tfor cacerts in \"$root${JAVA_HOME:-}/lib/security/cacerts\" \\\n"
	    "\t\t\"$root/etc/ssl/certs/java/cacerts\" \\\n"
	    "\t\t\"$root/etc/pki/java/cacerts\"; do\n"
	    "\t\t[ ! -f \"$cacerts\" ] || break\n"
	    "\tdone\n"
	    "\tif [ ! -f \"$cacerts\" ]; then\n"
	    "\t\techo \"$0: no cacerts below $root:\" \\\n"
	    "\t\t\t\"FLEETSCAN_CACERTS names one\" >&2\n"
	    "\t\texit 1\n"
	    "\tfi\n"
	    "fi\n"
	    "\n"
	    "tool() {\n"
	    "\tverb=$1\n"
	    "\tshift\n"
	    "\tif [ -n \"$cacerts\" ]; then\n"
	    "\t\tset -- -keystore \"$cacerts\" \"$@\"\n"
	    "\telse\n"
	    "\t\tset -- -cacerts \"$@\"\n"
	    "\tfi\n"
	    "\t\"$keytool\" \"$verb\" -storepass \"$password\" \"$@\"\n"
	    "}\n"
	    "\n"
	    "# Also those of an older kit.\n"
	    "clean() {\n"
	    "\tlist=$(LC_ALL=C tool -list)\n"
	    "\tfor alias in $(printf '%s\\n' \"$list\" |\n"
	    "\t\tsed -n 's/^\\(fleetscan-[A-Za-z0-9._-]*\\),.*/\\1/p'); do\n"
	    "\t\ttool -delete -alias \"$alias\"\n"
	    "\tdone\n"
	    "}\n"
	    "\n"
	    "put_in() {\n"
	    "\tclean\n"
	    "\tfor name in $certificates; do\n"
	    "\t\ttool -importcert -noprompt -trustcacerts \\\n"
	    "\t\t\t-alias \"fleetscan-${name%.crt}\" -file \"$here/$name\"\n"
	    "\tdone\n"
	    "}\n"
	    "\n"
	    "take_out() {\n"
	    "\tclean\n"
	    "}\n" },
	{ "macos.sh", "macOS: the system keychain",
	    "# Safari and all that asks macOS; it prompts for a password\n"
	    "# since Big Sur.  What Homebrew builds reads a bundle of its "
	    "own.\n",
	    "chrome go", "[ \"$(uname)\" = Darwin ]", "this is not macOS",
	    "keychain=$root/Library/Keychains/System.keychain\n"
	    "\n"
	    "put_in() {\n"
	    "\tfor name in $certificates; do\n"
	    "\t\tcase \" $roots \" in\n"
	    "\t\t*\" $name \"*) trust=trustRoot ;;\n"
	    "\t\t*) trust=trustAsRoot ;;\n"
	    "\t\tesac\n"
	    "\t\trun security add-trusted-cert -d -r \"$trust\" \\\n"
	    "\t\t\t-k \"$keychain\" \"$here/$name\"\n"
	    "\tdone\n"
	    "}\n"
	    "\n"
	    "take_out() {\n"
	    "\tfor name in $certificates; do\n"
	    "\t\trun security remove-trusted-cert -d \"$here/$name\" || :\n"
	    "\tdone\n"
	    "}\n" },
};

const struct kit_platform *
kit_platform(size_t number)
{
	return number < sizeof(platforms) / sizeof(platforms[0])
		   ? &platforms[number]
		   : NULL;
}
