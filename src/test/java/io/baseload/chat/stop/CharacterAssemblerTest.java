package io.baseload.chat.stop;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CharacterAssemblerTest {
    private static final byte[] LIKELY = {
        0x41, (byte) 0xC3, (byte) 0xA9, (byte) 0xE2, (byte) 0x82, (byte) 0xF0, (byte) 0x9F, (byte) 0x98, (byte) 0x80
    };

    @Test
    void anyBytesInAnyPiecesGiveTheTextOfTheWhole() {
        Random random = new Random(7);
        for (int round = 0; round < 20_000; round++) {
            byte[] bytes = randomBytes(random);
            CharacterAssembler assembler = new CharacterAssembler();
            StringBuilder out = new StringBuilder();
            for (int from = 0; from < bytes.length; ) {
                int length = Math.min(bytes.length - from, random.nextInt(4));
                out.append(assembler.append(bytes, from, length));
                assertThat(out.isEmpty() || !Character.isHighSurrogate(out.charAt(out.length() - 1)))
                        .isTrue();
                from += length;
            }
            out.append(assembler.finish());
            assertThat(out.toString()).isEqualTo(new String(bytes, StandardCharsets.UTF_8));
        }
    }

    @Test
    void holdsAnEmojiBackUntilItsLastByte() {
        byte[] emoji = "\ud83d\ude00".getBytes(StandardCharsets.UTF_8);
        CharacterAssembler assembler = new CharacterAssembler();
        for (int i = 0; i < 3; i++) {
            assertThat(assembler.append(emoji, i, 1)).isEmpty();
        }
        assertThat(assembler.append(emoji, 3, 1)).isEqualTo("\ud83d\ude00");
        assertThat(assembler.finish()).isEmpty();
    }

    @Test
    void aBrokenTailIsOneReplacementCharacter() {
        CharacterAssembler assembler = new CharacterAssembler();
        assertThat(assembler.append(new byte[] {0x61, (byte) 0xF0, (byte) 0x9F, (byte) 0x98}, 0, 4))
                .isEqualTo("a");
        assertThat(assembler.finish()).isEqualTo("\ufffd");
    }

    @Test
    void takesPiecesLongerThanItsBuffer() {
        byte[] bytes = "\u00e9\u20ac\ud83d\ude00x".repeat(5_000).getBytes(StandardCharsets.UTF_8);
        CharacterAssembler assembler = new CharacterAssembler();
        String first = assembler.append(bytes, 0, 2_001);
        assertThat(first + assembler.append(bytes, 2_001, bytes.length - 2_001))
                .isEqualTo(new String(bytes, StandardCharsets.UTF_8));
    }

    private static byte[] randomBytes(Random random) {
        byte[] bytes = new byte[random.nextInt(12)];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = random.nextInt(8) == 0 ? (byte) random.nextInt() : LIKELY[random.nextInt(LIKELY.length)];
        }
        return bytes;
    }
}
