package io.baseload.tools;

import com.sun.management.OperatingSystemMXBean;
import io.baseload.chat.api.EncodingInput;
import io.baseload.chat.api.EncodingRequest;
import io.baseload.chat.api.Encodings;
import io.baseload.chat.api.PreparedEncoding;
import io.baseload.engine.api.Engine;
import io.baseload.engine.api.EngineOptions;
import io.baseload.engine.api.LoadOptions;
import io.baseload.engine.api.LoadedEncoder;
import io.baseload.engine.api.OperatorTimes;
import io.baseload.engine.api.Precision;
import io.baseload.engine.api.Quantization;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** Run by {@code bin/encoder-rate}: the rate of an encoder and its accuracy, beside sentence-transformers with the same texts and number of threads. */
public final class EncoderRate implements AutoCloseable {
    /** Tokens; with one word more it is within the 256 that some models accept. */
    private static final int PASSAGE = 200;

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final OperatingSystemMXBean SYSTEM =
            ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

    /** Reads lists of texts, one a line, and answers each with the seconds that it needed and the vectors. */
    private static final String PEER = """
        import json, sys, time, torch
        torch.set_num_threads(int(sys.argv[2]))
        from sentence_transformers import SentenceTransformer
        model = SentenceTransformer(sys.argv[1], device="cpu")
        for line in sys.stdin:
            texts = json.loads(line)
            start, cpu = time.perf_counter(), time.process_time()
            vectors = model.encode(texts, batch_size=32, show_progress_bar=False)
            seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
            print(json.dumps({"seconds": seconds, "cpu": cpu, "vectors": vectors.tolist()}), flush=True)
        """;

    /** Texts of a kind. */
    private record Texts(String name, List<String> texts) {}

    /** @param cpu seconds of all threads of the process */
    private record Result(double seconds, double cpu, List<float[]> vectors) {}

    private final Process peer;
    private final Path script;

