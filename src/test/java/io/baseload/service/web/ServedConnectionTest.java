package io.baseload.service.web;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ServedConnectionTest {
    /** It may have been dropped just before it ended: the client that sends its next request is not cut off for it. */
    @Test
    void aBodyThatIsGivenUpLateCutsOffNoLaterRequest() {
        try (var connection = new ServedConnection(null)) { // whose socket stays open
            int earlier = connection.beginRequest();
            connection.await(System.nanoTime(), 1);
            connection.beginRequest();
            connection.await(System.nanoTime(), 1);
            connection.cut(earlier);
            assertThat(connection.isCut()).isFalse();
        }
    }
}
