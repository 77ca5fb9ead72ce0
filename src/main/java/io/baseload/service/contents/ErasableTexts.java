package io.baseload.service.contents;

import io.baseload.service.audit.Actor;

/** Prompts and answers that are kept elsewhere, and are erased after the contents. What they may still have turned into contents by then is erased once more at the end. */
public interface ErasableTexts {
    /** Erases those of a request, of an end user, or all of a tenant, in steps, each recorded in the trail; returns their number. */
    int erase(Actor actor, String tenant, ContentSelection selection);
}
