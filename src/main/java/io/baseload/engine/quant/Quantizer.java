package io.baseload.engine.quant;

import io.baseload.engine.tensor.ElementType;
import io.baseload.engine.tensor.Packing;
import io.baseload.engine.tensor.Scales;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What weights can be turned into when a model is imported. */
public enum Quantizer {
    F32(List.of(ElementType.F32)),
    F16(List.of(ElementType.F16)),
    BF16(List.of(ElementType.BF16)),
    /** ggml's Q8_0: 8.5 bits a weight. */
    Q8(List.of(ElementType.Q8_0)),
    /** bitsandbytes' NF4 in blocks of 64 with F32 scales: 4.5 bits. */
    NF4(List.of(ElementType.NF4_64, ElementType.NF4_32)),
    /** NF4 whose scales are linear bytes: 4.13 bits. */
    NF4_DQ(List.of(ElementType.NF4_64, ElementType.NF4_32), Scales.LINEAR8),
    /** NF4 whose scales are F8_E4M3, as in the article: 4.13 bits. */
    NF4_FP8(List.of(ElementType.NF4_64, ElementType.NF4_32), Scales.FLOAT8),
    /** bitsandbytes' FP4 in blocks of 64 with F32 scales: 4.5 bits. */
    FP4(List.of(ElementType.FP4_64, ElementType.FP4_32));

    @SuppressWarnings("ImmutableEnumChecker") // only made by List.of
    private final List<ElementType> types;

    private final Scales scales;

    Quantizer(List<ElementType> types) {
        this(types, Scales.NONE);
    }

    /** @param scales what the encoding's scales become in panels; NONE if they stay as they are */
    Quantizer(List<ElementType> types, Scales scales) {
        this.types = types;
        this.scales = scales;
    }

    /** By the name that people write: {@code nf4-dq} is {@link #NF4_DQ}. */
    public static Optional<Quantizer> named(String name) {
        return Arrays.stream(values())
                .filter(quantizer -> quantizer.toString().equals(name))
                .findFirst();
    }

    /** What rows of this many columns become: the encoding whose blocks divide them, or BF16 if none does. */
    public ElementType type(int cols) {
        return types.stream()
                .filter(type -> cols % type.blockSize() == 0)
                .findFirst()
                .orElse(ElementType.BF16);
    }

    /** The panels for rows of this many columns. */
    public Packing packing(int cols) {
        Packing packing = Panels.packing(type(cols));
        boolean nested = scales.nested() && !packing.codes().plain();
        return nested ? new Packing(packing.codes(), packing.block(), scales) : packing;
    }

    /** The same matrix, its rows encoded as {@link #type}; one that is already is left as it is. */
    public RowSource quantize(RowSource source) {
        ElementType type = type(source.cols());
        return source.type() == type ? source : new QuantizedRows(type, source);
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