    private EncoderRate(Path python, Path model, int threads) throws IOException {
        script = Files.createTempFile("encoder-rate", ".py");
        Files.writeString(script, PEER);
        peer = new ProcessBuilder(python.toString(), script.toString(), model.toString(), "" + threads)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    public static void main(String[] args) throws Exception {
        if (args.length < 2) {
            System.err.println("encoder-rate PYTHON MODEL [ROUNDS [PRECISION [QUANTIZATION [THREADS]]]]");
            System.exit(2);
        }
        Path model = Path.of(args[1]);
        int rounds = args.length > 2 ? Integer.parseInt(args[2]) : 3;
        var options = LoadOptions.named("measured")
                .withPrecision(Precision.of(args.length > 3 ? args[3] : "fast"))
                .withQuantization(
                        Quantization.named(args.length > 4 ? args[4] : "keep").orElseThrow());
        int threads = args.length > 5
                ? Integer.parseInt(args[5])
                : Runtime.getRuntime().availableProcessors();
        try (Engine engine = Engine.open(new EngineOptions(threads, threads > 1, 1, List.of()));
                LoadedEncoder encoder = engine.loadEncoder(model, options);
                EncoderRate peer = new EncoderRate(Path.of(args[0]), model, threads)) {
            System.out.println(threads + " threads, " + encoder.load().kernels().prefill());
            Encodings encodings = Encodings.of(encoder);
            for (Texts texts : texts(encodings)) {
                peer.compare(encoder, encodings, texts, rounds);
            }
        }
    }

    /** Sentences and passages of this project's pages. */
    private static List<Texts> texts(Encodings encodings) throws IOException {
        List<String> sentences = new ArrayList<>();
        try (Stream<Path> pages = Files.list(Path.of("docs"))) {
            for (Path page : pages.sorted().toList()) {
                String text = Files.readString(page)
                        .replaceAll("(?m)^(#|\\||```).*$", " ")
                        .replaceAll("\\s+", " ");
                Arrays.stream(text.split("(?<=[.!?]) "))
                        .filter(sentence -> sentence.length() > 20 && sentence.length() < 200)
                        .forEach(sentences::add);
            }
        }
        List<String> passages = new ArrayList<>();
        String passage = "";
        for (String word : String.join(" ", sentences).split(" ", -1)) {
            String longer = passage + " " + word;
            if (longer.length() < 2 * PASSAGE
                    || prepare(encodings, List.of(longer)).tokens() <= PASSAGE) {
                passage = longer;
            } else {
                passages.add(passage);
                passage = word;
            }
        }
        return List.of(
                new Texts("sentences", sentences.subList(0, Math.min(1024, sentences.size()))),
                new Texts("passages", passages.subList(0, Math.min(96, passages.size()))));
    }

    private static PreparedEncoding prepare(Encodings encodings, List<String> texts) {
        return encodings.prepare(
                new EncodingRequest(new EncodingInput.Texts(texts, Optional.empty()), OptionalInt.empty()));
    }

    private void compare(LoadedEncoder encoder, Encodings encodings, Texts texts, int rounds) throws IOException {
        int tokens = prepare(encodings, texts.texts).tokens();
        System.out.printf(
                Locale.ROOT, "%s: %d of %d tokens%n", texts.name, texts.texts.size(), tokens / texts.texts.size());
        own(encodings, texts);
        peer(texts);
        OperatorTimes before = encoder.times();
        for (int round = 0; round < rounds; round++) {
            Result own = own(encodings, texts);
            Result peer = peer(texts);
            double[] distances = IntStream.range(0, texts.texts.size())
                    .mapToDouble(i -> 1 - cosine(own.vectors.get(i), peer.vectors.get(i)))
                    .toArray();
            System.out.printf(
                    Locale.ROOT,
                    "  Baseload %.3f s (CPU %.3f), sentence-transformers %.3f s (CPU %.3f), ratio of rates %.2f, of CPU"
                            + " times %.2f; %.0f tokens/s; 1 - cosine: mean %.1e, most %.1e%n",
                    own.seconds,
                    own.cpu,
                    peer.seconds,
                    peer.cpu,
                    peer.seconds / own.seconds,
                    peer.cpu / own.cpu,
                    tokens / own.seconds,
                    Arrays.stream(distances).average().orElseThrow(),
                    Arrays.stream(distances).max().orElseThrow());
        }
        OperatorTimes times = encoder.times().since(before);
        times.times()
                .forEach((operator, time) -> System.out.printf(
                        Locale.ROOT,
                        "  %4.1f %% %s%n",
                        100.0 * time.toNanos() / times.total().toNanos(),
                        operator));
    }

    private static Result own(Encodings encodings, Texts texts) {
        long start = System.nanoTime();
        long cpu = SYSTEM.getProcessCpuTime();
        List<float[]> vectors =
                prepare(encodings, texts.texts).start().outputs().join();
        return new Result((System.nanoTime() - start) / 1e9, (SYSTEM.getProcessCpuTime() - cpu) / 1e9, vectors);
    }

    private Result peer(Texts texts) throws IOException {
        peer.outputWriter().write(JSON.writeValueAsString(texts.texts) + "\n");
        peer.outputWriter().flush();
        String line = peer.inputReader().readLine();
        if (line == null) {
            throw new IOException("sentence-transformers ended; is it installed in this Python?");
        }
        JsonNode answer = JSON.readTree(line);
        List<float[]> vectors = answer.path("vectors")
                .valueStream()
                .map(vector -> {
                    float[] numbers = new float[vector.size()];
                    for (int i = 0; i < numbers.length; i++) {
                        numbers[i] = vector.path(i).floatValue();
                    }
                    return numbers;
                })
                .toList();
        return new Result(
                answer.path("seconds").doubleValue(), answer.path("cpu").doubleValue(), vectors);
    }

    private static double cosine(float[] a, float[] b) {
        double product = 0;
        double as = 0;
        double bs = 0;
        for (int i = 0; i < a.length; i++) {
            product += (double) a[i] * b[i];
            as += (double) a[i] * a[i];
            bs += (double) b[i] * b[i];
        }
        return product / Math.sqrt(as * bs);
    }

    @Override
    public void close() throws IOException {
        peer.destroy();
        Files.deleteIfExists(script);
    }
}
