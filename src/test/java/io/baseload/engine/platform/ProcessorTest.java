package io.baseload.engine.platform;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class ProcessorTest {
    @Test
    void theVendorIsReadFromTheDescription() {
        assertTrue(Processor.isAmd(List.of("processor\t: 0", "vendor_id\t: AuthenticAMD", "cpu family\t: 25")));
        assertFalse(Processor.isAmd(List.of("processor\t: 0", "vendor_id\t: GenuineIntel")));
        assertFalse(Processor.isAmd(List.of("processor\t: 0", "CPU implementer\t: 0x41")));
    }

    @Test
    void tilesForBf16AreAFlag() {
        assertTrue(Processor.hasBf16Tiles(List.of("processor\t: 0", "flags\t\t: fma amx_bf16 avx512_fp16 amx_tile")));
        assertFalse(Processor.hasBf16Tiles(List.of("processor\t: 0", "flags\t\t: fma avx512_bf16 amx_tile")));
        assertFalse(Processor.hasBf16Tiles(List.of("processor\t: 0", "Features\t: fp asimd bf16")));
        assertFalse(Processor.hasBf16Tiles(List.of()));
    }
}
