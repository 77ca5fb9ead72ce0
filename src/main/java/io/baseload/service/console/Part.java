package io.baseload.service.console;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A part of a bar, which is 1000 wide.
 *
 * @param words its meaning and amount
 * @param kind its colour: a letter from a to e, or free
 */
record Part(String words, String kind, double from, double width) {

    /** The memory for models: the used parts, and what is free. */
    static List<Part> ofMemory(EngineState.Now now, Shown shown) {
        double all = EngineState.number(now.memory(), "models") + EngineState.number(now.memory(), "free");
        var parts = new Parts(all);
        for (Map<String, Object> model : now.models()) {
            parts.add(model, "weights_bytes", "weights of " + model.get("id"), "a", shown);
            parts.add(model, "kv_bytes", "KV cache of " + model.get("id"), "b", shown);
            parts.add(model, "working_bytes", "working space of " + model.get("id"), "c", shown);
        }
        parts.add(now.memory(), "free", "free", "free", shown);
        return parts.list;
    }

    /** Parts of a whole, one after the other. */
    static final class Parts {
        private final List<Part> list = new ArrayList<>();
        private final double all;
        private double from;

        Parts(double all) {
            this.all = Math.max(1e-9, all);
        }

        private void add(Map<String, Object> of, String name, String what, String kind, Shown shown) {
            double amount = EngineState.number(of, name);
            add(shown.bytes((long) amount) + " " + what, kind, amount);
        }

        void add(String words, String kind, double amount) {
            double width = 1000 * amount / all;
            list.add(new Part(words, kind, from, width));
            from += width;
        }

        List<Part> list() {
            return list;
        }
    }
}
