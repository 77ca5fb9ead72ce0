package io.baseload.service.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.testing.Patience;
import io.baseload.testing.TestPlatform;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class MembershipTest {
    /** Can't be asked the first times. */
    private static final class Broken implements InstanceReport {
        private final AtomicInteger asked = new AtomicInteger();

        @Override
        public String version() {
            if (asked.incrementAndGet() < 4) {
                throw new AssertionError("broken");
            }
            return "mended";
        }

        @Override
        public String address() {
            return "";
        }

        @Override
        public boolean hasEngine() {
            return true;
        }

        @Override
        public List<InstanceModel> models() {
            return List.of();
        }

        @Override
        public Map<String, String> aliases() {
            return Map.of();
        }
    }

    @Test
    void anErrorDoesNotEndTheRenewals() {
        try (var platform = TestPlatform.fresh()) {
            platform.get(Membership.class).describe(new Broken());
            Patience.await().until(() -> version(platform).equals("mended"));
            assertThat(platform.get(Membership.class).writes()).isTrue();
        }
    }

    private static String version(TestPlatform platform) {
        return platform.superuser()
                .sql("SELECT version FROM instance WHERE id = ?")
                .param(platform.get(Membership.class).lease().instance())
                .query(String.class)
                .single();
    }
}
