package io.baseload.conformance;

import io.baseload.engine.format.ModelCheckpoint;
import io.baseload.engine.quant.BnbScales;
import io.baseload.engine.quant.Codebook;
import io.baseload.engine.tensor.Codes;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** bitsandbytes' 4-bit formats: a JSON list of tensors with configurations, each tensor in {@code CASE.safetensors}; and the tables that they are made with. */
final class Bnb4Layout implements FolderLayout {
    private static final Map<String, Codes> TABLES = Map.of("nf4", Codes.NF4, "fp4", Codes.FP4);
    private static final String MAP = "dynamic_map_signed_8bit";

    @Override
    public List<Suite> suites(Folder folder, Models models) {
        var suites = new ArrayList<Suite>();
        for (var entry : folder.json().entrySet()) {
            JsonNode json = entry.getValue();
            String label = folder.label(entry.getKey());
            if (isCases(json)) {
                suites.add(new Suite(label, tally -> cases(tally, folder, json.get("cases"))));
            } else if (ConformanceJson.has(json, "nf4", "fp4", MAP)) {
                suites.add(new Suite(label, tally -> tables(tally, json)));
            }
        }
        return suites;
    }

    private static boolean isCases(JsonNode json) {
        return json.path("cases").isObject() && json.get("cases").valueStream().allMatch(c -> c.has("configs"));
    }

    private static void cases(Tally tally, Folder folder, JsonNode cases) {
        for (var entry : cases.properties()) {
            String name = entry.getKey();
            JsonNode configurations = entry.getValue().get("configs");
            Optional<Path> file = folder.file(name + ".safetensors");
            if (file.isEmpty()) {
                configurations.propertyStream().forEach(c -> tally.fail(name + ".safetensors is missing"));
                continue;
            }
            try (ModelCheckpoint tensors = ModelCheckpoint.open(file.get())) {
                for (var configuration : configurations.properties()) {
                    var check = Bnb4Check.of(tensors, configuration.getKey(), configuration.getValue());
                    tally.count(name + " " + configuration.getKey(), check.problem());
                }
            }
        }
    }

    private static void tables(Tally tally, JsonNode json) {
        TABLES.forEach((name, codes) -> {
            float[] expected = new float[16];
            json.get(name)
                    .get("values")
                    .forEach(value -> expected[value.get("code").asInt()] = bits(value.get("bits")));
            tally.count(name, Bnb4Check.difference("the table", Codebook.of(codes), expected));
        });
        float[] map = new float[BnbScales.BLOCK];
        for (int i = 0; i < map.length; i++) {
            map[i] = bits(json.get(MAP).get("bits").get(i));
        }
        tally.count(MAP, Bnb4Check.difference("the map", BnbScales.dynamicMap(), map));
    }

    private static float bits(JsonNode hexadecimal) {
        return Float.intBitsToFloat(
                Integer.parseUnsignedInt(hexadecimal.asString().substring(2), 16));
    }
}
