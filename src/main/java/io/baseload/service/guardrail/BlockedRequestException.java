package io.baseload.service.guardrail;

import java.util.List;

/** A filter of the tenant blocks a request. */
public final class BlockedRequestException extends RuntimeException {
    private final transient List<Verdict> verdicts;

    BlockedRequestException(String message, List<Verdict> verdicts) {
        super(message, null, false, false);
        this.verdicts = verdicts;
    }

    public List<Verdict> verdicts() {
        return verdicts;
    }
}
