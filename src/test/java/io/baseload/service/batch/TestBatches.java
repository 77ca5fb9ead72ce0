package io.baseload.service.batch;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.service.audit.Actor;
import io.baseload.service.audit.AuditTrail;
import io.baseload.service.cluster.Membership;
import io.baseload.service.contents.Contents;
import io.baseload.service.tenant.Tenant;
import io.baseload.service.tenant.Tenants;
import io.baseload.testing.TestPlatform;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;

/** A process of its own platform that works on batches, and batches for it. */
final class TestBatches implements AutoCloseable {
    static final Duration TTL = Duration.ofDays(1);

    final TestPlatform platform = TestPlatform.fresh(BatchConfiguration.class);
    final FileStore files = platform.get(FileStore.class);
    final BatchRows batches = new BatchRows(platform.jdbc());
    final LineRows lines = new LineRows(platform.jdbc());
    final UUID here = platform.get(Membership.class).lease().instance();

    /** Creates a tenant. */
    void tenant(String id) {
        platform.get(Tenants.class).create(Actor.SYSTEM, new Tenant(id, List.of(), 100, 1));
    }

    /** Uploads a file of lines; returns its id. */
    String uploaded(String tenant, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        FileDraft input = files.begin(tenant, "lines.jsonl", bytes.length);
        input.write(bytes, 0, bytes.length);
        input.close();
        return files.finish(Actor.SYSTEM, input, Optional.empty()).id();
    }

    static BatchOrder order(String tenant, String file) {
        return new BatchOrder(
                tenant,
                "bl_user",
                "127.0.0.1",
                file,
                "/v1/embeddings",
                "24h",
                Duration.ofHours(24),
                Optional.empty(),
                Optional.empty());
    }

    /** A batch whose file is not read yet. */
    RequestBatch created(String tenant, String text) {
        return platform.get(Batches.class)
                .create(Actor.SYSTEM, order(tenant, uploaded(tenant, text)))
                .batch();
    }

    /** A batch in progress, with lines that nobody has taken. */
    RequestBatch begun(String tenant, int size) {
        RequestBatch batch = created(tenant, "x");
        lines.insert(
                batch,
                IntStream.rangeClosed(1, size)
                        .mapToObj(i -> new LineRows.Span(i, 0, 1))
                        .toList());
        assertThat(batches.takeUnread(here)).map(RequestBatch::id).contains(batch.id());
        batches.begin(batch, here, size);
        return batch;
    }

    /** Writes the files of ended batches. */
    BatchOutput output(FileStore store) {
        return new BatchOutput(
                batches, lines, store, platform.get(Contents.class), platform.get(AuditTrail.class), TTL);
    }

    @Override
    public void close() {
        platform.close();
    }
}
