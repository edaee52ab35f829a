/*
 * Which clients judge: "default", "all" or ids, separated by commas.  The
 * content of a profile is not looked at here.
 */
#ifndef MODEL_CLIENT_CHOICE_H
#define MODEL_CLIENT_CHOICE_H

#include "model/client_profile.h"

/* The choice of runs that were made before there was one. */
#define CLIENT_CHOICE_FIRST "first"

/*
 * The chosen ones in the order of `profiles`, in the arena; `list` NULL is
 * "default".  NULL with a sentence in *error: "no client is called opensl;
 * did you mean openssl?"
 */
const struct client_profiles *client_profiles_choose(struct arena *,
    const struct client_profiles *, const char *list, const char **error);

#endif
