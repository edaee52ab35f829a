/* What clients weigh of a host or of a path: its traits and measures. */
#ifndef AUDIT_CLIENT_OUTCOME_H
#define AUDIT_CLIENT_OUTCOME_H

#include "model/client_trait.h"

struct client_outcome {
	struct client_traits traits;
	struct client_traits anchor_traits; /* the path's anchor's alone */
	bool leaf_is_anchor;		    /* the path is the leaf alone */
	unsigned measures[LIMIT_COUNT];	    /* 0: not known, breaks no limit */
};

#endif
