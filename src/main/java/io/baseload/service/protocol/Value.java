package io.baseload.service.protocol;

import java.math.BigInteger;
import java.util.AbstractList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/**
 * A value of a request and its path. Each reader throws {@link io.baseload.chat.api.InvalidRequestException} for another type or a value out of range; nothing is converted:
 * neither {@code "1"} nor {@code 1.0} is an integer.
 *
 * @param path such as {@code messages[1].content}
 */
public record Value(JsonNode node, String path) {

    /** Text in whole characters. */
    public String text() {
        if (!node.isString()) {
            throw Invalid.type(path, "a string", node);
        }
        String text = node.stringValue();
        if (text.chars().anyMatch(c -> Character.isSurrogate((char) c)) && hasLoneSurrogate(text)) {
            throw Invalid.value(path, "the text has an unpaired surrogate.");
        }
        return text;
    }

    public String nonEmptyText() {
        String text = text();
        if (text.isEmpty()) {
            throw Invalid.value(path, "expected a string of at least one character.");
        }
        return text;
    }

    public String oneOf(List<String> allowed) {
        String text = text();
        if (!allowed.contains(text)) {
            throw Invalid.notOneOf(path, text, allowed);
        }
        return text;
    }

    public int integer(int min, int max) {
        return (int) integer((long) min, max);
    }

    public long int64() {
        return integer(Long.MIN_VALUE, Long.MAX_VALUE);
    }

    private long integer(long min, long max) {
        if (!node.isIntegralNumber()) {
            throw Invalid.type(path, "an integer", node);
        }
        BigInteger value = node.bigIntegerValue();
        if (value.compareTo(BigInteger.valueOf(min)) < 0) {
            throw Invalid.integerBelow(path, min, value);
        }
        if (value.compareTo(BigInteger.valueOf(max)) > 0) {
            throw Invalid.integerAbove(path, max, value);
        }
        return value.longValue();
    }

    public float decimal(double min, double max) {
        if (!node.isNumber()) {
            throw Invalid.type(path, "a number", node);
        }
        double value = node.decimalValue().doubleValue();
        if (value < min) {
            throw Invalid.decimalBelow(path, min, value);
        }
        if (value > max) {
            throw Invalid.decimalAbove(path, max, value);
        }
        return (float) value;
    }

    public boolean flag() {
        if (!node.isBoolean()) {
            throw Invalid.type(path, "a boolean", node);
        }
        return node.booleanValue();
    }

    public Fields fields() {
        if (!node.isObject()) {
            throw Invalid.type(path, "an object", node);
        }
        return new Fields(node, path);
    }

    /** The elements of an array; it may be empty. Each is created when it is requested, because a body may have millions. */
    public List<Value> items() {
        if (!node.isArray()) {
            throw Invalid.type(path, "an array", node);
        }
        return new AbstractList<>() {
            @Override
            public Value get(int index) {
                return new Value(node.get(index), path + "[" + index + "]");
            }

            @Override
            public int size() {
                return node.size();
            }
        };
    }

    public List<Value> items(int min, int max) {
        List<Value> items = items();
        if (items.size() < min) {
            throw Invalid.emptyArray(path);
        }
        if (items.size() > max) {
            throw Invalid.arrayTooLong(path, max, items.size());
        }
        return items;
    }

    private static boolean hasLoneSurrogate(String text) {
        return text.codePoints().anyMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE);
    }
}
