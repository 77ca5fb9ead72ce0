package io.baseload.engine.format;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The parts of a split GGUF file: {@code NAME-00001-of-0000N.gguf}, with the keys {@code split.no} (from 0), {@code split.count} and {@code split.tensors.count}. */
final class GgufSplit {
    private static final Pattern NAME = Pattern.compile("(.*)-(\\d{5})-of-(\\d{5})\\.gguf");
    private static final String COUNT = "split.count";

    private GgufSplit() {}

    /** The headers of all parts; only that of the file if it isn't split. */
    static List<GgufHeader> parts(Path path, GgufHeader first, Mappings mappings) {
        long count = first.metadata().integer(COUNT).orElse(1);
        if (count <= 1) {
            return List.of(first);
        }
        check(first, 0, count);
        String stem = stem(path, first, count);
        List<GgufHeader> parts = new ArrayList<>(List.of(first));
        for (int i = 1; i < count; i++) {
            GgufHeader part = GgufHeader.read(mappings.map(path.resolveSibling(name(stem, i, count))));
            check(part, i, count);
            parts.add(part);
        }
        checkTensors(first, parts);
        return parts;
    }

    private static String stem(Path path, GgufHeader first, long count) {
        Matcher name = NAME.matcher(path.getFileName().toString());
        if (!name.matches() || !name.group().equals(name(name.group(1), 0, count))) {
            throw first.metadata()
                    .refuse(COUNT, "is " + count + ", so the file's name must end in " + name("", 0, count));
        }
        return name.group(1);
    }

    private static String name(String stem, int number, long count) {
        return String.format(Locale.ROOT, "%s-%05d-of-%05d.gguf", stem, number + 1, count);
    }

    private static void check(GgufHeader part, int number, long count) {
        Metadata keys = part.metadata();
        if (keys.integer("split.no").orElse(-1) != number) {
            throw keys.refuse(
                    "split.no",
                    "must be " + number + (number == 0 ? ": name the first part, the others are found beside it" : ""));
        }
        if (keys.integer(COUNT).orElse(-1) != count) {
            throw keys.refuse(COUNT, "must be " + count + " as in the first part");
        }
    }

    private static void checkTensors(GgufHeader first, List<GgufHeader> parts) {
        String key = "split.tensors.count";
        long found = parts.stream().mapToLong(part -> part.tensors().size()).sum();
        long promised = first.metadata().integer(key).orElse(found);
        if (found != promised) {
            throw first.metadata().refuse(key, "is " + promised + ", but the parts have " + found);
        }
    }
}
