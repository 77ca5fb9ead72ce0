package io.baseload;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Each protection on docs/threat-model.md is shown by a test that exists. */
class ThreatModelPageTest {
    private static final Pattern BORDER = Pattern.compile("(?<!\\\\)\\|");
    private static final Pattern TEST = Pattern.compile("`(\\w+(?:Test|IT))`");

    private record Row(String attack, String protection, String shownBy) {}

    @Test
    void eachProtectionNamesATestThatExists() throws IOException {
        Set<String> tests = tests();
        assertThat(rows()).hasSizeGreaterThan(100).allSatisfy(row -> {
            List<String> named = TEST.matcher(row.shownBy())
                    .results()
                    .map((MatchResult found) -> found.group(1))
                    .toList();
            assertThat(named.isEmpty()).isEqualTo(row.protection().isBlank());
            assertThat(tests).containsAll(named);
        });
    }

    private static List<Row> rows() throws IOException {
        var rows = new ArrayList<Row>();
        boolean protections = false;
        for (String line : Files.readAllLines(Path.of("docs/threat-model.md"))) {
            String[] cells = BORDER.split(line, -1);
            if (cells.length < 5) {
                protections = false;
            } else if (cells[3].strip().equals("shown by")) {
                protections = true;
            } else if (protections && !cells[1].strip().startsWith("---")) {
                rows.add(new Row(cells[1], cells[2], cells[3]));
            }
        }
        return rows;
    }

    private static Set<String> tests() throws IOException {
        try (var files = Files.walk(Path.of("src/test/java"))) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".java"))
                    .map(name -> name.substring(0, name.length() - ".java".length()))
                    .collect(Collectors.toSet());
        }
    }
}
