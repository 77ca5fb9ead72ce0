package io.baseload.service.admin;

import com.fasterxml.jackson.annotation.JsonRawValue;
import io.baseload.engine.api.KvPrecision;
import io.baseload.engine.api.Precision;
import io.baseload.engine.api.Quantization;
import io.baseload.service.backend.BackendHealth;
import io.baseload.service.contents.ContentPart;
import io.baseload.service.guardrail.Handling;
import io.baseload.service.guardrail.PersonalData;
import io.baseload.service.guardrail.Side;
import io.baseload.service.quota.UsageQuery;
import io.baseload.service.registry.Job;
import io.baseload.service.registry.Model;
import io.baseload.service.routing.Canary;
import io.baseload.service.tenant.Period;
import io.baseload.service.tenant.Priority;
import io.baseload.service.tenant.Role;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.lang.reflect.WildcardType;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.ClassPathScanningCandidateComponentProvider;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.type.filter.AnnotationTypeFilter;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.annotation.JsonNaming;

/** Writes the tables of docs/admin-api.md from the controllers. The last cell of a row is written by hand; it is kept. */
public final class AdminApiPage {
    private static final Path PAGE = Path.of("docs/admin-api.md");
    private static final String BASE = "/admin/v1";
    private static final String END = "<!-- end -->";

    /** The types of fields that the code reads itself. */
    private static final Map<String, String> ANY = Map.of(
            "valid_from", "time",
            "expires_at", "time or null",
            "requests_per_minute", "integer or null",
            "max_wait_ms", "integer or null",
            "shape", "text or object",
            "machine", "text or object");

    private AdminApiPage() {}

    public static void main(String[] arguments) throws IOException {
        Files.writeString(PAGE, renewed());
    }

    /** The page as it should be. */
    static String renewed() throws IOException {
        List<Call> calls = calls();
        String page = replaced(present(), "calls", callRows(calls));
        return replaced(replaced(page, "forms", formRows(calls)), "values", valueRows());
    }

    static String present() throws IOException {
        return Files.readString(PAGE);
    }

    /** Rows whose last cell nobody has written. */
    static List<String> undescribed() throws IOException {
        return present().lines().filter(line -> line.endsWith("|  |")).toList();
    }

    private static String replaced(String page, String table, List<String> rows) {
        String mark = "<!-- " + table + " from the code -->\n";
        int begin = page.indexOf(mark) + mark.length();
        int end = page.indexOf(END, begin);
        String old = page.substring(begin, end);
        String head = old.lines().filter(line -> line.startsWith("|")).limit(2).collect(Collectors.joining("\n"));
        boolean remarks = head.contains("| |\n");
        Map<String, String> kept = old.lines()
                .filter(line -> line.startsWith("| `"))
                .collect(Collectors.toMap(AdminApiPage::first, AdminApiPage::last));
        String body = rows.stream()
                .map(row -> row + (remarks ? " " + kept.getOrDefault(first(row), "") + " |\n" : "\n"))
                .collect(Collectors.joining());
        return page.substring(0, begin) + "\n" + head + "\n" + body + "\n" + page.substring(end);
    }

    private static String first(String row) {
        return row.substring(2, row.indexOf(" |", 2));
    }

    private static String last(String row) {
        String open = row.substring(0, row.length() - 2);
        return open.substring(open.lastIndexOf("| ") + 2);
    }

    // Calls

    private record Call(Method method, String verb, String path) {
        String key() {
            return "`" + verb + " " + path + "`";
        }

        @Nullable
        Class<?> body() {
            return Arrays.stream(method.getParameters())
                    .filter(it -> it.isAnnotationPresent(RequestBody.class))
                    .<@Nullable Class<?>>map(Parameter::getType)
                    .findFirst()
                    .orElse(null);
        }

        String query() {
            return Arrays.stream(method.getParameters())
                    .filter(it -> it.isAnnotationPresent(RequestParam.class))
                    .map(it -> "`" + parameter(it) + "`")
                    .collect(Collectors.joining(", "));
        }

        private static String parameter(Parameter it) {
            String name = MergedAnnotations.from(it).get(RequestParam.class).getString("name");
            return name.isEmpty() ? it.getName() : name;
        }

