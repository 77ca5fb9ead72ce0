package io.baseload.service.protocol;

import java.util.HashSet;
import java.util.Set;

/** The calls of a conversation, read from its first message to its last: a result answers a call before it. */
public final class CallIds {
    private final Set<String> called = new HashSet<>();

    /** The id of a call. */
    public String called(Value id) {
        called.add(id.nonEmptyText());
        return id.text();
    }

    /** The id of the call that a result answers. */
    public String answered(Value id) {
        if (!called.contains(id.text())) {
            throw Invalid.value(id.path(), "no earlier message has a call with this id.");
        }
        return id.text();
    }
}
