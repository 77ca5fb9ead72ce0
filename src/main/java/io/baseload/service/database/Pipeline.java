package io.baseload.service.database;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.ArgumentPreparedStatementSetter;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.jdbc.core.PreparedStatementCallback;
import org.springframework.jdbc.core.namedparam.MapSqlParameterSource;
import org.springframework.jdbc.core.namedparam.NamedParameterUtils;
import org.springframework.jdbc.core.namedparam.ParsedSql;

/**
 * Sends statements together, so that they take one round trip to the database. They run in their order, each with a view of its own, as if they were sent one after the other. After one
 * that fails, none is run. The transaction is the caller's.
 */
public final class Pipeline {
    private final JdbcOperations jdbc;

    /** What was sent before, by the texts of the statements: they are constants, and long. */
    private final Map<List<String>, Message> messages = new ConcurrentHashMap<>();

    /** @param sql of all statements, with parameters by position */
    private record Message(String sql, List<ParsedSql> statements) {}

    Pipeline(JdbcOperations jdbc) {
        this.jdbc = jdbc;
    }

    /** Runs them. Their rows are passed on when all have run. */
    public void run(List<SqlStatement> statements) {
        if (!statements.isEmpty()) {
            send(statements, "", statement -> read(statement, statements));
        }
    }

    /**
     * Runs the last statements of the caller's transaction, and commits it in the same round trip; what they return is ignored. The driver learns from the answer that the transaction has
     * ended, so it sends nothing when the caller commits. If one fails, nothing is committed.
     */
    public void runAndCommit(List<SqlStatement> statements) {
        if (!statements.isEmpty()) {
            send(statements, ";\nCOMMIT", PreparedStatement::execute);
        }
    }

    private void send(List<SqlStatement> statements, String end, PreparedStatementCallback<Boolean> execution) {
        var texts = Stream.concat(statements.stream().map(SqlStatement::sql), Stream.of(end))
                .toList();
        var message = messages.computeIfAbsent(texts, any -> message(statements, end));
        var values = new ArrayList<@Nullable Object>(); // by position: statements may have parameters of the same name
        for (int i = 0; i < statements.size(); i++) {
            var parameters = new MapSqlParameterSource(statements.get(i).parameters());
            Collections.addAll(
                    values,
                    NamedParameterUtils.buildValueArray(message.statements().get(i), parameters, null));
        }
        var setter = new ArgumentPreparedStatementSetter(values.toArray());
        jdbc.execute(message.sql(), (PreparedStatementCallback<Boolean>) statement -> {
            setter.setValues(statement);
            return execution.doInPreparedStatement(statement);
        });
    }

    /** No parameter is a list, whose length would be part of the text. */
    private static Message message(List<SqlStatement> statements, String end) {
        var sql = new StringJoiner(";\n", "", end);
        var parsed = new ArrayList<ParsedSql>();
        for (var one : statements) {
            var statement = NamedParameterUtils.parseSqlStatement(one.sql());
            sql.add(NamedParameterUtils.substituteNamedParameters(
                    statement, new MapSqlParameterSource(one.parameters())));
            parsed.add(statement);
        }
        return new Message(sql.toString(), parsed);
    }

    private static boolean read(PreparedStatement statement, List<SqlStatement> statements) throws SQLException {
        boolean rows = statement.execute();
        for (var one : statements) {
            if (rows) {
                try (ResultSet result = statement.getResultSet()) {
                    while (result.next()) {
                        one.rows().processRow(result);
                    }
                }
            }
            rows = statement.getMoreResults();
        }
        return true;
    }
}
