package io.baseload.chat.template;

import java.util.List;
import java.util.Optional;

/** The variable {@code loop} in a loop's body. */
final class Loop {
    private final List<TemplateValue> items;
    private final Rendering rendering;
    private final int depth;
    private int index;
    private Optional<List<TemplateValue>> watched = Optional.empty();

    Loop(List<TemplateValue> items, Rendering rendering, int depth) {
        this.items = items;
        this.rendering = rendering;
        this.depth = depth;
    }

    void advance() {
        index++;
    }

    TemplateValue value() {
        return new TemplateValue.Opaque("LoopContext", this::member, this::toString);
    }

    @Override
    public String toString() {
        return "<LoopContext " + (index + 1) + "/" + items.size() + ">";
    }

    Optional<TemplateValue> member(String name) {
        return Optional.ofNullable(
                switch (name) {
                    case "index" -> TemplateValue.Int.of(index + 1);
                    case "index0" -> TemplateValue.Int.of(index);
                    case "revindex" -> TemplateValue.Int.of(items.size() - index);
                    case "revindex0" -> TemplateValue.Int.of(items.size() - index - 1);
                    case "first" -> TemplateValue.Bool.of(index == 0);
                    case "last" -> TemplateValue.Bool.of(index == items.size() - 1);
                    case "length" -> TemplateValue.Int.of(items.size());
                    case "depth" -> TemplateValue.Int.of(depth);
                    case "depth0" -> TemplateValue.Int.of(depth - 1);
                    case "previtem" -> neighbour(index - 1);
                    case "nextitem" -> neighbour(index + 1);
                    case "cycle" -> new TemplateValue.Function("cycle", this::cycle);
                    case "changed" -> new TemplateValue.Function("changed", this::changed);
                    default -> null;
                });
    }

    private TemplateValue neighbour(int place) {
        return place >= 0 && place < items.size()
                ? items.get(place)
                : new TemplateValue.Undefined("there is no such item");
    }

    private TemplateValue cycle(Arguments arguments) {
        if (arguments.positional().isEmpty()) {
            throw new TemplateException("no items for cycling given");
        }
        return arguments.positional().get(index % arguments.positional().size());
    }

    private TemplateValue changed(Arguments arguments) {
        TemplateValue now = TemplateValue.Sequence.list(arguments.positional());
        boolean same = watched.filter(before -> rendering.comparisons.equal(TemplateValue.Sequence.list(before), now))
                .isPresent();
        watched = Optional.of(arguments.positional());
        return TemplateValue.Bool.of(!same);
    }
}
