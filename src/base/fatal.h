/* What ends the program at once. */
#ifndef BASE_FATAL_H
#define BASE_FATAL_H

/* The machine failed and nothing can be done (no memory): exit code 4. */
_Noreturn void fatal(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

/*
 * The same where the caller may hold any lock: no buffer is written and no
 * handler called.
 */
_Noreturn void fatal_at_once(const char *sentence);

/* A bug of this program: prints file and line, then aborts. */
#define fatal_bug(reason) fatal_bug_at(__FILE__, __LINE__, (reason))
_Noreturn void fatal_bug_at(const char *file, int line, const char *reason);

#endif
