/* README.txt: what is in the kit and how to use it. */
#include "base/clock.h"
#include "base/columns.h"
#include "repair/kit.h"

#include "repair/kit_parts.h"

static const struct {
	enum class_id class_id;
	const char *cause; /* NULL: any other */
	const char *sentence;
} advice[] = {
	{ CLASS_OK, NULL,
	    "the chain is good and the handshake fails after it: look into the "
	    "server's log" },
	{ CLASS_WRONG_ROOT, "unexpected_root",
	    "the policy expects another CA: install a certificate of that, "
	    "or change the policy" },
	{ CLASS_WRONG_ROOT, NULL,
	    "the root is not trusted: install a certificate of a CA that is, "
	    "or trust the root deliberately (--trust-root SHA256)" },
	{ CLASS_UNKNOWN_ISSUER, NULL,
	    "the issuer was found nowhere: ask whoever issued the certificate "
	    "for the chain" },
	{ CLASS_EXPIRED, "not_yet_valid",
	    "wait until the certificate is valid, or serve the former one "
	    "until "
	    "then; where it should be valid already, set the clock of the "
	    "machine that scans" },
	{ CLASS_EXPIRED, NULL,
	    "renew the certificate, then reload the server" },
	{ CLASS_NAME_MISMATCH, NULL,
	    "a certificate with the right name is needed" },
	{ CLASS_INVALID_CHAIN, NULL,
	    "a certificate that keeps the rules is needed" },
	{ CLASS_WEAK, NULL,
	    "a certificate with a stronger key or signature is needed" },
	{ CLASS_REVOKED, NULL, "a new certificate with a new key is needed" },
	{ CLASS_UNREACHABLE, NULL, "nothing answered, so nothing is known" },
	{ CLASS_NO_TLS, NULL, "no certificate was shown, so nothing is known" },
};

const char *
kit_advice(enum class_id class_id, const char *cause)
{
	for (size_t i = 0; i < sizeof(advice) / sizeof(advice[0]); i++)
		if (advice[i].class_id == class_id &&
		    (advice[i].cause == NULL ||
			(cause != NULL && strcmp(advice[i].cause, cause) == 0)))
			return advice[i].sentence;
	return "no certificate repairs that";
}

static void
append_clients(struct text *out, const struct kit *kit)
{
	text_append(out, "\nOn clients that cannot wait\n"
			 "===========================\n");
	if (kit->plan->item_count == 0) {
		text_append(out, "  nothing to install\n");
		return;
	}
	for (size_t i = 0; i < kit->plan->item_count; i++) {
		const struct repair_item *item = kit->plan->items[i];
		const char *words =
		    item->fixed_count == 0 ? "repairs no client" : "repairs";

		text_printf(out, "  client/%s\n      ", kit->files[i]);
		kit_append_words(out, item->certificate->subject);
		text_printf(out, "\n      %s%zu host%s; found by: %s",
		    item->is_root ? "a root, named by --trust-root; " : "",
		    item->host_count, plural(item->host_count),
		    source_word(item->from));
		if (item->where != NULL) {
			text_append(out, ", ");
			kit_append_words(out, item->where);
		}
		text_append(out, "\n      ");
		for (size_t k = 0; k < item->fixed_count; k++)
			words =
			    list_text(kit->arena, words, " ", item->fixed[k]);
		cell_append_wrapped(out, words, 6);
	}
	text_append(out,
	    "\nEach script says at its top which clients it repairs.  "
	    "\"install\" is the default,\n\"undo\" takes everything back:\n");
	for (size_t i = 0; kit_platform(i) != NULL; i++)
		text_printf(out, "  sh client/%-12s %s\n",
		    kit_platform(i)->file, kit_platform(i)->title);
	text_append(out,
	    "\nAn intermediate without its root in the same store does not "
	    "repair openssl,\npython before 3.13, requests, ruby, php and "
	    "node; "
	    "chrome and firefox keep\nstores of their own on Linux.  What is "
	    "in a client's store hides the fault from\nthat client only.\n");
}

void
kit_write_readme(struct kit *kit)
{
	struct text out = { .size = 0 };
	const struct repair_plan *plan = kit->plan;
	bool any = false;

	text_append(&out,
	    "Repair kit, written by fleetscan fix.\n\n"
	    "Nothing here has been run.  Each item was proven by judging its "
	    "host again with\nthe item applied, by the trust store and the "
	    "clock of the run.\n");
	text_append(&out, "\nOn the servers: the only repair for all clients\n"
			  "===============================================\n");
	for (size_t i = 0; i < plan->host_count; i++) {
		const struct repair_host *host = plan->hosts[i];

		if (kit->folders[i] == NULL)
			continue;
		any = true;
		text_printf(&out, "  server/%s/fullchain.pem", kit->folders[i]);
		if (!host->repaired)
			text_printf(&out, "  completes the chain; still: %s",
			    host->after_title);
		if (host->since != 0)
			text_printf(&out, "%s broken since %s",
			    host->repaired ? " " : ";",
			    date_text(kit->arena, host->since));
		text_append_char(&out, '\n');
	}
	text_append(&out, any ? "\nServe this file in place of the present one "
				"(leaf first, no root);\nthe "
				"lines for the software that may serve the "
				"host are beside it.\n"
			      : "  none has to be changed\n");
	append_clients(&out, kit);
	if (plan->left_count + plan->unproven_count > 0)
		text_append(&out, "\nNot in this kit\n===============\n");
	for (size_t i = 0; i < plan->unproven_count; i++) {
		text_append(&out, "  ");
		kit_append_words(&out, plan->unproven[i].endpoint);
		text_printf(
		    &out, "\n      not proven: %s\n", plan->unproven[i].reason);
	}
	for (size_t i = 0; i < plan->left_count; i++) {
		const struct repair_left *left = &plan->left[i];

		text_printf(&out, "  %zu host%s  %s", left->hosts,
		    plural(left->hosts), class_title(left->class_id));
		if (left->cause != NULL)
			text_printf(&out, " (%s)", left->cause);
		text_append(&out, "\n      ");
		cell_append_wrapped(
		    &out, kit_advice(left->class_id, left->cause), 6);
	}
	kit_put(kit, "README.txt", &out, false);
	text_free(&out);
}
