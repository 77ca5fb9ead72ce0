package io.baseload.service.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.engine.api.Engine;
import io.baseload.engine.api.KernelTiers;
import io.baseload.engine.api.Precision;
import io.baseload.testing.RunningService;
import io.baseload.testing.WholeService;
import io.baseload.tools.Rest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;

/** {@code POST /admin/v1/plan}, on the whole service. */
@ExtendWith(WholeService.class)
class PlanIT {
    @Test
    void aPlanIsMadeOfAModelOrAShape(RunningService service) throws Exception {
        Rest rest = service.rest();
        AdminRest admin = new AdminRest(rest);
        Map<String, Object> machine =
                Map.of("sockets", 4, "channels", 8, "mts", 4800, "cores", 32, "memory_gb", 1024, "isa", "amx");
        JsonNode plan = Rest.json(rest.send(
                "POST", "/admin/v1/plan", Map.of("shape", "yuan2.0-102b", "format", "nf4-dq", "machine", machine)));
        assertThat(plan.get("decode_tokens_per_second").asDouble()).isPositive();
        assertThat(plan.get("per_socket")).hasSize(4);
        assertThat(plan.at("/kernels/prefill").asString()).isEqualTo("bf16, AMX");
        assertThat(plan.get("format").asString()).isEqualTo("nf4-dq");
        assertThat(plan.get("precision").asString()).isEqualTo("fast");
        assertThat(plan.get("kv_precision").asString()).isEqualTo("f16");
        assertThat(plan.at("/shards/bytes")).hasSize(4);
        assertThat(plan.get("standing").asString()).startsWith("planned");
        Map<String, Object> config = Map.of(
                "model_type",
                "llama",
                "num_hidden_layers",
                2,
                "hidden_size",
                64,
                "num_attention_heads",
                4,
                "intermediate_size",
                128,
                "vocab_size",
                100,
                "max_position_embeddings",
                64,
                "rms_norm_eps",
                1e-5);
        JsonNode small = Rest.json(rest.send(
                "POST",
                "/admin/v1/plan",
                Map.of("shape", config, "machine", machine, "context", 64, "kv_precision", "q8")));
        assertThat(small.get("kv_precision").asString()).isEqualTo("q8");
        assertThat(small.get("parameters").asLong())
                .isEqualTo(2 * (4 * 64 * 64 + 3 * 64 * 128 + 2 * 64) + 2 * 100 * 64 + 64);
        JsonNode here = Rest.json(rest.send("POST", "/admin/v1/plan", Map.of("model", "smollm2-135m-instruct")));
        assertThat(here.get("fits").asBoolean()).as(here.toString()).isTrue();
        KernelTiers kernels = service.bean(Engine.class).kernels(Precision.FAST);
        assertThat(here.at("/kernels/prefill").asString()).isEqualTo(kernels.prefill());
        assertThat(here.at("/kernels/decode").asString()).isEqualTo(kernels.decode());

        assertRefused(admin, "machine.cores", Map.of("shape", "llama-70b", "machine", Map.of("sockets", 2)));
        assertRefused(admin, "shape", Map.of("shape", Map.of("model_type", "none"), "machine", machine));
        assertRefused(admin, "shape", Map.of("shape", "llama-70b", "model", "smollm2-135m-instruct"));
        assertRefused(admin, "model", Map.of("format", "q4"));
        assertRefused(admin, "format", Map.of("shape", "llama-70b", "format", "q3"));
        assertRefused(admin, "shards", Map.of("shape", "llama-70b", "shards", 0, "machine", machine));
        JsonNode many = admin.refused(
                400, "POST", "/admin/v1/plan", Map.of("shape", "llama-70b", "shards", 1_000_000, "machine", machine));
        assertThat(many.get("param").asString()).isEqualTo("shards");
        assertThat(many.get("message").asString()).isEqualTo("'shards' must be from 1 to 64, not 1000000.");
        assertRefused(admin, "precision", Map.of("shape", "llama-70b", "precision", "exact", "machine", machine));
        assertRefused(admin, "batch", Map.of("shape", "llama-70b", "batch", 0, "machine", machine));
        // this machine refuses to be measured for a model so wide, which is never asked
        String wide = "layers=1,hidden=1048576,heads=1,head_dim=64,feed_forward=64,vocabulary=100";
        assertRefused(admin, "machine", Map.of("shape", wide));
        assertRefused(admin, "batch", Map.of("shape", wide, "batch", 0));
        assertRefused(admin, "context", Map.of("shape", wide, "context", 200_000));
        JsonNode missing = admin.refused(404, "POST", "/admin/v1/plan", Map.of("model", "none"));
        assertThat(missing.get("code").asString()).isEqualTo("model_not_found");
        String user = rest.post("/admin/v1/tenants/default/keys", Map.of("roles", List.of("user")))
                .get("key")
                .asString();
        HttpResponse<String> refused = rest.as(user).send("POST", "/admin/v1/plan", Map.of("shape", "llama-70b"));
        assertThat(refused.statusCode()).isEqualTo(403);
    }

    private static void assertRefused(AdminRest admin, String field, Map<String, Object> body) throws Exception {
        JsonNode error = admin.refused(400, "POST", "/admin/v1/plan", body);
        assertThat(error.get("param").asString()).as(error.toString()).isEqualTo(field);
    }
}
