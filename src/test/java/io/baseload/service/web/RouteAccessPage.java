package io.baseload.service.web;

import io.baseload.service.tenant.Role;
import io.baseload.service.web.RouteAccess.Grant;
import io.baseload.service.web.RouteAccess.Rule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Writes the table of docs/access.md from the rules. */
public final class RouteAccessPage {
    private static final Path PAGE = Path.of("docs/access.md");
    private static final String BEGIN = "<!-- from RouteAccess -->\n";
    private static final String END = "<!-- end -->";

    private RouteAccessPage() {}

    public static void main(String[] arguments) throws IOException {
        Files.writeString(PAGE, renewed());
    }

    /** The page as it should be. */
    static String renewed() throws IOException {
        String page = Files.readString(PAGE);
        int begin = page.indexOf(BEGIN) + BEGIN.length();
        return page.substring(0, begin) + table() + page.substring(page.indexOf(END));
    }

    static String present() throws IOException {
        return Files.readString(PAGE);
    }

    private static String table() {
        var table = new StringBuilder("\n| method | route |");
        for (Role role : Role.values()) {
            table.append(' ').append('`').append(role.wire()).append("` |");
        }
        table.append("\n|---|---|").append("---|".repeat(Role.values().length)).append('\n');
        for (Rule rule : RouteAccess.RULES) {
            table.append("| ")
                    .append(rule.method())
                    .append(" | `")
                    .append(rule.pattern())
                    .append("` |");
            for (Role role : Role.values()) {
                table.append(' ').append(reach(rule, role)).append(" |");
            }
            table.append('\n');
        }
        return table.append('\n').toString();
    }

    private static String reach(Rule rule, Role role) {
        return rule.grants().stream()
                .filter(grant -> grant.role() == role)
                .map(Grant::reach)
                .map(reach -> reach.name().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(", "));
    }

    static boolean hasEveryReach() {
        return Arrays.stream(RouteAccess.Reach.values())
                .allMatch(reach -> RouteAccess.RULES.stream()
                        .flatMap(rule -> rule.grants().stream())
                        .anyMatch(grant -> grant.reach() == reach));
    }
}
