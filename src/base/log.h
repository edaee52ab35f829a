/*
 * Messages of the program itself, on stderr: never about a host, whose failures
 * are in its record.  "fleetscan: SENTENCE\n".
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

enum log_level { LOG_QUIET, LOG_NORMAL, LOG_VERBOSE };

void log_set_level(enum log_level);

/*
 * Errors and warnings are printed at every level, log_info from LOG_NORMAL on,
 * log_debug at LOG_VERBOSE.
 */
#define log_error(...) log_at(LOG_QUIET, __VA_ARGS__)
#define log_warning(...) log_at(LOG_QUIET, __VA_ARGS__)
#define log_info(...) log_at(LOG_NORMAL, __VA_ARGS__)
#define log_debug(...) log_at(LOG_VERBOSE, __VA_ARGS__)
void log_at(enum log_level least, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
