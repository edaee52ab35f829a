/*
 * What the program says about itself, on stderr: never about a host, whose
 * failures are facts in its record.  "fleetscan: SENTENCE\n".
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

enum log_level { LOG_QUIET, LOG_NORMAL, LOG_VERBOSE };

void log_set_level(enum log_level);
enum log_level log_level_now(void);

/* Shown at every level but LOG_QUIET only hides log_info and log_debug. */
void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_debug(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Our own bug: names the place and aborts. */
#define log_bug(reason) log_bug_at(__FILE__, __LINE__, (reason))
_Noreturn void log_bug_at(const char *file, int line, const char *reason);

/* Our machine failed beyond mending (no memory): a message and exit 4. */
_Noreturn void log_fatal(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

#endif
