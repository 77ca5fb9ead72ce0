package io.baseload.testing;

import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;

/** Plans of the service's statements as its connections make them. EXPLAIN alone plans for the values that it is given, where the service's own statements are planned once for any. */
public final class QueryPlans {
    private static final Pattern PARAMETER = Pattern.compile("(?<!:):(\\w+)");

    private static final AtomicInteger PREPARED = new AtomicInteger();

    private QueryPlans() {}

    /**
     * The lines of a plan, by the settings of the caller's transaction, if there is one.
     *
     * @param values of the statement's parameters, as SQL has them; more than it has are allowed
     */
    public static List<String> of(TestPlatform platform, String statement, Map<String, String> values) {
        List<String> names = PARAMETER
                .matcher(statement)
                .results()
                .map(found -> found.group(1))
                .distinct()
                .toList();
        String numbered = PARAMETER.matcher(statement).replaceAll(found -> "\\$" + (names.indexOf(found.group(1)) + 1));
        String listed = names.stream().map(values::get).collect(Collectors.joining(", "));
        return platform.get(TransactionOperations.class)
                .execute(status -> plan(platform.jdbc(), numbered, listed.isEmpty() ? "" : "(" + listed + ")"));
    }

    private static List<String> plan(JdbcClient jdbc, String numbered, String values) {
        String name = "planned" + PREPARED.incrementAndGet(); // one that fails stays on its connection
        jdbc.sql("PREPARE " + name + " AS " + numbered).update();
        var plan = jdbc.sql("EXPLAIN EXECUTE " + name + " " + values)
                .query(String.class)
                .list();
        jdbc.sql("DEALLOCATE " + name).update();
        return plan;
    }
}
