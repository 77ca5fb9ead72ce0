package io.baseload.service.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BodyMemoryTest {
    private final BodyMemory memory = new BodyMemory(100);
    private final List<String> givenUp = new ArrayList<>();

    private BodyMemory.Body begin(String name) {
        return memory.begin(() -> givenUp.add(name));
    }

    @Test
    void theOldestBodiesOnTheirWayMakeRoom() {
        var first = begin("first");
        var second = begin("second");
        assertThat(memory.grow(first, 40)).isTrue();
        assertThat(memory.grow(second, 40)).isTrue();
        assertThat(memory.grow(begin("third"), 50)).isTrue();
        assertThat(givenUp).containsExactly("first");
        assertThat(memory.grow(first, 1)).isFalse();
        memory.end(first);
        assertThat(memory.taken()).isEqualTo(90);
    }

    @Test
    void completeBodiesStayAndAreCounted() {
        var complete = begin("complete");
        memory.grow(complete, 80);
        memory.complete(complete);
        var next = begin("next");
        assertThat(memory.grow(next, 30)).isFalse();
        memory.end(next);
        assertThat(givenUp).isEmpty();
        memory.end(complete);
        assertThat(memory.taken()).isZero();
    }

    @Test
    void smallBodiesCountToo() {
        for (int i = 0; i < 200; i++) {
            assertThat(memory.grow(begin("body " + i), 1)).isTrue();
        }
        assertThat(memory.taken()).isEqualTo(100);
        assertThat(givenUp).hasSize(100).startsWith("body 0", "body 1");
    }
}
