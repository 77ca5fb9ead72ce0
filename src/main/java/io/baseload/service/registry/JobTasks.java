package io.baseload.service.registry;

import io.baseload.service.encryption.MasterKeys;
import io.baseload.service.encryption.SealException;
import java.nio.charset.StandardCharsets;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The tasks of jobs as the table has them until the jobs end: encrypted if there is a master key, because the URL of a source may be a key to it. */
@Component
final class JobTasks {
    private final MasterKeys keys;

    JobTasks(MasterKeys keys) {
        this.keys = keys;
    }

    /** @return JSON: the task, or a text that contains it encrypted */
    String stored(String job, String task) {
        return keys.present()
                ? JsonMapper.shared().writeValueAsString(keys.seal(task.getBytes(StandardCharsets.UTF_8), purpose(job)))
                : task;
    }

    /** @throws ConflictException if it can't be decrypted here */
    String read(String job, String stored) {
        JsonNode json = JsonMapper.shared().readTree(stored);
        if (!json.isString()) {
            return stored; // from a process without a master key, or from an earlier version
        }
        try {
            return new String(keys.open(json.stringValue(), purpose(job)), StandardCharsets.UTF_8);
        } catch (SealException e) {
            throw new ConflictException("This job can't continue, start it again. " + e.getMessage());
        }
    }

    private static String purpose(String job) {
        return "the task of " + job;
    }
}
