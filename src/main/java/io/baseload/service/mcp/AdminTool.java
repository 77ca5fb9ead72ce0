package io.baseload.service.mcp;

import io.baseload.service.tenant.Caller;
import io.baseload.service.web.RouteAccess;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A tool that calls a route of the admin API.
 *
 * @param route its path, with a variable such as <code>{id}</code> for each parameter in it
 * @param effect its effect on the service
 */
record AdminTool(
        String name, String description, String method, String route, Effect effect, List<Parameter> parameters) {
    enum Effect {
        READS,
        CHANGES,
        /** Changes something that affects others. */
        DISTURBS
    }

    /** The part of the request that contains a parameter. */
    enum Location {
        PATH,
        QUERY,
        BODY
    }

    /** @param type in JSON Schema: string, integer or boolean */
    record Parameter(String name, String type, Location location, boolean required, String description) {
        /** A value as the route takes it; empty if it has another type. The range is the route's to check. */
        Optional<Object> read(Object value) {
            return switch (type) {
                case "integer" -> value instanceof Number number ? integer(number) : Optional.empty();
                case "boolean" -> value instanceof Boolean ? Optional.of(value) : Optional.empty();
                default -> value instanceof String ? Optional.of(value) : Optional.empty();
            };
        }

        /** In JSON Schema 10.0 and 1e1 are integers too. */
        private static Optional<Object> integer(Number value) {
            return switch (value) {
                case Integer _, Long _, BigInteger _ -> Optional.of(value);
                case Double number
                when number == Math.rint(number) && !number.isInfinite() ->
                    Optional.of(BigDecimal.valueOf(number).toBigIntegerExact());
                default -> Optional.empty();
            };
        }
    }

    static AdminTool reading(String name, String route, String description) {
        return new AdminTool(name, description, "GET", route, Effect.READS, List.of());
    }

    static AdminTool changing(String name, Effect effect, String method, String route, String description) {
        return new AdminTool(name, description, method, route, effect, List.of());
    }

    /** The same with a parameter in its path. */
    AdminTool path(String parameter, String description) {
        return with(new Parameter(parameter, "string", Location.PATH, true, description));
    }

    /** The same with a parameter in its query. */
    AdminTool query(String parameter, String type, String description) {
        return with(new Parameter(parameter, type, Location.QUERY, false, description));
    }

    /** The same with a field in its body. */
    AdminTool body(String parameter, String type, boolean required, String description) {
        return with(new Parameter(parameter, type, Location.BODY, required, description));
    }

    /** The same for a list that is returned in parts. */
    AdminTool inParts() {
        return query("limit", "integer", "maximum number of entries: 1 to 1000")
                .query("after", "string", "the next of the previous part; the result begins after it");
    }

    private AdminTool with(Parameter parameter) {
        var all = new ArrayList<>(parameters);
        all.add(parameter);
        return new AdminTool(name, description, method, route, effect, List.copyOf(all));
    }

    /** JSON Schema of its arguments. */
    Map<String, Object> schema() {
        var properties = new LinkedHashMap<String, Object>();
        parameters.forEach(parameter -> properties.put(
                parameter.name(), Map.of("type", parameter.type(), "description", parameter.description())));
        return Map.of(
                "type",
                "object",
                "properties",
                properties,
                "required",
                parameters.stream()
                        .filter(Parameter::required)
                        .map(Parameter::name)
                        .toList(),
                "additionalProperties",
                false);
    }

    /** Whether a caller's roles open the route; if the path names a tenant, for its own. */
    boolean mayBeCalledBy(Caller caller) {
        String path = route;
        for (Parameter parameter : in(Location.PATH)) {
            path = path.replace(
                    "{" + parameter.name() + "}", parameter.name().equals("tenant") ? caller.tenant() : "any");
        }
        return RouteAccess.allows(caller, method, path);
    }

    List<Parameter> in(Location location) {
        return parameters.stream()
                .filter(parameter -> parameter.location() == location)
                .toList();
    }
}
