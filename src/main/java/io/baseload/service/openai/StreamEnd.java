package io.baseload.service.openai;

import io.baseload.service.protocol.StreamEvent;
import io.baseload.service.web.ApiException;
import java.util.List;

/** How streams of chats and completions end. */
final class StreamEnd {
    private static final StreamEvent DONE = StreamEvent.word("[DONE]");

    private StreamEnd() {}

    static List<StreamEvent> done() {
        return List.of(DONE);
    }

    /** The end with a chunk that has the usage. */
    static List<StreamEvent> done(Object usage) {
        return List.of(StreamEvent.of(usage), DONE);
    }

    /** The end after a failure: without [DONE]. */
    static List<StreamEvent> failure(ApiException failure) {
        return List.of(StreamEvent.of("error", failure.body()));
    }
}
