package io.baseload.service.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.testing.Patience;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class BodyMemoryTest {
    private final BodyMemory memory = new BodyMemory(100);
    private final List<String> givenUp = new ArrayList<>();

    /** @param name begins with the owner */
    private BodyMemory.Body begin(String name) {
        return memory.begin(name.substring(0, 1), () -> givenUp.add(name));
    }

    @Test
    void theOldestBodiesOnTheirWayMakeRoom() {
        var first = begin("a first");
        var second = begin("b second");
        assertThat(memory.grow(first, 40)).isTrue();
        assertThat(memory.grow(second, 30)).isTrue();
        assertThat(memory.grow(begin("c third"), 20)).isTrue();
        assertThat(givenUp).containsExactly("a first");
        assertThat(memory.grow(first, 1)).isFalse();
        memory.end(first);
        assertThat(memory.taken()).isEqualTo(50);
    }

    @Test
    void memoryIsGivenBackHoweverLittleIsFree() {
        var answer = begin("a answer");
        memory.grow(answer, 50);
        memory.complete(answer);
        var upload = begin("a upload");
        var other = begin("b other");
        assertThat(memory.grow(other, 25)).isTrue();
        assertThat(memory.grow(answer, -10)).isTrue();
        assertThat(memory.taken()).isEqualTo(65);
        memory.end(upload);
        memory.end(answer);
        assertThat(memory.grow(answer, -1)).isTrue();
        assertThat(memory.taken()).isEqualTo(25);
        assertThat(givenUp).isEmpty();
    }

    @Test
    void completeBodiesStayAndAreCounted() {
        var complete = begin("a complete");
        memory.grow(complete, 50);
        memory.complete(complete);
        var next = begin("b next");
        assertThat(memory.grow(next, 30)).isFalse();
        memory.end(next);
        assertThat(givenUp).isEmpty();
        memory.end(complete);
        assertThat(memory.taken()).isZero();
    }

    @Test
    void anOwnerLeavesRoomForOthers() {
        var all = new ArrayList<BodyMemory.Body>();
        for (String owner : List.of("a", "b", "c", "d")) {
            for (int i = 0; i < 100; i++) {
                var body = begin(owner);
                if (memory.grow(body, 1)) {
                    memory.complete(body);
                    all.add(body);
                } else {
                    memory.end(body);
                }
            }
        }
        assertThat(memory.taken()).isEqualTo(50 + 25 + 12 + 6);
        assertThat(memory.grow(begin("e"), 3)).isTrue();
        all.forEach(memory::end);
        assertThat(memory.taken()).isEqualTo(3);
    }

    @Test
    void anOwnerOfMoreThanIsFreeDropsItsOwnBodies() {
        var others = begin("b others");
        memory.grow(others, 20);
        var first = begin("a first");
        memory.grow(first, 40);
        assertThat(memory.grow(begin("a second"), 30)).isTrue();
        assertThat(givenUp).containsExactly("a first");
    }

    @Test
    void anOwnerOfMoreThanTheOthersDropsNoneOfTheirs() {
        var complete = begin("a complete");
        memory.grow(complete, 40);
        memory.complete(complete);
        var others = begin("b others");
        memory.grow(others, 20);
        assertThat(memory.grow(begin("a second"), 10)).isFalse();
        assertThat(givenUp).isEmpty();
        assertThat(memory.grow(others, 1)).isTrue();
        assertThat(memory.taken()).isEqualTo(61);
    }

    /** It closes a connection, which takes a while. */
    @Test
    void nobodyWaitsWhileABodyIsGivenUp() {
        var others = new CompletableFuture<Boolean>();
        var first = memory.begin(
                "a",
                () -> others.completeAsync(() -> memory.grow(begin("d fourth"), 1))
                        .orTimeout(Patience.LIMIT.toMinutes(), TimeUnit.MINUTES)
                        .join());
        assertThat(memory.grow(first, 40)).isTrue();
        assertThat(memory.grow(begin("b second"), 30)).isTrue();
        assertThat(memory.grow(begin("c third"), 20)).isTrue();
        assertThat(others).isCompletedWithValue(true);
    }

    @Test
    void nobodyIsDroppedForNothing() {
        var complete = begin("a complete");
        memory.grow(complete, 40);
        memory.complete(complete);
        var arriving = begin("b arriving");
        memory.grow(arriving, 10);
        begin("b empty");
        assertThat(memory.grow(begin("a second"), 30)).isFalse();
        assertThat(givenUp).isEmpty();
        assertThat(memory.taken()).isEqualTo(50);
    }

    @Test
    void smallBodiesCountToo() {
        for (int i = 0; i < 200; i++) {
            assertThat(memory.grow(begin("a" + i), 1)).isTrue();
        }
        assertThat(memory.taken()).isEqualTo(50);
        assertThat(givenUp).hasSize(150).startsWith("a0", "a1");
    }
}
