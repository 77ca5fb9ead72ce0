import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Writes the register kernels of {@code engine.kernel.generated}, or checks that they equal this program's output: {@code GenerateKernels write|check}, from the root
 * of the project.
 *
 * <p>A register kernel keeps its sums in local variables, because a vector that leaves its method, or is stored in an array, becomes an object. So a kernel for four
 * streams of weights and two rows of x spells out eight sums, one for six streams would spell out twelve. Only their numbers differ: the pattern is here, once.
 */
final class GenerateKernels {
    private static final Path FOLDER = Path.of("src/main/java/io/baseload/engine/kernel/generated");

    private GenerateKernels() {}

    public static void main(String[] args) throws IOException {
        Map<String, String> files = new TreeMap<>();
        for (Int8NibbleKernels kernels : Int8NibbleKernels.values()) {
            kernels.sources().forEach((name, source) -> files.put(name + ".java", source));
        }
        files.put("Int8Minimums.java", Int8MinimumKernel.source());
        files.put("CodebookInt8.java", Int8CodebookKernel.source());
        for (FloatKernels kernels : FloatKernels.values()) {
            files.put(kernels.className() + ".java", kernels.source());
        }
        for (FloatingPointKernels kernels : FloatingPointKernels.values()) {
            files.put(kernels.className() + ".java", kernels.source());
        }
        ByteRowKernel.sources().forEach((name, source) -> files.put(name + ".java", source));
        files.put("Tile.java", TileKernelSource.source());
        boolean check = args[0].equals("check");
        for (Map.Entry<String, String> file : files.entrySet()) {
            Path path = FOLDER.resolve(file.getKey());
            if (!check) {
                Files.writeString(path, file.getValue());
            } else if (!Files.exists(path) || !Files.readString(path).equals(file.getValue())) {
                fail(path + " is not what src/build/GenerateKernels.java writes");
            }
        }
        try (var there = Files.list(FOLDER)) {
            there.map(path -> path.getFileName().toString())
                    .filter(name -> !files.containsKey(name) && !name.equals("package-info.java"))
                    .forEach(name -> fail(FOLDER.resolve(name) + " is not written by src/build/GenerateKernels.java"));
        }
    }

    /** An import for each name, in order, each once. */
    static String imports(String prefix, Stream<String> names) {
        return names.distinct()
                .sorted()
                .map(name -> "import " + prefix + name + ";")
                .collect(Collectors.joining("\n"));
    }

    private static void fail(String message) {
        System.err.println(message + "; this writes the kernels: ./mvnw exec:exec@kernels -Dkernels=write");
        System.exit(1);
    }

    /** A line for each number below {@code count}, which stands for #. */
    static String each(int count, String line) {
        return IntStream.range(0, count)
                .mapToObj(i -> line.replace("#", String.valueOf(i)))
                .collect(Collectors.joining("\n"));
    }

    /** A line for each row r, which stands for @, and each stream, which stands for #. */
    static String eachOf(int rows, int streams, String line) {
        return IntStream.range(0, rows)
                .mapToObj(r -> each(streams, line.replace("@", String.valueOf(r))))
                .collect(Collectors.joining("\n"));
    }

    /** Replaces a name in braces by lines with the name's indentation; by no line if there are none. */
    static String fill(String template, Map<String, String> parts) {
        return template.lines()
                        .filter(line -> !"".equals(parts.get(line.strip())))
                        .map(line -> {
                            String name = line.strip();
                            String part = parts.get(name);
                            if (part == null) {
                                return line;
                            }
                            String margin = line.substring(0, line.indexOf(name));
                            return part.lines().map(each -> margin + each).collect(Collectors.joining("\n"));
                        })
                        .collect(Collectors.joining("\n"))
                + "\n";
    }
}