        String answer() {
            Type type = method.getGenericReturnType();
            if (type == void.class) {
                boolean streams = Stream.of(method.getParameterTypes()).anyMatch(HttpServletResponse.class::equals);
                return streams ? "lines" : "204";
            }
            if (type instanceof ParameterizedType generic && generic.getRawType() == Page.class) {
                return "list of " + quoted(generic.getActualTypeArguments()[0]);
            }
            if (type instanceof ParameterizedType generic && generic.getRawType() == ResponseEntity.class) {
                Type inner = generic.getActualTypeArguments()[0];
                String status = inner == JobForm.Started.class ? "202 " : "201 ";
                return inner instanceof WildcardType ? "" : status + quoted(inner);
            }
            return (method.isAnnotationPresent(ResponseStatus.class) ? "201 " : "") + quoted(type);
        }

        private static String quoted(Type type) {
            return "`" + name((Class<?>) type) + "`";
        }
    }

    private static List<String> callRows(List<Call> calls) {
        return calls.stream()
                .map(call -> {
                    Class<?> body = call.body();
                    return Stream.of(
                                    call.key(), call.query(), body == null ? "" : "`" + name(body) + "`", call.answer())
                            .collect(Collectors.joining(" | ", "| ", " |"));
                })
                .toList();
    }

    private static List<Call> calls() {
        var scanner = new ClassPathScanningCandidateComponentProvider(false);
        scanner.addIncludeFilter(new AnnotationTypeFilter(RestController.class));
        var calls = new ArrayList<Call>();
        for (var found : scanner.findCandidateComponents("io.baseload.service")) {
            try {
                calls.addAll(calls(Class.forName(found.getBeanClassName())));
            } catch (ClassNotFoundException e) {
                throw new IllegalStateException(e);
            }
        }
        calls.sort(Comparator.comparing(Call::path)
                .thenComparingInt(
                        call -> List.of("GET", "POST", "PUT", "PATCH", "DELETE").indexOf(call.verb())));
        return calls;
    }

    private static List<Call> calls(Class<?> controller) {
        String prefix = path(MergedAnnotations.from(controller).get(RequestMapping.class));
        var calls = new ArrayList<Call>();
        for (Method method : controller.getDeclaredMethods()) {
            MergedAnnotation<RequestMapping> mapping =
                    MergedAnnotations.from(method).get(RequestMapping.class);
            if (!mapping.isPresent() || !(prefix + path(mapping)).startsWith(BASE + "/")) {
                continue;
            }
            String parameters = Stream.of(mapping.getStringArray("params"))
                    .filter(it -> !it.startsWith("!"))
                    .collect(Collectors.joining("&", "?", ""));
            String path = prefix + path(mapping) + (parameters.equals("?") ? "" : parameters);
            for (RequestMethod verb : mapping.getEnumArray("method", RequestMethod.class)) {
                calls.add(new Call(method, verb.name(), path));
            }
        }
        return calls;
    }

    private static String path(MergedAnnotation<RequestMapping> mapping) {
        return mapping.isPresent() ? String.join("", mapping.getStringArray("path")) : "";
    }

    // Forms

    private static List<String> formRows(List<Call> calls) {
        var sent = new TreeMap<String, Class<?>>();
        calls.forEach(call -> collect(call.body(), sent));
        var all = new TreeMap<>(sent);
        calls.forEach(call -> collect(call.method().getGenericReturnType(), all));
        all.putAll(forms(AuditProofController.CheckpointForm.class, UsageForm.class, UsageRowForm.class));
        return all.entrySet().stream()
                .map(form -> "| `" + form.getKey() + "` | " + fields(form.getValue(), !sent.containsKey(form.getKey()))
                        + " |")
                .toList();
    }

    /** Answers of calls that have several. */
    private static Map<String, Class<?>> forms(Class<?>... types) {
        var forms = new TreeMap<String, Class<?>>();
        Stream.of(types).forEach(type -> collect(type, forms));
        return forms;
    }

