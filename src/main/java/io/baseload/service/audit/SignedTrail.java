package io.baseload.service.audit;

import io.baseload.service.database.PrivateFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The last signature of this home, in {@code audit-signed.json}: the checkpoint and the state of the walk behind it. Whatever happens to the database, the next checkpoint
 * continues this one or is refused.
 */
public final class SignedTrail {
    /** The file of all checkpoints next to it. */
    static final String CHECKPOINTS = "audit-checkpoints.jsonl";

    private static final JsonMapper JSON = new JsonMapper();

    private final Path file;

    public SignedTrail(Path home) {
        this.file = home.resolve("audit-signed.json");
    }

    record Signed(Checkpoint checkpoint, TrailState state) {}

    boolean exists() {
        return Files.exists(file);
    }

    /** @throws IllegalStateException if the file is damaged, so that the signed state is unknown */
    Optional<Signed> read() {
        return new PrivateFile(file).read().map(text -> {
            try {
                JsonNode json = JSON.readTree(text);
                return new Signed(
                        Checkpoint.parse(json.required("checkpoint").asString()),
                        TrailState.of(json.required("state")));
            } catch (JacksonException | IllegalArgumentException e) {
                throw new IllegalStateException(file + " is damaged: restore it, or move it away (see operations)", e);
            }
        });
    }

    void write(Signed signed) {
        var members = new TreeMap<String, Object>();
        members.put("checkpoint", signed.checkpoint().note());
        members.put("state", signed.state().json());
        new PrivateFile(file).write(JSON.writeValueAsString(members));
    }

    /**
     * An operator's confirmation that the database holds a different trail now, or lost a part of it. The earlier signatures are kept under other names.
     *
     * @return where they are now
     */
    public List<Path> setAside() {
        var moved = new ArrayList<Path>();
        for (Path signed : List.of(file, file.resolveSibling(CHECKPOINTS))) {
            if (Files.exists(signed)) {
                Path kept = signed.resolveSibling(signed.getFileName() + ".until-" + System.currentTimeMillis());
                try {
                    moved.add(Files.move(signed, kept, StandardCopyOption.ATOMIC_MOVE));
                } catch (IOException e) {
                    throw new UncheckedIOException(signed + " can't be moved", e);
                }
            }
        }
        return moved;
    }
}
