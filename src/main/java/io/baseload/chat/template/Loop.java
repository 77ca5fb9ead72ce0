package io.baseload.chat.template;

import io.baseload.chat.python.Arguments;
import io.baseload.chat.python.PythonValue;
import io.baseload.chat.python.Rendering;
import io.baseload.chat.python.TemplateException;
import java.util.List;
import java.util.Optional;

/** The variable {@code loop} in a loop's body. */
final class Loop {
    private final List<PythonValue> items;
    private final Rendering rendering;
    private final int depth;
    private int index;
    private Optional<List<PythonValue>> watched = Optional.empty();

    Loop(List<PythonValue> items, Rendering rendering, int depth) {
        this.items = items;
        this.rendering = rendering;
        this.depth = depth;
    }

    void advance() {
        index++;
    }

    PythonValue value() {
        return new PythonValue.Opaque("LoopContext", this::member, this::toString);
    }

    @Override
    public String toString() {
        return "<LoopContext " + (index + 1) + "/" + items.size() + ">";
    }

    Optional<PythonValue> member(String name) {
        return Optional.ofNullable(
                switch (name) {
                    case "index" -> PythonValue.Int.of(index + 1);
                    case "index0" -> PythonValue.Int.of(index);
                    case "revindex" -> PythonValue.Int.of(items.size() - index);
                    case "revindex0" -> PythonValue.Int.of(items.size() - index - 1);
                    case "first" -> PythonValue.Bool.of(index == 0);
                    case "last" -> PythonValue.Bool.of(index == items.size() - 1);
                    case "length" -> PythonValue.Int.of(items.size());
                    case "depth" -> PythonValue.Int.of(depth);
                    case "depth0" -> PythonValue.Int.of(depth - 1);
                    case "previtem" -> neighbour(index - 1);
                    case "nextitem" -> neighbour(index + 1);
                    case "cycle" -> new PythonValue.Function("cycle", this::cycle);
                    case "changed" -> new PythonValue.Function("changed", this::changed);
                    default -> null;
                });
    }

    private PythonValue neighbour(int place) {
        return place >= 0 && place < items.size()
                ? items.get(place)
                : new PythonValue.Undefined("there is no such item");
    }

    private PythonValue cycle(Arguments arguments) {
        if (arguments.positional().isEmpty()) {
            throw new TemplateException("no items for cycling given");
        }
        return arguments.positional().get(index % arguments.positional().size());
    }

    private PythonValue changed(Arguments arguments) {
        PythonValue now = PythonValue.Sequence.list(arguments.positional());
        boolean same = watched.filter(before -> rendering.comparisons.equal(PythonValue.Sequence.list(before), now))
                .isPresent();
        watched = Optional.of(arguments.positional());
        return PythonValue.Bool.of(!same);
    }
}
