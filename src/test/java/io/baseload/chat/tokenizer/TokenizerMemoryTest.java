package io.baseload.chat.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import io.baseload.engine.format.GgufFile;
import io.baseload.engine.format.GgufVocabulary;
import io.baseload.testing.Patience;
import io.baseload.testing.TestModels;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The tokenizers library's memory, of which the garbage collector knows nothing. */
class TokenizerMemoryTest {
    @Test
    void aTokenizerThatNobodyHoldsGivesItsMemoryBack() throws Exception {
        List<HuggingFaceTokenizer> library = used();
        assertThat(library).hasSize(2);
        Patience.await().until(() -> {
            System.gc();
            return library.stream().allMatch(HuggingFaceTokenizer::isReleased);
        });
    }

    /** The memory of the library for a tokenizer that was used with and without special tokens, and is no longer referenced. */
    private static List<HuggingFaceTokenizer> used() throws Exception {
        try (GgufFile file = GgufFile.open(TestModels.smolLm2())) {
            Tokenizer tokenizer = Tokenizer.of(GgufVocabulary.read(file.metadata()));
            assertThat(tokenizer.encode("A river")).isEqualTo(tokenizer.encodePlain("A river"));
            var parts = (TokenizerParts) field(tokenizer, "parts");
            List<HuggingFaceTokenizer> library = new ArrayList<>();
            for (Encoder encoder : List.of(parts.parsing(), parts.plain().get())) {
                library.add(
                        (HuggingFaceTokenizer) field(((Paired) encoder).framed().inner(), "tokenizer"));
            }
            assertThat(library).noneMatch(HuggingFaceTokenizer::isReleased);
            return library;
        }
    }

    private static Object field(Object object, String name) throws ReflectiveOperationException {
        var field = object.getClass().getDeclaredField(name);
        field.setAccessible(true);
        return field.get(object);
    }
}
