package io.baseload.service.guardrail;

import java.util.List;

/** One link of a chain. Safe for use by several threads. */
interface Filter {
    /** @return with one verdict */
    Filtered apply(List<String> texts, Subject subject);

    /** Characters of an answer that it has to see at a time, at least; 0 = as they come, {@link Integer#MAX_VALUE} = all. */
    int window();
}
