/*
 * The certificates for clients, one a file, and a script for each kind of
 * client.  What a script does is in kit_platforms.c.
 */
#include "repair/kit_parts.h"

#include <stdlib.h>

#include "x509/pem.h"

static const char prologue[] =
    "set -eu\n"
    "\n"
    "here=$(CDPATH='' cd -- \"$(dirname -- \"$0\")\" && pwd)\n"
    "root=${FLEETSCAN_ROOT:-}\n"
    "\n"
    "# Below another root there is nothing to be told of the change.\n"
    "run() {\n"
    "\tif [ -z \"$root\" ]; then\n"
    "\t\t\"$@\"\n"
    "\telse\n"
    "\t\techo \"not run, FLEETSCAN_ROOT is set: $*\"\n"
    "\tfi\n"
    "}\n"
    "\n"
    "# One word of a shell, whatever it is.\n"
    "quoted() {\n"
    "\tprintf \"'\"\n"
    "\tprintf '%s' \"$1\" | sed \"s/'/'\\\\\\\\''/g\"\n"
    "\tprintf \"'\"\n"
    "}\n"
    "\n";

static const char epilogue[] = "\n"
			       "case ${1:-install} in\n"
			       "install) put_in ;;\n"
			       "undo) take_out ;;\n"
			       "*)\n"
			       "\techo \"usage: sh $0 [install | undo]\" >&2\n"
			       "\texit 2\n"
			       "\t;;\n"
			       "esac\n";

static void
append_list(struct text *out, const char *what, const struct text *words)
{
	text_printf(
	    out, "# %s: %s\n", what, words->size == 0 ? "none" : words->data);
}

/* OpenSSL wants a root unless PARTIAL_CHAIN is set. */
static const char roots_matter[] =
    "#\n"
    "# An intermediate is of use to openssl, python (before 3.13), requests,\n"
    "# ruby, php and node only where its root is in the same store; the\n"
    "# others accept it alone.  The clients above were judged by the stores\n"
    "# of the run.\n";

static void
append_names(struct text *out, const struct kit *kit, const char *variable,
    bool roots_only)
{
	const char *separator = "";

	text_printf(out, "%s='", variable);
	for (size_t i = 0; i < kit->plan->item_count; i++) {
		if (roots_only && !kit->plan->items[i]->is_root)
			continue;
		text_printf(out, "%s%s", separator, kit->files[i]);
		separator = " ";
	}
	text_append(out, "'\n");
}

static void
write_script(struct kit *kit, const struct kit_platform *platform)
{
	struct text out = { .size = 0 };
	struct text fixed = { .size = 0 }, rest = { .size = 0 };

	text_printf(&out, "#!/bin/sh\n# %s.\n#\n", platform->title);
	text_printf(
	    &out, "# usage: sh %s [install | undo]\n#\n", platform->file);
	/* Which clients that refuse a host now does this script reach? */
	for (size_t i = 0; i < kit->plan->host_count; i++) {
		const struct repair_host *host = kit->plan->hosts[i];

		for (size_t j = 0; j < host->clients.fixed_count; j++) {
			const char *id = host->clients.fixed[j];
			bool reached = text_has_word(platform->clients, id);
			struct text *list = reached ? &fixed : &rest;

			if (list->size > 0 && text_has_word(list->data, id))
				continue;
			text_append(list, list->size > 0 ? " " : "");
			text_append(list, id);
		}
	}
	append_list(&out, "Repairs", &fixed);
	append_list(&out, "Does not reach", &rest);
	text_append(&out, platform->note);
	text_free(&fixed);
	text_free(&rest);
	text_append(&out, roots_matter);
	text_append(&out, "#\n# Certificates:\n");
	for (size_t i = 0; i < kit->plan->item_count; i++) {
		text_printf(&out, "#   %s  ", kit->files[i]);
		kit_append_words(
		    &out, kit->plan->items[i]->certificate->subject);
		text_append_char(&out, '\n');
	}
	text_append(&out, prologue);
	append_names(&out, kit, "certificates", false);
	if (strstr(platform->functions, "$roots") != NULL)
		append_names(&out, kit, "roots", true);
	text_append(&out, platform->functions);
	if (platform->test != NULL)
		text_printf(&out,
		    "\nif [ -z \"$root\" ] && ! { %s; }; then\n"
		    "\techo \"$0: %s: nothing was changed\" >&2\n"
		    "\texit 1\n"
		    "fi\n",
		    platform->test, platform->lacks);
	text_append(&out, epilogue);
	kit_put(kit, arena_printf(kit->arena, "client/%s", platform->file),
	    &out, true);
	text_free(&out);
}

void
kit_write_clients(struct kit *kit)
{
	const struct repair_plan *plan = kit->plan;
	struct kit_names *names = kit_names_new(kit->arena);

	kit->files = arena_array(kit->arena, plan->item_count, sizeof(char *));
	for (size_t i = 0; i < plan->item_count; i++) {
		const struct certificate *certificate =
		    plan->items[i]->certificate;
		const char *name = certificate->subject_cn;
		struct text out = { .size = 0 };

		if (name == NULL || *name == '\0')
			name = certificate->subject;
		kit->files[i] = kit_name(names, name, ".crt");
		pem_append(&out, NULL, certificate->der);
		kit_put(kit,
		    arena_printf(kit->arena, "client/%s", kit->files[i]), &out,
		    false);
		text_free(&out);
	}
	for (size_t i = 0; plan->item_count > 0 && kit_platform(i) != NULL; i++)
		write_script(kit, kit_platform(i));
	kit_names_free(names);
}
