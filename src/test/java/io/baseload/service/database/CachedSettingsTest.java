package io.baseload.service.database;

import io.baseload.testing.Patience;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class CachedSettingsTest {
    @Test
    void anErrorDoesNotEndTheReading() {
        var read = new AtomicInteger();
        try (var settings = new CachedSettings<>("tests", () -> {
            int count = read.incrementAndGet();
            if (count == 2) {
                throw new AssertionError("broken");
            }
            return count;
        })) {
            Patience.await().until(() -> read.get() > 2);
            settings.refresh();
        }
    }
}
