package io.baseload;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Links of README.md and docs to files of this repository, and to headings of its pages, lead somewhere. */
class PageLinksTest {
    private static final Pattern CODE = Pattern.compile("(?ms)^ *```.*?^ *```|`[^`\n]*`");
    private static final Pattern CODE_BLOCK = Pattern.compile("(?ms)^ *```.*?^ *```");
    private static final Pattern LINK = Pattern.compile("\\[([^\\]]*)\\]\\(([^)\\s]+)\\)");
    private static final Pattern ADDRESS = Pattern.compile("[a-z]+:.*");
    private static final Pattern HEADING = Pattern.compile("(?m)^#{1,6} (.*)$");
    private static final Pattern NOT_IN_ANCHORS = Pattern.compile("[^\\p{L}\\p{N}_ -]");

    static Stream<Path> pages() throws IOException {
        List<Path> docs;
        try (Stream<Path> files = Files.list(Path.of("docs"))) {
            docs = files.filter(it -> it.toString().endsWith(".md")).sorted().toList();
        }
        return Stream.concat(Stream.of(Path.of("README.md")), docs.stream());
    }

    @ParameterizedTest
    @MethodSource("pages")
    void linksLeadSomewhere(Path page) {
        Stream<String> links = LINK.matcher(CODE.matcher(read(page)).replaceAll(""))
                .results()
                .map(link -> link.group(2))
                .filter(link -> !ADDRESS.matcher(link).matches());
        assertThat(links).allMatch(link -> leads(page, link));
    }

    private static boolean leads(Path page, String link) {
        int hash = link.indexOf('#');
        String file = hash < 0 ? link : link.substring(0, hash);
        Path target = file.isEmpty() ? page : page.resolveSibling(file).normalize();
        return Files.exists(target) && (hash < 0 || anchors(target).contains(link.substring(hash + 1)));
    }

    /** As GitHub makes them: of headings that are equal, all but the first get a number. */
    private static Set<String> anchors(Path page) {
        var anchors = new HashSet<String>();
        Map<String, Integer> times = new HashMap<>();
        Matcher heading = HEADING.matcher(CODE_BLOCK.matcher(read(page)).replaceAll(""));
        while (heading.find()) {
            String text =
                    LINK.matcher(heading.group(1)).replaceAll("$1").strip().toLowerCase(Locale.ROOT);
            String anchor = NOT_IN_ANCHORS.matcher(text).replaceAll("").replace(' ', '-');
            int earlier = times.merge(anchor, 1, Integer::sum) - 1;
            anchors.add(earlier == 0 ? anchor : anchor + "-" + earlier);
        }
        return anchors;
    }

    private static String read(Path page) {
        try {
            return Files.readString(page);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
