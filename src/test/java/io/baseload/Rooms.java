package io.baseload;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Which package may use which: the arrows of docs/architecture.md. Names are given without {@code io.baseload.}. */
final class Rooms {
    /** Lowest first; each may use those before it. */
    private static final List<String> ENGINE = List.of(
            "engine.platform",
            "engine.api",
            "engine.tensor",
            "engine.kv",
            "engine.quant",
            "engine.kernel.tiles",
            "engine.kernel.lanes",
            "engine.kernel.generated",
            "engine.kernel",
            "engine.parallel",
            "engine.profile",
            "engine.format",
            "engine.store",
            "engine.config",
            "engine.weights",
            "engine.model",
            "engine.architecture",
            "engine.shard",
            "engine.sample",
            "engine.schedule",
            "engine.runtime");

    private static final List<String> CHAT = List.of(
            "chat.api",
            "chat.background",
            "chat.tokenizer",
            "chat.encoding",
            "chat.python",
            "chat.template",
            "chat.grammar",
            "chat.schema",
            "chat.stop",
            "chat.format",
            "chat.completion");

    private static final Set<String> ASKING = Set.of("chat.api", "engine.api");
    private static final Set<String> PLATFORM =
            Set.of("service.inference", "service.registry", "service.tenant", "service.quota", "service.audit");

    private static final Map<String, Set<String>> DOORS = doors();

    private Rooms() {}

    static boolean mayUse(String from, String to) {
        return from.equals(to) || !to.startsWith("io.baseload.") || of(from).contains(to);
    }

    static Set<String> names() {
        return DOORS.keySet();
    }

    /** The other rooms that a room may use. */
    static Set<String> of(String room) {
        return DOORS.getOrDefault(room, Set.of());
    }

    private static Map<String, Set<String>> doors() {
        var doors = new HashMap<String, Set<String>>();
        downwards(doors, ENGINE, Set.of());
        downwards(doors, CHAT, Set.of("engine.api"));
        door(doors, "ai", ASKING);
        door(doors, "service.database", Set.of());
        door(doors, "service.audit", Set.of("service.database"));
        door(doors, "service.cluster", Set.of("service.database", "service.audit"));
        door(doors, "service.tenant", Set.of("service.database", "service.audit"));
        door(doors, "service.quota", Set.of("service.database", "service.tenant", "service.audit"));
        door(doors, "service.tracing", Set.of());
        door(doors, "service.encryption", Set.of("service.database"));
        door(
                doors,
                "service.contents",
                Set.of("service.database", "service.encryption", "service.audit", "service.tenant"));
        door(doors, "service.export", Set.of("service.database", "service.audit", "service.outbound"));
        door(doors, "service.outbound", ASKING, Set.of("service.encryption"));
        door(
                doors,
                "service.guardrail",
                ASKING,
                Set.of("service.database", "service.encryption", "service.audit", "service.outbound"));
        door(
                doors,
                "service.backend",
                ASKING,
                Set.of("service.database", "service.encryption", "service.outbound", "service.tracing"));
        door(doors, "service.pull", Set.of("service.outbound"));
        door(
                doors,
                "service.registry",
                ASKING,
                Set.of("engine.store"),
                Set.of("service.database", "service.encryption", "service.cluster", "service.audit"),
                Set.of("service.outbound", "service.pull"));
        door(
                doors,
                "service.routing",
                ASKING,
                Set.of("engine.store"),
                Set.of("service.registry", "service.encryption", "service.cluster", "service.tenant", "service.audit"),
                Set.of("service.outbound", "service.backend"));
        door(
                doors,
                "service.inference",
                ASKING,
                without(PLATFORM, "service.inference"),
                Set.of(
                        "service.routing",
                        "service.database",
                        "service.cluster",
                        "service.encryption",
                        "service.contents",
                        "service.guardrail",
                        "service.tracing"));
        door(
                doors,
                "service.web",
                ASKING,
                PLATFORM,
                Set.of("service.database", "service.encryption", "service.tracing"));
        door(doors, "service.identity", Set.of("service.audit", "service.tenant", "service.outbound", "service.web"));
        door(doors, "service.protocol", ASKING, PLATFORM, Set.of("service.web", "service.encryption"));
        door(doors, "service.openai", ASKING, PLATFORM, Set.of("service.routing", "service.web", "service.protocol"));
        door(
                doors,
                "service.anthropic",
                ASKING,
                PLATFORM,
                Set.of("service.routing", "service.web", "service.protocol"));
        door(
                doors,
                "service.responses",
                ASKING,
                PLATFORM,
                Set.of("service.web", "service.protocol", "service.contents", "service.encryption"));
        door(
                doors,
                "service.batch",
                ASKING,
                PLATFORM,
                Set.of(
                        "service.web",
                        "service.protocol",
                        "service.database",
                        "service.cluster",
                        "service.contents",
                        "service.encryption"));
        door(
                doors,
                "service.admin",
                ASKING,
                PLATFORM,
                Set.of(
                        "service.routing",
                        "service.web",
                        "service.cluster",
                        "service.planner",
                        "service.encryption",
                        "service.contents",
                        "service.guardrail",
                        "service.export"),
                Set.of("service.outbound", "service.backend", "service.pull"));
        door(doors, "service.planner", ASKING);
        door(doors, "service.api", Set.of("service.web", "service.tenant"));
        door(
                doors,
                "service.console",
                Set.of(
                        "engine.api",
                        "service.api",
                        "service.web",
                        "service.tenant",
                        "service.audit",
                        "service.identity",
                        "service.planner"));
        door(doors, "service.mcp", Set.of("service.api", "service.web", "service.tenant", "service.audit"));
        door(doors, "service.app", ASKING, servicesOf(doors));
        door(doors, "cli", unqualified(doors));
        return doors;
    }

    private static void downwards(Map<String, Set<String>> doors, List<String> rooms, Set<String> below) {
        for (int i = 0; i < rooms.size(); i++) {
            door(doors, rooms.get(i), below, new HashSet<>(rooms.subList(0, i)));
        }
    }

    @SafeVarargs
    private static void door(Map<String, Set<String>> doors, String room, Set<String>... open) {
        var targets = new HashSet<String>();
        for (Set<String> some : open) {
            some.forEach(name -> targets.add("io.baseload." + name));
        }
        doors.put("io.baseload." + room, targets);
    }

    private static Set<String> servicesOf(Map<String, Set<String>> doors) {
        var names = new HashSet<>(unqualified(doors));
        names.removeIf(name -> !name.startsWith("service."));
        return names;
    }

    private static Set<String> unqualified(Map<String, Set<String>> doors) {
        var names = new ArrayList<>(doors.keySet());
        names.replaceAll(name -> name.substring("io.baseload.".length()));
        return new HashSet<>(names);
    }

    private static Set<String> without(Set<String> all, String one) {
        var rest = new HashSet<>(all);
        rest.remove(one);
        return rest;
    }
}
