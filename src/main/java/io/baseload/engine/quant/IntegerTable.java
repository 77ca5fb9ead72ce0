package io.baseload.engine.quant;

/**
 * The values of a table's 16 codes as integers: value ≈ unit · integer.
 *
 * @param integers 16 integers, which must not be changed
 * @param reach the largest absolute value of an integer
 */
public record IntegerTable(byte[] integers, float unit, int reach) {
    static IntegerTable of(byte[] integers, float unit) {
        int reach = 0;
        for (byte integer : integers) {
            reach = Math.max(reach, Math.abs(integer));
        }
        return new IntegerTable(integers, unit, reach);
    }
}
