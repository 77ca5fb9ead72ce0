package io.baseload.chat.tokenizer;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import io.baseload.engine.format.GgufFile;
import io.baseload.engine.format.GgufVocabulary;
import io.baseload.testing.TestModels;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.Proxy;
import java.net.URL;
import java.net.URLConnection;
import java.net.URLStreamHandler;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Loads a tokenizer in a JVM of its own and prints where it wanted to connect to; nothing really connects. */
public final class Eavesdropper {
    private Eavesdropper() {}

    /**
     * @param args "ours" = by our class, "bare" = by the library as it is
     */
    public static void main(String[] args) throws IOException {
        URL.setURLStreamHandlerFactory(protocol -> protocol.startsWith("http") ? new Refusal() : null);
        try (GgufFile file = GgufFile.open(TestModels.tiny())) {
            load(args[0], TokenizerJson.of(GgufVocabulary.read(file.metadata()), true));
        }
    }

    private static final class Refusal extends URLStreamHandler {
        @Override
        protected URLConnection openConnection(URL url) throws IOException {
            System.out.println("wants " + url);
            throw new IOException("refused");
        }

        @Override
        protected URLConnection openConnection(URL url, Proxy proxy) throws IOException {
            return openConnection(url);
        }
    }

    private static void load(String how, String json) throws IOException {
        if (how.equals("ours")) {
            System.out.println("tokens " + NativeTokenizer.read(json).encode("hello").length);
            return;
        }
        try (var in = new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8));
                var tokenizer = HuggingFaceTokenizer.newInstance(in, Map.of())) {
            System.out.println("tokens " + tokenizer.encode("hello").getIds().length);
        }
    }
}
