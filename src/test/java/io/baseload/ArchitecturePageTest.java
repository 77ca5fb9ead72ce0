package io.baseload;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The table of docs/architecture.md has exactly the dependencies of {@link Rooms}. */
class ArchitecturePageTest {
    private static final Pattern ROW = Pattern.compile("(?m)^\\| (`[^|\n]+`) \\| ([^|\n]+) \\|[^|\n]*\\|$");
    private static final Pattern COMMA = Pattern.compile(", *");
    private static final String IN_ORDER = "rooms before it in this order: ";

    @Test
    void theTableHasTheDoors() throws IOException {
        Map<String, Set<String>> table = table();
        assertThat(table.keySet()).isEqualTo(all(name -> true));
        table.forEach((room, uses) ->
                assertThat(uses).as(room).isEqualTo(unqualified(Rooms.of("io.baseload." + room), name -> true)));
    }

    private static Map<String, Set<String>> table() throws IOException {
        var table = new TreeMap<String, Set<String>>();
        for (Matcher row = ROW.matcher(Files.readString(Path.of("docs/architecture.md"))); row.find(); ) {
            String uses = row.group(2).replace("`", "");
            for (String room : list(row.group(1).replace("`", ""))) {
                if (room.endsWith(".*")) {
                    inOrder(table, room.substring(0, room.length() - 1), uses);
                } else {
                    table.put(room, rooms(room, uses));
                }
            }
        }
        return table;
    }

    /** Rooms of which each may use those before it, and some others. */
    private static void inOrder(Map<String, Set<String>> table, String layer, String uses) {
        int order = uses.indexOf(IN_ORDER);
        var open = new HashSet<>(order == 0 ? List.of() : list(uses.substring(0, order)));
        for (String name : list(uses.substring(order + IN_ORDER.length()))) {
            table.put(layer + name, Set.copyOf(open));
            open.add(layer + name);
        }
    }

    private static Set<String> rooms(String room, String uses) {
        var rooms = new HashSet<String>();
        for (String name : list(uses)) {
            switch (name) {
                case "no other room" -> {}
                case "everything" -> rooms.addAll(all(other -> !other.equals(room)));
                case "all of service" ->
                    rooms.addAll(all(other -> other.startsWith("service.") && !other.equals(room)));
                default -> rooms.add(name.contains(".") ? name : "service." + name);
            }
        }
        return rooms;
    }

    private static List<String> list(String names) {
        return COMMA.splitAsStream(names).toList();
    }

    private static Set<String> all(Predicate<String> wanted) {
        return unqualified(Rooms.names(), wanted);
    }

    private static Set<String> unqualified(Set<String> names, Predicate<String> wanted) {
        return names.stream()
                .map(name -> name.substring("io.baseload.".length()))
                .filter(wanted)
                .collect(Collectors.toSet());
    }
}
