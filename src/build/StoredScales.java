import java.util.List;
import java.util.Locale;

/** The formats of scales that kernels read in place, and the lines that read them. */
enum StoredScales {
    HALF(
            "F16 scales",
            "F16",
            "Short",
            List.of("INTS", "SHORTS"),
            List.of("LSHL", "S2I"),
            List.of("IntVector", "ShortVector")),
    NESTED(
            "scales of 8 bits, 16 blocks of which share an F32 scale and an F32 offset",
            "LINEAR8",
            "Byte",
            List.of("BYTES", "PARTS"),
            List.of("B2F"),
            List.of("ByteVector")),
    FLOAT("F32 scales", "F32", "Float", List.of(), List.of(), List.of("FloatVector"));

    private final String words;
    private final String constant;
    private final String type;
    private final List<String> lanes;
    private final List<String> operators;
    private final List<String> vectors;

    StoredScales(
            String words,
            String constant,
            String type,
            List<String> lanes,
            List<String> operators,
            List<String> vectors) {
        this.words = words;
        this.constant = constant;
        this.type = type;
        this.lanes = lanes;
        this.operators = operators;
        this.vectors = vectors;
    }

    String words() {
        return words;
    }

    /** Its constant in {@code engine.tensor.Scales}; {@code _MINIMUM} is appended for scales with minimums. */
    String constant() {
        return constant;
    }

    /** The type of a stored number. */
    String type() {
        return type;
    }

    String lowerCase() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Members of {@code Lanes} in the lines. */
    List<String> lanes() {
        return lanes;
    }

    /** Likewise of {@code VectorOperators}. */
    List<String> operators() {
        return operators;
    }

    /** The classes of vectors in the lines. */
    List<String> vectors() {
        return vectors;
    }

    /**
     * The index of the scale and the offset of nested scales, which all blocks of a call share.
     *
     * @param first an index in {@code BlockScales.nested}
     */
    String nested(String first) {
        return this != NESTED ? "" : """
            float[] nested = scales.nested();
            int n = %s;\
            """.formatted(first);
    }

    /** A vector of scales as floats, of stream #, from the segment {@code d}. */
    String read(String at) {
        return read("d", at);
    }

    /** @param segment the name of the variable with the segment */
    String read(String segment, String at) {
        String from = segment + ", " + at;
        return switch (this) {
            case HALF ->
                "((IntVector) ShortVector.fromMemorySegment(SHORTS, " + from
                        + ", LITTLE_ENDIAN).convertShape(S2I, INTS, 0)).lanewise(LSHL,"
                        + " 13).and(Lanes.HALF_BITS).reinterpretAsFloats().mul(Lanes.HALF_BIAS)";
            case NESTED ->
                "((FloatVector) ByteVector.fromMemorySegment(BYTES, " + from
                        + ", LITTLE_ENDIAN).convertShape(B2F, FLOATS, 0)).fma("
                        + "FloatVector.broadcast(FLOATS, nested[n + # / PARTS * 4]),"
                        + " FloatVector.broadcast(FLOATS, nested[n + # / PARTS * 4 + 1]))";
            case FLOAT -> "FloatVector.fromMemorySegment(FLOATS, " + from + ", LITTLE_ENDIAN)";
        };
    }
}
