package io.baseload.chat.template;

import java.util.List;
import java.util.Optional;

/** What a loop's body sees as {@code loop}. */
final class Loop {
    private final List<Value> items;
    private final Rendering rendering;
    private final int depth;
    private int index;
    private Optional<List<Value>> watched = Optional.empty();

    Loop(List<Value> items, Rendering rendering, int depth) {
        this.items = items;
        this.rendering = rendering;
        this.depth = depth;
    }

    void advance() {
        index++;
    }

    Value value() {
        return new Value.Opaque("LoopContext", this::member, this::toString);
    }

    @Override
    public String toString() {
        return "<LoopContext " + (index + 1) + "/" + items.size() + ">";
    }

    Optional<Value> member(String name) {
        return Optional.ofNullable(
                switch (name) {
                    case "index" -> Value.Int.of(index + 1);
                    case "index0" -> Value.Int.of(index);
                    case "revindex" -> Value.Int.of(items.size() - index);
                    case "revindex0" -> Value.Int.of(items.size() - index - 1);
                    case "first" -> Value.Bool.of(index == 0);
                    case "last" -> Value.Bool.of(index == items.size() - 1);
                    case "length" -> Value.Int.of(items.size());
                    case "depth" -> Value.Int.of(depth);
                    case "depth0" -> Value.Int.of(depth - 1);
                    case "previtem" -> neighbour(index - 1);
                    case "nextitem" -> neighbour(index + 1);
                    case "cycle" -> new Value.Function("cycle", this::cycle);
                    case "changed" -> new Value.Function("changed", this::changed);
                    default -> null;
                });
    }

    private Value neighbour(int place) {
        return place >= 0 && place < items.size() ? items.get(place) : new Value.Undefined("there is no such item");
    }

    private Value cycle(Arguments arguments) {
        if (arguments.positional().isEmpty()) {
            throw new TemplateException("no items for cycling given");
        }
        return arguments.positional().get(index % arguments.positional().size());
    }

    private Value changed(Arguments arguments) {
        Value now = Value.Sequence.list(arguments.positional());
        boolean same = watched.filter(before -> rendering.comparisons.equal(Value.Sequence.list(before), now))
                .isPresent();
        watched = Optional.of(arguments.positional());
        return Value.Bool.of(!same);
    }
}
