package io.baseload.chat.schema;

import io.baseload.chat.grammar.Expr;
import io.baseload.chat.grammar.JsonText;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/** Given values as texts. */
final class Literals {
    private final Layout layout;

    Literals(Layout layout) {
        this.layout = layout;
    }

    Expr of(JsonNode value) {
        return switch (value.getNodeType()) {
            case OBJECT -> object(value);
            case ARRAY -> array(value);
            case STRING -> string(value.stringValue());
            case NUMBER -> number(value.decimalValue());
            default -> Expr.text(value.toString());
        };
    }

    /** As the schema writes it, and without needless zeros after the point. */
    private static Expr number(BigDecimal value) {
        String given = value.toPlainString();
        String shortest = shortest(value);
        return given.equals(shortest) ? Expr.text(given) : Expr.choice(Expr.text(given), Expr.text(shortest));
    }

    private static String shortest(BigDecimal number) {
        return number.scale() > 0 ? number.stripTrailingZeros().toPlainString() : number.toPlainString();
    }

    /** The text without white space and needless zeros. */
    static String shortest(JsonNode value) {
        return switch (value.getNodeType()) {
            case OBJECT ->
                value.properties().stream()
                        .map(member -> quoted(member.getKey()) + ":" + shortest(member.getValue()))
                        .collect(Collectors.joining(",", "{", "}"));
            case ARRAY -> value.valueStream().map(Literals::shortest).collect(Collectors.joining(",", "[", "]"));
            case STRING -> quoted(value.stringValue());
            case NUMBER -> shortest(value.decimalValue());
            default -> value.toString();
        };
    }

    static Expr string(String text) {
        return Expr.text(quoted(text));
    }

    static String quoted(String text) {
        return "\"" + JsonText.escape(text) + "\"";
    }

    private Expr object(JsonNode value) {
        List<Expr> parts = new ArrayList<>(List.of(layout.open("{")));
        for (Map.Entry<String, JsonNode> member : value.properties()) {
            if (parts.size() > 1) {
                parts.add(layout.comma());
            }
            parts.add(Expr.sequence(string(member.getKey()), layout.colon(), of(member.getValue())));
        }
        parts.add(layout.close("}"));
        return new Expr.Sequence(parts);
    }

    private Expr array(JsonNode value) {
        List<Expr> parts = new ArrayList<>(List.of(layout.open("[")));
        for (int i = 0; i < value.size(); i++) {
            if (i > 0) {
                parts.add(layout.comma());
            }
            parts.add(of(value.get(i)));
        }
        parts.add(layout.close("]"));
        return new Expr.Sequence(parts);
    }
}
