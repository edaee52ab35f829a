/* The series of single hosts, as --prom-hosts gives them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "report/prometheus_hosts.h"
#include "tests/unit/report/sample.h"

static size_t
count_of(const struct text *text, const char *word)
{
	size_t count = 0;

	for (const char *at = text->data; (at = strstr(at, word)) != NULL; at++)
		count++;
	return count;
}

static void
each_host_has_its_series(void **state)
{
	static const char *const wanted[] = {
		"# TYPE fleetscan_host_info gauge\n"
		"fleetscan_host_info{host=\"api.example.com\",",
		"fleetscan_host_info{host=\"www.example.com\",port=\"443\","
		"ip=\"192.0.2.1\",site=\"example.com\","
		"class=\"missing_intermediate\",cause=\"leaf_only\"} 1\n",
		"fleetscan_host_info{host=\"gone.example.com\",port=\"443\","
		"ip=\"\",site=\"example.com\",class=\"unreachable\","
		"cause=\"connection-refused\"} 1\n",
		"fleetscan_host_not_after_timestamp_seconds{"
		"host=\"api.example.com\",port=\"443\",ip=\"192.0.2.1\"} "
		"1795857300\n",
	};
	struct host_series *series = host_series_new();
	struct text out = { NULL, 0, 0 };

	(void)state;
	for (size_t i = 0; i < SAMPLE_COUNT; i++)
		host_series_add(series, &samples[i]);
	host_series_append(series, &out);
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		if (strstr(out.data, wanted[i]) == NULL)
			fail_msg("%s lacks %s", out.data, wanted[i]);
	assert_int_equal(
	    count_of(&out, "\nfleetscan_host_info{"), SAMPLE_COUNT);
	text_free(&out);
	host_series_free(series);
}

/* Otherwise the collector would refuse the whole file. */
static void
a_label_set_stands_but_once(void **state)
{
	struct host_series *series = host_series_new();
	struct result other = samples[SAMPLE_OK];
	struct text out = { NULL, 0, 0 };

	(void)state;
	host_series_add(series, &samples[SAMPLE_OK]);
	other.verdict.class_id = CLASS_EXPIRED;
	host_series_add(series, &other);
	other.seen.sni = "other.example.com";
	host_series_add(series, &other);
	other.seen.starttls = "smtp";
	host_series_add(series, &other);
	other.seen.status = STATUS_INVALID_INPUT;
	other.seen.host = "no host here";
	host_series_add(series, &other);
	host_series_append(series, &out);
	assert_int_equal(count_of(&out, "\nfleetscan_host_info{"), 3);
	assert_int_equal(count_of(&out, "class=\"ok\""), 1);
	assert_int_equal(count_of(&out, "sni=\"other.example.com\""), 4);
	text_free(&out);
	host_series_free(series);
}

static void
no_host_is_no_family(void **state)
{
	struct host_series *series = host_series_new();
	struct text out = { NULL, 0, 0 };

	(void)state;
	host_series_append(series, &out);
	assert_int_equal(out.size, 0);
	host_series_free(series);
	host_series_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_host_has_its_series),
		cmocka_unit_test(a_label_set_stands_but_once),
		cmocka_unit_test(no_host_is_no_family),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