    private static void collect(@Nullable Type type, Map<String, Class<?>> forms) {
        if (type instanceof ParameterizedType generic) {
            Stream.of(generic.getActualTypeArguments()).forEach(it -> collect(it, forms));
        } else if (type instanceof Class<?> form && isForm(form) && forms.put(name(form), form) == null) {
            for (RecordComponent field : form.getRecordComponents()) {
                collect(field.getGenericType(), forms);
            }
        }
    }

    private static boolean isForm(Class<?> type) {
        return type.isRecord() && type != Page.class;
    }

    private static String fields(Class<?> form, boolean answered) {
        boolean snake = form.isAnnotationPresent(JsonNaming.class);
        return Stream.of(form.getRecordComponents())
                .map(field -> {
                    String name = snake ? snakeCase(field.getName()) : field.getName();
                    boolean absent = answered && field.getAnnotatedType().isAnnotationPresent(Nullable.class);
                    return "`" + name + (absent ? "?" : "") + "` " + type(name, field);
                })
                .collect(Collectors.joining(", "));
    }

    private static String type(String name, RecordComponent field) {
        if (field.getAccessor().isAnnotationPresent(JsonRawValue.class)) {
            return "object";
        }
        boolean any = field.getType() == JsonNode.class;
        return any || name.equals("valid_from") ? ANY.getOrDefault(name, "JSON") : type(field.getGenericType());
    }

    private static String type(Type type) {
        if (type instanceof ParameterizedType generic) {
            Type last = generic.getActualTypeArguments()[generic.getActualTypeArguments().length - 1];
            return (generic.getRawType() == Map.class ? "object of " : "list of ") + type(last);
        }
        if (type == int.class || type == Integer.class || type == long.class || type == Long.class) {
            return "integer";
        }
        if (type == double.class
                || Set.<Type>of(Double.class, OptionalDouble.class, BigDecimal.class)
                        .contains(type)) {
            return "number";
        }
        if (type == boolean.class || type == Boolean.class) {
            return "boolean";
        }
        if (type == Instant.class) {
            return "time";
        }
        boolean text = Set.<Type>of(String.class, UUID.class).contains(type) || ((Class<?>) type).isEnum();
        return text ? "text" : "`" + name((Class<?>) type) + "`";
    }

    private static String name(Class<?> type) {
        String own = type.getSimpleName().replaceFirst("(Form|Field|Body|Controller)$", "");
        Class<?> enclosing = type.getEnclosingClass();
        if (enclosing == null) {
            return own;
        }
        String outer = name(enclosing);
        return own.isEmpty() || own.equals(outer) ? outer : outer + "." + own;
    }

    private static String snakeCase(String name) {
        return name.replaceAll("([a-z0-9])([A-Z])", "$1_$2").toLowerCase(Locale.ROOT);
    }

    // Values

    private static List<String> valueRows() {
        return List.of(
                row("Model.state", Model.State.values(), AdminApiPage::lower),
                row("Job.kind", Job.Kind.values(), AdminApiPage::lower),
                row("Job.state", Job.State.values(), AdminApiPage::lower),
                row("Attention.Problem.kind", ProblemKind.values(), ProblemKind::wire),
                row("Canary.state", Canary.State.values(), AdminApiPage::lower),
                row("Backend.Health.state", BackendHealth.State.values(), AdminApiPage::lower),
                row("Content.part", ContentPart.values(), ContentPart::wire),
                row("period", Period.values(), Period::wire),
                row("roles", Role.values(), Role::wire),
                row("priority", Priority.values(), Priority::wire),
                row("precision", Precision.values(), Precision::label),
                row("kv_precision", KvPrecision.values(), KvPrecision::label),
                row("quantize", Quantization.labels().toArray(String[]::new), label -> label),
                row("Guardrail.Filter.sides", Side.values(), Side::wire),
                row("Guardrail.Filter.handling", PersonalData.values(), PersonalData::wire),
                row("Guardrail.Filter.handling.*", Handling.values(), Handling::wire),
                row("group_by", UsageQuery.Column.values(), UsageQuery.Column::wire));
    }

    private static <E> String row(String field, E[] values, Function<E, String> wire) {
        return "| `" + field + "` | "
                + Stream.of(values).map(value -> "`" + wire.apply(value) + "`").collect(Collectors.joining(", "))
                + " |";
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
