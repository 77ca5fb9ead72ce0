package io.baseload.engine.format;

import io.baseload.engine.tensor.ElementType;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Tensor types by their GGUF numbers and names. */
final class GgmlType {
    /** Names by id, for error messages; "" for ids that were never used or were withdrawn. */
    private static final List<String> NAMES = List.of(
            "F32", "F16", "Q4_0", "Q4_1", "", "", "Q5_0", "Q5_1", "Q8_0", "Q8_1", "Q2_K", "Q3_K", "Q4_K", "Q5_K",
            "Q6_K", "Q8_K", "IQ2_XXS", "IQ2_XS", "IQ3_XXS", "IQ1_S", "IQ4_NL", "IQ3_S", "IQ2_S", "IQ4_XS", "I8", "I16",
            "I32", "I64", "F64", "IQ1_M", "BF16", "", "", "", "TQ1_0", "TQ2_0", "", "", "", "MXFP4", "NVFP4", "Q1_0");

    /** Types that ggml uses only for activations. */
    private static final Set<String> INTERMEDIATE = Set.of("Q8_1", "Q8_K");

    private static final List<Optional<ElementType>> TYPES =
            NAMES.stream().map(GgmlType::supported).toList();

    private GgmlType() {}

    /** The type, if this version computes with it. */
    static Optional<ElementType> of(int id) {
        return id >= 0 && id < TYPES.size() ? TYPES.get(id) : Optional.empty();
    }

    static String describe(int id) {
        String name = id >= 0 && id < NAMES.size() ? NAMES.get(id) : "";
        return name.isEmpty() ? "the unknown type " + Integer.toUnsignedString(id) : "the type " + name;
    }

    static String supported() {
        return TYPES.stream().flatMap(Optional::stream).map(Enum::name).collect(Collectors.joining(", "));
    }

    private static Optional<ElementType> supported(String name) {
        return name.isEmpty() || INTERMEDIATE.contains(name)
                ? Optional.empty()
                : Optional.of(ElementType.valueOf(name));
    }
}
