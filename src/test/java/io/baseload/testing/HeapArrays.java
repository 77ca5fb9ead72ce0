package io.baseload.testing;

import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The arrays of numbers to which an object refers, directly or through collections and objects of this project. */
public final class HeapArrays {
    private static final String PROJECT = "io.baseload.";

    private final String without;
    private final Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Deque<Object> open = new ArrayDeque<>();

    private HeapArrays(String without) {
        this.without = without;
    }

    /**
     * Their size in bytes.
     *
     * @param without a package whose objects don't count
     */
    public static long bytes(Object root, String without) {
        var arrays = new HeapArrays(without);
        arrays.add(root);
        long bytes = 0;
        while (!arrays.open.isEmpty()) {
            bytes += arrays.visit(arrays.open.pop());
        }
        return bytes;
    }

    private void add(Object object) {
        if (object != null && seen.add(object)) {
            open.push(object);
        }
    }

    private long visit(Object object) {
        Class<?> type = object.getClass();
        if (type.isArray() && type.componentType().isPrimitive()) {
            return sizeOf(object);
        }
        switch (object) {
            case Object[] elements -> Arrays.stream(elements).forEach(this::add);
            case Collection<?> elements -> elements.forEach(this::add);
            case Map<?, ?> map -> map.values().forEach(this::add);
            case Optional<?> value -> value.ifPresent(this::add);
            default -> fields(object, type);
        }
        return 0;
    }

    private static long sizeOf(Object numbers) {
        return switch (numbers) {
            case long[] longs -> (long) Long.BYTES * longs.length;
            case double[] doubles -> (long) Double.BYTES * doubles.length;
            case int[] ints -> (long) Integer.BYTES * ints.length;
            case float[] floats -> (long) Float.BYTES * floats.length;
            case short[] shorts -> (long) Short.BYTES * shorts.length;
            case char[] chars -> (long) Character.BYTES * chars.length;
            default -> Array.getLength(numbers);
        };
    }

    private void fields(Object object, Class<?> type) {
        for (Class<?> up = type; up != null && up.getName().startsWith(PROJECT); up = up.getSuperclass()) {
            if (up.getPackageName().equals(without)) {
                return;
            }
            for (Field field : up.getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers()) && !field.getType().isPrimitive()) {
                    add(value(object, field));
                }
            }
        }
    }

    private static Object value(Object object, Field field) {
        try {
            field.setAccessible(true);
            return field.get(object);
        } catch (IllegalAccessException impossible) {
            throw new AssertionError(impossible);
        }
    }
}
