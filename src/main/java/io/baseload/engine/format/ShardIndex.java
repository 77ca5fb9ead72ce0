package io.baseload.engine.format;

import io.baseload.engine.format.JsonValue.Struct;
import io.baseload.engine.format.JsonValue.Text;
import java.util.LinkedHashMap;
import java.util.Map;

/** Reads {@code *.index.json}, whose {@code weight_map} names the file of each tensor, in the same folder. */
final class ShardIndex {
    private ShardIndex() {}

    /** File names by tensor. */
    static Map<String, Text> read(MappedFile file) {
        Struct index = JsonFileParser.read(file);
        JsonValue map = index.fields().get("weight_map");
        if (!(map instanceof Struct weights)) {
            throw file.refuse(map == null ? 0 : map.offset(), "weight_map must be an object of file names by tensor");
        }
        Map<String, Text> shards = new LinkedHashMap<>();
        weights.fields().forEach((tensor, shard) -> shards.put(tensor, fileName(file, tensor, shard)));
        return shards;
    }

    private static Text fileName(MappedFile file, String tensor, JsonValue shard) {
        if (!(shard instanceof Text name)) {
            throw file.refuse(shard.offset(), "the file of tensor " + tensor + " must be text, not " + shard.kind());
        }
        if (!plain(name.value())) {
            throw file.refuse(
                    name.offset(),
                    "tensor %s is said to be in \"%s\"; it must be the name of a file in the same folder"
                            .formatted(tensor, name.value()));
        }
        return name;
    }

    private static boolean plain(String name) {
        return !name.isEmpty()
                && !name.equals(".")
                && !name.equals("..")
                && name.chars().allMatch(c -> c > ' ' && c != '/' && c != '\\' && c != ':' && c != 0x7f);
    }
}
