package io.baseload.service.audit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.JsonNodeFactory;

class TrailWalkTest {
    /** Whoever may append entries may append any number of them. */
    @Test
    void aLimitedNumberOfUnansweredIntentsIsRemembered() {
        var walk = new TrailWalk(TrailState.EMPTY);
        for (int i = 0; i <= TrailWalk.MAX_OPEN; i++) {
            var detail = JsonNodeFactory.instance.objectNode().put("reservation", "r" + i);
            walk.next(new byte[0], AuditEntry.COMPLETION_INTENT, detail);
        }
        assertThat(walk.state().open()).hasSize(TrailWalk.MAX_OPEN);
        assertThat(walk.state().stray()).isEqualTo(TrailWalk.MAX_OPEN + 1);
    }
}
