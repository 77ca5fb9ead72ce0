package io.baseload.engine.architecture;

import io.baseload.engine.config.ConfigNumbers;
import io.baseload.engine.config.Key;
import io.baseload.engine.config.Keys;

/**
 * The number of experts of a model, and of those chosen for a token, read and checked in the same way for all families.
 *
 * @param experts number of experts; 0 in a model without any
 */
record Mixture(int experts, int chosen) {
    static final Key CHOSEN = new Key("num_experts_per_tok", "expert_used_count");

    /** @param count the family's key for the number of experts */
    static Mixture read(Keys keys, Key count) {
        return read(keys, count, CHOSEN);
    }

    /** The same with a separate key for the number of chosen experts. */
    static Mixture read(Keys keys, Key count, Key used) {
        var numbers = new ConfigNumbers(keys);
        int experts = numbers.count(count);
        if (experts == 0) {
            return new Mixture(0, 0);
        }
        int chosen = numbers.size(used);
        if (chosen > experts) {
            throw keys.refuse(used, "is " + chosen + ", but there are " + experts + " experts");
        }
        return new Mixture(experts, chosen);
    }
}
