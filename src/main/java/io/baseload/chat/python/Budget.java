package io.baseload.chat.python;

/**
 * The cost limit of one rendering. Fuel is spent for each step and for everything that is created or read, so it limits time and memory alike; depth limits the stack. The amount
 * of fuel grows with the variables: long conversations may take long, while a small one gives a hostile template little to work with.
 */
public final class Budget {
    private static final String EXHAUSTED = "the chat template needs more time or memory than one rendering may take";

    /** Fifteen times the cost of a few messages with the most expensive of the known templates; a cold JVM spends it within 50 ms. */
    private static final long MIN_FUEL = 1_000_000;

    /** Some templates look through the whole conversation at each message: enough for 2,000 messages of two values each. */
    private static final long FOR_EACH_VALUE = 25_000;

    private static final long FOR_EACH_CHARACTER = 100;
    /** About a second. */
    private static final long MAX_FUEL = 200_000_000;

    /** A step costs about 50 ns, a unit of fuel 5 ns. */
    private static final int STEP = 10;

    private static final int ELEMENT = 4;
    /** This many characters copied or searched as a block cost as much as one that is inspected. */
    private static final int BLOCK = 4;

    private static final int MAX_DEPTH = 300;

    private long fuel;
    private int depth;

    /**
     * @param values how many values the variables hold
     * @param characters how long their texts are
     */
    Budget(long values, long characters) {
        fuel = Math.min(MAX_FUEL, MIN_FUEL + values * FOR_EACH_VALUE + characters * FOR_EACH_CHARACTER);
    }

    /** For creating or inspecting this many characters. */
    public void characters(long amount) {
        if (amount < 0 || amount > fuel) {
            throw new TemplateException(EXHAUSTED);
        }
        fuel -= amount;
    }

    /** For characters that are only copied, counted or compared as a block. */
    public void block(long characters) {
        characters(characters < 0 ? characters : characters / BLOCK);
    }

    /** For creating or reading this many elements of a list or dict. */
    public void elements(long amount) {
        characters(amount > fuel ? amount : amount * ELEMENT);
    }

    /** For finding a text of length {@code needle} in a text of length {@code haystack}. */
    void search(long haystack, long needle) {
        characters(haystack + haystack / 64 * Math.min(needle, haystack));
    }

    /** For multiplying to a number with this many bits. */
    void bits(long amount) {
        long words = amount / 32;
        characters(words * words / 32);
    }

    public void enter() {
        characters(STEP);
        if (++depth > MAX_DEPTH) {
            throw new TemplateException("the chat template nests deeper than " + MAX_DEPTH + " levels");
        }
    }

    public void leave() {
        depth--;
    }
}
