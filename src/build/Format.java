import com.palantir.javaformat.java.Main;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Checks the format of all Java sources below the given folders, except generated ones, or rewrites them: {@code Format check|apply FOLDER…}. */
final class Format {
    private Format() {}

    public static void main(String[] args) throws Exception {
        boolean check = args[0].equals("check");
        var command = new ArrayList<>(List.of("--palantir"));
        command.addAll(check ? List.of("--dry-run", "--set-exit-if-changed") : List.of("--replace"));
        for (String folder : List.of(args).subList(1, args.length)) {
            command.addAll(sources(Path.of(folder)));
        }
        int code = new Main(new PrintWriter(System.out, true), new PrintWriter(System.err, true), System.in)
                .format(command.toArray(String[]::new));
        if (check && code != 0) {
            System.err.println(
                    "The files above are not formatted; this formats them: ./mvnw exec:exec@format -Dformat=apply");
        }
        System.exit(code);
    }

    private static List<String> sources(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            return files.map(Path::toString)
                    .filter(name -> name.endsWith(".java"))
                    .filter(name -> !name.contains("/generated/") || name.endsWith("package-info.java"))
                    .sorted()
                    .toList();
        }
    }
}
