package io.baseload.chat.template;

import java.util.List;
import java.util.Optional;

/** A statement of a template. */
sealed interface Node {
    record Data(String text) implements Node {}

    record Print(Expression value) implements Node {}

    record If(List<Branch> branches, List<Node> otherwise) implements Node {}

    record Branch(Expression condition, List<Node> body) {}

    record For(
            Target target,
            Expression items,
            Optional<Expression> filter,
            boolean recursive,
            List<Node> body,
            List<Node> otherwise)
            implements Node {}

    record Set(Target target, Expression value) implements Node {}

    /** {@code {% set name | filter %}…{% endset %}}; the filters' input is {@link #BODY}. */
    record SetBlock(Target target, Expression filtered, List<Node> body) implements Node {}

    record Macro(String name, Signature signature, List<Node> body) implements Node {}

    record CallBlock(Signature signature, Expression.Call call, List<Node> body) implements Node {}

    /** {@code {% filter name %}…{% endfilter %}}; the filters' input is {@link #BODY}. */
    record FilterBlock(Expression filtered, List<Node> body) implements Node {}

    record With(List<Assignment> assignments, List<Node> body) implements Node {}

    /** A tag that only groups: block, generation. */
    record Group(List<Node> body) implements Node {}

    record Break() implements Node {}

    record Continue() implements Node {}

    record Assignment(Target target, Expression value) {}

    /**
     * @param takesCaller whether the body uses {@code caller}
     * @param takesMore whether the body uses {@code varargs}
     * @param takesNamed whether the body uses {@code kwargs}
     */
    record Signature(List<Parameter> parameters, boolean takesCaller, boolean takesMore, boolean takesNamed) {
        Signature(List<Parameter> parameters) {
            this(parameters, false, false, false);
        }
    }

    record Parameter(String name, Optional<Expression> defaultValue) {}

    /** The name under which a filter block's text is bound while its filters run; no template can write it. */
    String BODY = "(body)";

    /** The target of an assignment. */
    sealed interface Target {
        record Variable(String name) implements Target {}

        record Member(String object, String name) implements Target {}

        record Several(List<Target> targets) implements Target {}
    }
}
