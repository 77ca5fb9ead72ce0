package io.baseload.service.contents;

import io.baseload.service.audit.Actor;

/** Texts of requests, which are erased on request: prompts and answers, wherever they are kept. */
public interface ErasableTexts {
    /** Erases those of a request, of an end user, or all of a tenant, in steps, each recorded in the trail; returns the number of texts. */
    int erase(Actor actor, String tenant, ContentSelection selection);
}
