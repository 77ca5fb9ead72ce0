package io.baseload.service.guardrail;

import java.util.List;

/** One link of a chain. Thread-safe. */
interface Filter {
    /** @return with one verdict */
    FilterResult apply(List<String> texts, Subject subject);

    /** Minimum characters of an answer that it sees at a time; 0 = as they arrive, {@link Integer#MAX_VALUE} = all. */
    int window();
}
