package io.baseload.chat.tokenizer;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.Proxy;
import java.net.URL;
import java.net.URLConnection;
import java.net.URLStreamHandler;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Loads a tokenizer in a JVM of its own and prints the addresses to which it tries to connect; no connection is made. */
public final class Eavesdropper {
    private Eavesdropper() {}

    /**
     * @param args "ours" = by our class, "bare" = by the library as it is
     */
    public static void main(String[] args) throws IOException {
        URL.setURLStreamHandlerFactory(protocol -> protocol.startsWith("http") ? new Refusal() : null);
        load(args[0], """
            {"version": "1.0", "added_tokens": [], "normalizer": null, "pre_tokenizer": null, "decoder": null,
             "model": {"type": "BPE", "vocab": {"h": 0, "e": 1, "l": 2, "o": 3}, "merges": []}}\
            """);
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
