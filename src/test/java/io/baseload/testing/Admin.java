package io.baseload.testing;

import io.baseload.tools.Rest;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** Actions of an operator over HTTP, for tests. */
public final class Admin {
    private final Rest rest;

    public Admin(Rest rest) {
        this.rest = rest;
    }

    /** Puts a file into the import folder and imports it; returns when it is stored. */
    public void importModel(Path home, Path file, String name) throws Exception {
        Path copy = home.resolve("import").resolve(name + ".gguf");
        Files.copy(file, copy);
        succeed(startImport(copy.getFileName().toString(), name));
        Files.delete(copy);
    }

    /** The same for a folder, under its own name. */
    public void importFolder(Path home, Path folder) throws Exception {
        String name = folder.getFileName().toString();
        Path target = home.resolve("import").resolve(name);
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path copy = target.resolve(folder.relativize(file).toString());
                Files.createDirectories(copy.getParent());
                Files.copy(file, copy);
            }
        }
        succeed(startImport(name, name));
    }

    /** @return the job's id */
    public String startImport(String path, String name) throws Exception {
        return rest.post("/admin/v1/models", Map.of("path", path, "name", name, "quantize", "keep"))
                .at("/job/id")
                .asString();
    }

    /** Loads or unloads; returns when it is done. */
    public void move(String model, String act) throws Exception {
        succeed(rest.post("/admin/v1/models/" + model + "/" + act, "{}")
                .at("/job/id")
                .asString());
    }

    public void alias(String name, String model) throws IOException, InterruptedException {
        rest.put("/admin/v1/aliases/" + name, Map.of("model", model));
    }

    public String state(String model) throws Exception {
        return rest.get("/admin/v1/models/" + model).get("state").asString();
    }

    public JsonNode job(String id) throws Exception {
        return rest.get("/admin/v1/jobs/" + id);
    }

    /** Waits for the end of a job. */
    public JsonNode end(String id) throws Exception {
        return Patience.await()
                .until(() -> job(id), job -> !job.get("finished_at").isNull());
    }

    private void succeed(String id) throws Exception {
        JsonNode job = end(id);
        if (!job.get("state").asString().equals("succeeded")) {
            throw new AssertionError(job.toString());
        }
    }

    /**
     * All entries of the audit trail of a kind, in their order.
     *
     * @param kind whole, or its beginning with a dot at the end
     */
    public List<JsonNode> trail(String kind) throws Exception {
        var entries = new ArrayList<JsonNode>();
        String after = "0";
        while (true) {
            JsonNode page = rest.get("/admin/v1/audit?limit=1000&kind=" + kind + "&after=" + after);
            page.get("data").forEach(entries::add);
            if (page.get("next").isNull()) {
                return entries;
            }
            after = page.get("next").asString();
        }
    }

    /** A new key of a tenant. */
    public String key(String tenant, String role) throws Exception {
        return rest.post("/admin/v1/tenants/" + tenant + "/keys", Map.of("roles", List.of(role)))
                .get("key")
                .asString();
    }

    /** One token of a model. */
    public HttpResponse<String> ask(String model) throws Exception {
        return rest.send("POST", "/v1/completions", Map.of("model", model, "prompt", List.of(1), "max_tokens", 1));
    }

    public int health(String group) throws Exception {
        return rest.send("GET", "/actuator/health/" + group, "").statusCode();
    }

    /** The sum of the values of all metrics whose lines begin like this, a regular expression. */
    public double metric(String beginning) throws IOException, InterruptedException {
        var line = Pattern.compile("(?m)^" + beginning + ".* ([0-9.E+]+)$");
        return line.matcher(rest.send("GET", "/actuator/prometheus", "").body())
                .results()
                .mapToDouble(found -> Double.parseDouble(found.group(1)))
                .sum();
    }

    /**
     * Creates a batch and waits until it is completed.
     *
     * @param file the id of its lines' file
     * @return the completed batch
     */
    public JsonNode completeBatch(String file, String endpoint) throws IOException, InterruptedException {
        String batch = rest.post(
                        "/v1/batches", Map.of("input_file_id", file, "endpoint", endpoint, "completion_window", "24h"))
                .get("id")
                .asString();
        return Patience.await()
                .until(
                        () -> rest.get("/v1/batches/" + batch),
                        now -> now.get("status").asString().equals("completed"));
    }
}
