package io.baseload.engine.config;

import io.baseload.engine.api.ModelFileException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** What a model's files say about it beside its weights, whatever their format. Remembers which keys were asked for. */
public interface Keys {
    /** What the model calls itself, "" if it doesn't. */
    String name();

    /** Number of tokens. */
    int vocabulary();

    OptionalLong integer(Key key);

    OptionalDouble number(Key key);

    Optional<Boolean> flag(Key key);

    Optional<String> text(Key key);

    /** Empty if there is no such key. */
    List<Integer> integers(Key key);

    /** Whether a weight is stored: under this name, as the files have it. */
    boolean stores(String tensor);

    /**
     * How the layers rotate queries and keys.
     *
     * @param dimensions elements of a head that are rotated unless the files say otherwise
     */
    Rope rope(int dimensions, double defaultBase);

    /** A refusal that points at a key. */
    ModelFileException refuse(Key key, String problem);

    /**
     * Refuses a key that nobody asked for and that may change what the model computes.
     *
     * @throws ModelFileException naming it
     */
    void refuseOthers();
}
