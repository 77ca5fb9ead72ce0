package io.baseload.engine.format;

import io.baseload.engine.tensor.ElementType;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Types of tensors without blocks, under safetensors' names, which this project uses too. */
final class PlainTypes {
    private static final Set<String> NAMES =
            Set.of("F64", "F32", "F16", "BF16", "F8_E4M3", "F8_E5M2", "I64", "I32", "I16", "I8", "U8", "BOOL");

    private static final Map<String, ElementType> TYPES = Arrays.stream(ElementType.values())
            .filter(type -> NAMES.contains(type.name()))
            .collect(Collectors.toUnmodifiableMap(ElementType::name, Function.identity()));

    private PlainTypes() {}

    static Optional<ElementType> named(String name) {
        return Optional.ofNullable(TYPES.get(name));
    }

    static String names() {
        return String.join(", ", new TreeSet<>(TYPES.keySet()));
    }
}
